package pass

import (
	"errors"
	"time"
)

// Days is a set of days of the week: bit 0 is Monday, bit 6 is Sunday.
type Days uint8

// EveryDay is all seven days.
const EveryDay Days = 0x7f

// Window is one weekly interval by the clock on the wall of the site. It begins
// on each of Days at minute Start of the day and ends before minute End. If End
// is not after Start, it ends on the following day.
type Window struct {
	Days  Days
	Start uint16 // 0 to 1439
	End   uint16 // 1 to 1440, never equal to Start
}

// Schedule is the weekly intervals in which a pass is good; one is enough. It
// is sorted and holds 1 to 8 of them; nil means always.
type Schedule []Window

// ParseSchedule reads "Mon-Fri 07:00-19:00, Sat 22:00-02:00". Days are three
// English letters, a range or a list with "+"; "daily" is every day; 24:00 is
// the end of a day. The empty string is nil, always.
func ParseSchedule(s string) (Schedule, error) { return nil, errors.New("not written yet") }

// String is the inverse of [ParseSchedule].
func (s Schedule) String() string { return "" }

// Allows returns whether the schedule is open at a moment, read as the local
// time of loc.
func (s Schedule) Allows(at time.Time, loc *time.Location) bool { return false }
