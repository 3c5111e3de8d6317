// Package counts is all that a door ever says about how often it opened, and a desk
// about how checks ended: for each day and reason or outcome a number, and "<5" for 1
// to 4.
//
// While a day lasts, its counts are in memory and nowhere else. A file that is
// written when somebody comes by is a record of when somebody came by, even if
// it holds one number, because files and disks remember when they were written;
// and two of them, a minute apart, are worth a log. So nothing is saved before
// a day is over, and then it is rounded. The price is that a restart forgets
// the counts since the last midnight, which is said here and is meant.
//
// A day is at least [LeastDay] of running: whoever sets the clock ahead, or
// starts the door anew again and again, gets no finer counts, but fewer.
//
// It never keeps a time, a pass, or an order of events, and it reads no clock.
package counts

import (
	"strconv"
	"sync"
	"time"
)

// LeastDay is the shortest time that is counted by itself. What happened in a
// shorter one is counted with the day after it.
const LeastDay = 20 * time.Hour

// Few is what stands for 1 to 4.
const Few = "<5"

// fewest is the smallest number that is said.
const fewest = 5

// Day is the counts of one day, as coarse as they leave the machine.
type Day struct {
	// Day is the date at the site on which they ended, such as 2026-11-22.
	Day string
	// Counts are decimal numbers, or [Few], by what was counted. What never
	// happened is not there.
	Counts map[string]string
}

// Counter counts. It is safe for concurrent use. The zero value is ready.
type Counter struct {
	mu    sync.Mutex
	n     map[string]int
	day   string
	since time.Duration // what Over was told when the counting began
}

// Add counts one outcome.
func (c *Counter) Add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = make(map[string]int)
	}
	c.n[what]++
}

// Over returns the counts of a day that is over, once, and begins another; ok is
// false while the day lasts. now is the date at the site; up are seconds that no
// clock can change. The first call begins the first day.
func (c *Counter) Over(now time.Time, up time.Duration) (d Day, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	today := now.Format(dayForm)
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
	for what, times := range n {
		rounded[what] = Few
		if times >= fewest {
			rounded[what] = strconv.Itoa(times)
		}
	}
	return rounded
}
