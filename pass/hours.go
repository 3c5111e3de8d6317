package pass

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// dayNames are the days as people write them, Monday first.
var dayNames = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// daily is every day in one word.
const daily = "daily"

// ErrHours is returned by [ParseSchedule].
var ErrHours = errors.New(`hours are written as in "Mon-Fri 07:00-19:00, Sat+Sun 22:00-02:00" or "daily 06:00-24:00"`)

// ParseSchedule reads "Mon-Fri 07:00-19:00, Sat 22:00-02:00". Days are three
// English letters, a range, which may pass Sunday, or several joined by "+";
// "daily" is every day; 24:00 is the end of a day. A window that ends before it
// begins ends on the following day. The empty string is nil, always. It fails
// with [ErrHours].
func ParseSchedule(text string) (Schedule, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var s Schedule
	for part := range strings.SplitSeq(text, ",") {
		w, err := parseWindow(strings.Fields(part))
		if err != nil {
			return nil, fmt.Errorf("%w, not %q", err, strings.TrimSpace(part))
		}
		s = append(s, w)
	}
	slices.SortFunc(s, compare)
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHours, err)
	}
	return s, nil
}

func parseWindow(words []string) (w Window, err error) {
	if len(words) != 2 {
		return w, ErrHours
	}
	if w.Days, err = parseDays(words[0]); err != nil {
		return w, err
	}
	from, until, ok := strings.Cut(words[1], "-")
	if !ok {
		return w, ErrHours
	}
	if w.Start, err = parseMinute(from); err != nil {
		return w, err
	}
	w.End, err = parseMinute(until)
	return w, err
}

func parseDays(word string) (days Days, err error) {
	if strings.EqualFold(word, daily) {
		return EveryDay, nil
	}
	for part := range strings.SplitSeq(word, "+") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, to := dayIndex(first), dayIndex(last)
		if from < 0 || to < 0 {
			return 0, ErrHours
		}
		for d := from; ; d = (d + 1) % 7 {
			days |= 1 << d
			if d == to {
				break
			}
		}
	}
	return days, nil
}

func dayIndex(name string) int {
	return slices.IndexFunc(dayNames[:], func(d string) bool { return strings.EqualFold(d, name) })
}

// parseMinute reads hh:mm as a minute of the day; 24:00 is 1440.
func parseMinute(s string) (uint16, error) {
	if len(s) != 5 || s[2] != ':' {
		return 0, ErrHours
	}
	n := 0
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, ErrHours
		}
		n = n*10 + int(s[i]-'0')
	}
	hour, minute := n/100, n%100
	if minute > 59 || hour*60+minute > minutesADay {
		return 0, ErrHours
	}
	return uint16(hour*60 + minute), nil
}

// String is the inverse of [ParseSchedule].
func (s Schedule) String() string {
	parts := make([]string, len(s))
	for i, w := range s {
		parts[i] = fmt.Sprintf("%s %02d:%02d-%02d:%02d", w.Days, w.Start/60, w.Start%60, w.End/60, w.End%60)
	}
	return strings.Join(parts, ", ")
}

// String returns "daily", a range such as "Mon-Fri", or days joined by "+".
func (d Days) String() string {
	d &= EveryDay
	if d == EveryDay {
		return daily
	}
	first, n := bits.TrailingZeros8(uint8(d)), bits.OnesCount8(uint8(d))
	if n >= 3 && d == (1<<n-1)<<first {
		return dayNames[first] + "-" + dayNames[first+n-1]
	}
	var names []string
	for i, name := range dayNames {
		if d>>i&1 == 1 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}
