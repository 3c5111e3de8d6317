package state

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// LeastDay is the shortest time that is counted by itself. What happened in a
	// shorter one is counted with the day after it, so whoever sets the clock ahead
	// gets no finer counts.
	LeastDay = 20 * time.Hour
	// Few is what stands for 1 to 4.
	Few    = "<5"
	fewest = 5
	// day is how a day is written, in the name of a file and to the controller.
	day = "2006-01-02"
)

// Day is the counts of one day, as coarse as they leave the desk.
type Day struct {
	// Day is the date at the site on which they ended, such as 2026-11-22.
	Day string
	// Counts are decimal numbers, or [Few], by outcome. What never happened is not
	// there.
	Counts map[string]string
}

// Counter counts how checks ended, never whose: for each day and outcome a number.
// While a day lasts its counts are in memory and nowhere else, because a file that is
// written when a check ends is a record of when it did; a start anew forgets them. It
// is safe for concurrent use. The zero value is ready.
type Counter struct {
	mu    sync.Mutex // guards what follows
	n     map[string]int
	day   string
	since time.Duration // what Over was told when the counting began
}

// Add counts one outcome.
func (c *Counter) Add(outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = make(map[string]int)
	}
	c.n[outcome]++
}

// Over returns the counts of a day that is over, once, and begins another; ok is
// false while the day lasts. now is the date at the site; up are seconds that no
// clock can change. The first call begins the first day.
func (c *Counter) Over(now time.Time, up time.Duration) (d Day, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	today := now.Format(day)
	switch {
	case c.day == "":
		c.day, c.since = today, up
	case c.day != today && up-c.since < LeastDay:
		c.day = today
	case c.day != today:
		d = Day{Day: c.day, Counts: round(c.n)}
		c.n, c.day, c.since = nil, today, up
		return d, true
	}
	return Day{}, false
}

func round(n map[string]int) map[string]string {
	rounded := make(map[string]string, len(n))
	for outcome, times := range n {
		rounded[outcome] = Few
		if times >= fewest {
			rounded[outcome] = strconv.Itoa(times)
		}
	}
	return rounded
}

// SaveCounts keeps the counts of a day that is over until the controller has them.
func (f *Folder) SaveCounts(d Day) error {
	if _, err := time.Parse(day, d.Day); err != nil {
		return fmt.Errorf("%q is not a day", d.Day)
	}
	for _, n := range d.Counts {
		if number, err := strconv.Atoi(n); n != Few && (err != nil || number < fewest) {
			return fmt.Errorf("a count that was not rounded: %q", n)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writeJSON(f.path("counts", d.Day+".json"), d.Counts)
}

// Days lists the days whose counts are kept, the oldest first.
func (f *Folder) Days() ([]string, error) {
	files, err := filepath.Glob(f.path("counts", "*.json"))
	var days []string
	for _, file := range files {
		days = append(days, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	slices.Sort(days)
	return days, err
}

// Counts reads the counts of a day. It fails with [ErrMissing] and [ErrDamaged].
func (f *Folder) Counts(d string) (Day, error) {
	if _, err := time.Parse(day, d); err != nil {
		return Day{}, fmt.Errorf("%q is not a day", d)
	}
	made := Day{Day: d}
	err := readJSON(f.path("counts", d+".json"), &made.Counts)
	return made, err
}

// RemoveCounts forgets a day that the controller has, or that is too old.
func (f *Folder) RemoveCounts(d string) error {
	if _, err := time.Parse(day, d); err != nil {
		return fmt.Errorf("%q is not a day", d)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.disk.Remove(f.path("counts", d+".json"))
}
