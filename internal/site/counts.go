package site

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

// ErrCounts is returned for counts and reports that are not as they have to be.
var ErrCounts = errors.New("not counts of a day that is over")

const (
	// few is what a door says for 1 to 4.
	few        = "<5"
	maxCount   = 1_000_000
	maxReasons = 64
	// countDays is for how many days back counts are taken.
	countDays = 31
)

// Count is what doors of a zone counted together: at least From and at most To,
// since each of them says only "<5" for 1 to 4.
type Count struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// dayCounts are by zone and reason. Which of the doors counted what is not kept.
type dayCounts map[string]map[string]Count

// lastCounts is for each door the last day of which it has sent counts.
type lastCounts map[pass.DoorID]string

var reasonName = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)

// AddCounts adds what a door counted on a day to its zone. A day is taken once
// from each door, and only after the one before. It fails with [ErrCounts].
func (o *Office) AddCounts(id pass.DoorID, day string, counts map[string]string) error {
	m, err := o.ready(id)
	if err != nil {
		return err
	}
	date, err := time.ParseInLocation(time.DateOnly, day, o.Config.Location())
	if now := o.now(); err != nil || !date.Before(now) || now.Sub(date) > countDays*24*time.Hour {
		return fmt.Errorf("%w: the day %q", ErrCounts, day)
	}
	ranges, err := readCounts(counts)
	if err != nil {
		return err
	}
	last := make(lastCounts)
	if err := readJSON(o.lastPath(), &last); err != nil && !isNew(err) {
		return err
	}
	if day <= last[id] {
		return nil // sent before: the answer got lost
	}
	// In this order a crash loses counts, and never adds them twice.
	last[id] = day
	if err := writeJSON(o.disk, o.lastPath(), last); err != nil {
		return err
	}
	all := make(dayCounts)
	path := jsonPath(o.f.counts(), day)
	if err := readJSON(path, &all); err != nil && !isNew(err) {
		return err
	}
	if all[m.Zone] == nil {
		all[m.Zone] = make(map[string]Count)
	}
	for reason, c := range ranges {
		sum := all[m.Zone][reason]
		all[m.Zone][reason] = Count{From: sum.From + c.From, To: sum.To + c.To}
	}
	return writeJSON(o.disk, path, all)
}

func (o *Office) lastPath() string { return jsonPath(o.f.counts(), "last") }

// readCounts refuses what is finer than a door may say.
func readCounts(counts map[string]string) (map[string]Count, error) {
	if len(counts) > maxReasons {
		return nil, fmt.Errorf("%w: %d reasons", ErrCounts, len(counts))
	}
	ranges := make(map[string]Count, len(counts))
	for reason, text := range counts {
		n, err := strconv.Atoi(text)
		switch {
		case !reasonName.MatchString(reason):
			return nil, fmt.Errorf("%w: the reason %q", ErrCounts, reason)
		case text == few:
			ranges[reason] = Count{From: 1, To: 4}
		case err != nil || n < 0 || n > maxCount || n > 0 && n < 5 || strconv.Itoa(n) != text:
			return nil, fmt.Errorf("%w: the count %q", ErrCounts, text)
		case n > 0:
			ranges[reason] = Count{From: n, To: n}
		}
	}
	return ranges, nil
}

// Reported is what a door's machine said of itself.
type Reported struct {
	// Count is how often, in all.
	Count int `json:"count"`
	// Last is the day of the last report, at the site.
	Last string `json:"last"`
}

// AddReport adds to what a door's machine said of itself. It fails with
// [ErrCounts].
func (o *Office) AddReport(id pass.DoorID, kind string, count int) error {
	if !slices.Contains(doorapi.ReportKinds(), kind) || count < 1 || count > maxCount {
		return fmt.Errorf("%w: %d times %q", ErrCounts, count, kind)
	}
	all, err := o.Reports(id)
	if err != nil {
		return err
	}
	all[kind] = Reported{
		Count: min(all[kind].Count+count, maxCount), Last: o.now().In(o.Config.Location()).Format(time.DateOnly),
	}
	return writeJSON(o.disk, o.reportsPath(id), all)
}

// Reports returns what a door's machine said of itself, by kind.
func (o *Office) Reports(id pass.DoorID) (map[string]Reported, error) {
	all := make(map[string]Reported)
	if err := readJSON(o.reportsPath(id), &all); err != nil && !isNew(err) {
		return nil, err
	}
	return all, nil
}

func (o *Office) reportsPath(id pass.DoorID) string {
	return jsonPath(o.f.counts(), "machine-"+id.String())
}
