package timekeeper

import "time"

// Pacer is a [Clock] that its reader also waits by, so that a test can play a
// day in minutes. The clock of a machine is none.
type Pacer interface {
	Clock
	// After is that of package time, by this clock.
	After(d time.Duration) <-chan time.Time
}

// After waits for a time by a clock if it is a [Pacer], else by the machine's.
func After(c Clock, d time.Duration) <-chan time.Time {
	if p, ok := c.(Pacer); ok {
		return p.After(d)
	}
	return time.After(d)
}
