package pages

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/idcheck"
)

// countedDays is of how many days the page of desks tells how checks ended.
const countedDays = 14

// countsView is how checks ended, by day: the newest first.
type countsView struct {
	Outcomes []string
	Days     []countedDay
}

type countedDay struct {
	Day   string
	Cells []string // by outcome, "" for none
}

// deskCounts is a table of the last days that were reported.
func (v *visit) deskCounts() (t countsView, err error) {
	now := v.now().In(v.location())
	last := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	all, err := v.c.Acts.DeskCounts(v.r.Context(), v.actor, last.AddDate(0, 0, 1-countedDays), last)
	if err != nil || len(all) == 0 {
		return t, err
	}
	for _, o := range idcheck.Outcomes() {
		if slices.ContainsFunc(all, func(c acts.OutcomeCount) bool { return c.Outcome == string(o) }) {
			t.Outcomes = append(t.Outcomes, string(o))
		}
	}
	slices.SortStableFunc(all, func(a, b acts.OutcomeCount) int { return cmp.Compare(b.Day, a.Day) })
	for _, c := range all {
		day, err := time.Parse(time.DateOnly, c.Day)
		if err != nil {
			return t, err
		}
		said := v.dayIn(day, time.UTC)
		if n := len(t.Days); n == 0 || t.Days[n-1].Day != said {
			t.Days = append(t.Days, countedDay{said, make([]string, len(t.Outcomes))})
		}
		if i := slices.Index(t.Outcomes, c.Outcome); i >= 0 {
			t.Days[len(t.Days)-1].Cells[i] = sayCount(c.From, c.To)
		}
	}
	return t, nil
}

// sayCount writes a count as finely as it is known, and no finer.
func sayCount(from, to int64) string {
	switch {
	case from == to:
		return strconv.FormatInt(to, 10)
	case to < 5:
		return "<5"
	}
	return strconv.FormatInt(from, 10) + "–" + strconv.FormatInt(to, 10)
}
