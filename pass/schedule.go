package pass

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Days is a set of days of the week: bit 0 is Monday, bit 6 is Sunday.
type Days uint8

// EveryDay is all seven days.
const EveryDay Days = 0x7f

// minutesADay is also the latest end of a window, the end of its day.
const minutesADay = 24 * 60

// MaxWindows is the largest number of windows in a schedule.
const MaxWindows = 8

// Window is one weekly interval by the clock on the wall of the site. It begins
// on each of Days at minute Start of the day and ends before minute End. If End
// is before Start, it ends on the following day.
type Window struct {
	Days  Days
	Start uint16 // 0 to 1439
	End   uint16 // 1 to 1440, never equal to Start
}

// Schedule is the weekly intervals in which a pass is good; one is enough. It
// is sorted and holds 1 to 8 of them; nil means always.
type Schedule []Window

// Allows returns whether the schedule is open at a moment, read as the local
// time of loc. Only the clock on the wall counts: an hour that is repeated when
// summer time ends is open both times or neither, and an hour that is skipped
// does not come. Without a loc there are no hours, and only nil is open.
func (s Schedule) Allows(at time.Time, loc *time.Location) bool {
	if s == nil {
		return true
	}
	if loc == nil {
		return false
	}
	local := at.In(loc)
	day := (int(local.Weekday()) + 6) % 7 // Monday is 0
	minute := uint16(local.Hour()*60 + local.Minute())
	for _, w := range s {
		if w.covers(day, minute) {
			return true
		}
	}
	return false
}

func (w Window) covers(day int, minute uint16) bool {
	today := w.Days>>day&1 == 1
	yesterday := w.Days>>((day+6)%7)&1 == 1
	if w.Start < w.End {
		return today && w.Start <= minute && minute < w.End
	}
	return today && w.Start <= minute || yesterday && minute < w.End
}

// Check returns what is wrong with the first window that a pass cannot have, or
// nil. Requirement [P-25].
func (s Schedule) Check() error {
	if s != nil && len(s) == 0 || len(s) > MaxWindows {
		return fmt.Errorf("a schedule of %d windows instead of 1 to %d", len(s), MaxWindows)
	}
	for i, w := range s {
		switch {
		case w.Days == 0 || w.Days > EveryDay:
			return errors.New("a window without days, or with more than seven")
		case w.Start >= minutesADay || w.End == 0 || w.End > minutesADay || w.Start == w.End:
			return errors.New("a window that begins or ends at no minute of a day, or is empty")
		case i > 0 && compare(s[i-1], w) >= 0:
			return errors.New("the windows are not sorted, or one stands twice")
		}
	}
	return nil
}

// compare orders windows by days, then start, then end.
func compare(a, b Window) int {
	return cmp.Or(cmp.Compare(a.Days, b.Days), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}
