package site

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/store"
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

var reasonName = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)

// AddCounts adds what a door counted on a day to its zone. Which of the doors
// counted what is not kept. A day is taken once from each door, and only after the
// one before. It fails with [ErrCounts].
func (o *Office) AddCounts(ctx context.Context, id pass.DoorID, day string, counts map[string]string) error {
	ranges, err := readCounts(counts)
	if err != nil {
		return err
	}
	return o.store.Change(ctx, func(tx *store.Tx) error {
		config, _, err := configOf(tx)
		if err != nil {
			return err
		}
		m, err := ready(tx, id)
		if err != nil {
			return err
		}
		date, err := time.ParseInLocation(time.DateOnly, day, config.Location())
		if now := o.now(); err != nil || !date.Before(now) || now.Sub(date) > countDays*24*time.Hour {
			return fmt.Errorf("%w: the day %q", ErrCounts, day)
		}
		last, err := tx.Counted(id)
		if err != nil || day <= last {
			return err // sent before: the answer got lost
		}
		for reason, c := range ranges {
			row := store.CountRow{Day: day, Zone: m.Zone, Reason: reason, Least: int64(c.From), Most: int64(c.To)}
			if err := tx.AddCount(row); err != nil {
				return err
			}
		}
		return tx.SetCounted(id, day)
	})
}

// Counts returns what doors counted on some days, both included, by zone and
// reason.
func (o *Office) Counts(ctx context.Context, first, last string) (rows []store.CountRow, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Counts(first, last)
		return err
	})
	return rows, err
}

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
func (o *Office) AddReport(ctx context.Context, id pass.DoorID, kind string, count int) error {
	if !slices.Contains(doorapi.ReportKinds(), kind) || count < 1 || count > maxCount {
		return fmt.Errorf("%w: %d times %q", ErrCounts, count, kind)
	}
	return o.store.Change(ctx, func(tx *store.Tx) error {
		config, _, err := configOf(tx)
		if err != nil {
			return err
		}
		if _, err := memberOf(tx, id); err != nil {
			return err
		}
		today := o.now().In(config.Location()).Format(time.DateOnly)
		return tx.AddReport(id, store.ReportRow{Kind: kind, Times: int64(count), Last: today}, maxCount)
	})
}

// Reports returns what a door's machine said of itself, by kind.
func (o *Office) Reports(ctx context.Context, id pass.DoorID) (map[string]Reported, error) {
	var all map[string]Reported
	err := o.store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Reports(id)
		all = byKind(rows)
		return err
	})
	return all, err
}

// AllReports returns what the machines of all doors said of themselves, by kind.
func (o *Office) AllReports(ctx context.Context) (map[pass.DoorID]map[string]Reported, error) {
	all := make(map[pass.DoorID]map[string]Reported)
	err := o.store.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.AllReports()
		for id, rows := range found {
			all[id] = byKind(rows)
		}
		return err
	})
	return all, err
}

func byKind(rows []store.ReportRow) map[string]Reported {
	all := make(map[string]Reported, len(rows))
	for _, r := range rows {
		all[r.Kind] = Reported{Count: int(r.Times), Last: r.Last}
	}
	return all
}
