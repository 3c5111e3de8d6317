// Package timekeeper tells a door what time it is and how much of its bundle's
// life is left, on a machine whose power can be cut and whose clock can be
// wrong or turned.
//
// Two things are kept apart. The time that passes are judged at never runs
// below a mark that is saved every minute. The life of a bundle is spent in
// seconds that the machine was running, which no clock can take back, plus
// [BootCost] for every boot, which is more than a power cut can hide; where the
// wall clock says that more has gone by, it is believed.
//
// It never trusts a clock that runs backwards, and never gives life back. What
// remains: while the machine is off only the wall clock counts, so a door that
// was kept without power, and whose clock was turned back to when that began,
// takes up its life where it left off, less [BootCost]. A clock that was wrongly
// set ahead while a bundle was alive stays ahead, for at most the life of that
// bundle. Without a TPM a disk that is put back as it was takes the marks with
// it (see package tpm).
package timekeeper

import (
	"math"
	"time"
)

const (
	// SaveEvery is how often the marks are to be saved.
	SaveEvery = time.Minute
	// BootCost is what every boot takes from the life of a bundle. It covers
	// what was not saved when the power was cut.
	BootCost = 5 * time.Minute
	// MaxUnsaved is how long a door decides although its marks cannot be saved:
	// no longer than what a boot costs.
	MaxUnsaved = BootCost
	// JumpFrom is from which difference on between the clock on the wall and
	// the seconds that went by the clock is said to have jumped. Clocks that
	// are kept right in small steps stay below.
	JumpFrom = 5 * time.Second
)

// spentAll is more than any bundle lives.
const spentAll = time.Duration(math.MaxInt64 / 4)

// Reading is one look at the machine's clocks.
type Reading struct {
	// Wall is what time the machine says it is. It may be anything.
	Wall time.Time
	// Boot names the time since the machine was last started.
	Boot string
	// Up is how long ago that was, times of sleep included. Within one boot it
	// never goes back.
	Up time.Duration
}

// Held is the bundle whose life is counted.
type Held struct {
	// Number is 0 where there is none.
	Number uint64 `json:"number"`
	// SHA256 is that of the signed bundle.
	SHA256 [32]byte `json:"sha256"`
	// Issued is when it was signed.
	Issued time.Time `json:"issued"`
	// Life is the longest that anything is decided with it.
	Life time.Duration `json:"life"`
}

// Mark is what must outlive a power cut.
type Mark struct {
	// High is the latest time at which something may have been decided.
	High time.Time `json:"high"`
	// Spent is how much of the life of the bundle has gone by.
	Spent time.Duration `json:"spent"`
	Held  Held          `json:"bundle"`
	// Boot and Up are when this was written, by the machine's own count.
	Boot string        `json:"boot"`
	Up   time.Duration `json:"up"`
	// Counter is what a TPM has counted to, 0 where there is none.
	Counter uint64 `json:"counter"`
	// Distrusted is whether the disk was not as it was left, so that nothing is
	// decided before a bundle came from whoever makes them.
	Distrusted bool `json:"distrusted"`
}

// Core is a timekeeper without a clock or a disk. It is a value: tests may copy
// it. It is not safe for concurrent use.
type Core struct {
	mark Mark
	last Reading
	jump time.Duration
}

// Begin continues from what was saved last; the zero Mark is a door's first
// start. Unless it was saved in this very boot, a boot is paid for.
func Begin(m Mark, r Reading) Core {
	c := Core{mark: m, last: r}
	if m.Boot == r.Boot && m.Boot != "" && r.Up >= m.Up {
		c.elapse(r.Up - m.Up)
	} else {
		c.elapse(r.Up)
		c.spend(BootCost)
		if r.Wall.Before(c.mark.High) && !m.High.IsZero() {
			// The clock is wrong, so what was not saved is unknown.
			c.mark.High = c.mark.High.Add(BootCost)
		}
	}
	if behind := r.Wall.Sub(c.mark.High); !m.High.IsZero() && behind < -JumpFrom {
		c.jump = behind
	}
	c.fold(r)
	return c
}

// elapse counts seconds that certainly went by.
func (c *Core) elapse(d time.Duration) {
	if d = max(d, 0); !c.mark.High.IsZero() {
		c.mark.High = c.mark.High.Add(d)
	}
	c.spend(d)
}

func (c *Core) spend(d time.Duration) { c.mark.Spent = min(c.mark.Spent+min(d, spentAll), spentAll) }

// fold takes in what the wall clock says. The mark follows the clock only while
// the bundle lives: later nothing is decided, and a clock that ran far ahead
// for a moment does no lasting harm.
func (c *Core) fold(r Reading) {
	c.last = r
	c.mark.Boot, c.mark.Up = r.Boot, r.Up
	if c.mark.Held.Number == 0 {
		return
	}
	c.mark.Spent = max(c.mark.Spent, min(c.Now().Sub(c.mark.Held.Issued), spentAll))
	if c.mark.Spent < c.mark.Held.Life && c.mark.High.Before(r.Wall) {
		c.mark.High = whole(r.Wall)
	}
}

// whole strips what does not survive being written: the monotonic part.
func whole(t time.Time) time.Time { return t.Round(0).UTC() }

// Advance takes a new look at the clocks.
func (c *Core) Advance(r Reading) {
	up := r.Up - c.last.Up
	if d := r.Wall.Sub(c.last.Wall) - up; d.Abs() >= JumpFrom {
		c.jump = d
	}
	c.elapse(up)
	c.fold(r)
}

// Now returns the time at which passes are judged: that of the last look at the
// clocks, and never less than the mark.
func (c *Core) Now() time.Time {
	if c.mark.High.After(c.last.Wall) {
		return c.mark.High
	}
	return whole(c.last.Wall)
}

// Accept begins the life of another bundle, which is as old as its signature. A
// bundle that is held already goes on as it was, and begins anew only after
// [Core.Distrust].
func (c *Core) Accept(h Held) {
	h.Issued = whole(h.Issued)
	if h.Number == c.mark.Held.Number && h.SHA256 == c.mark.Held.SHA256 && !c.mark.Distrusted {
		return
	}
	c.mark.Held, c.mark.Distrusted = h, false
	if c.mark.High.Before(h.Issued) {
		c.mark.High = h.Issued
	}
	c.mark.Spent = 0
	c.fold(c.last)
}

// AtLeast says that it is no earlier than a time that somebody vouches for.
func (c *Core) AtLeast(t time.Time) {
	if c.mark.High.Before(t) {
		c.mark.High = whole(t)
	}
}

// Distrust ends the life of the bundle. It can be accepted again from whoever
// made it, and must not be from the disk.
func (c *Core) Distrust() { c.mark.Spent, c.mark.Distrusted = spentAll, true }

// Left returns what is left of a life that the bundle gives; 0 when it is over
// or there is no bundle.
func (c *Core) Left(life time.Duration) time.Duration {
	if c.mark.Held.Number == 0 {
		return 0
	}
	return max(0, min(life, c.mark.Held.Life)-c.mark.Spent)
}

// Jump returns by how much the clock has jumped since this was last asked; 0
// for not at all. Below 0 the clock was turned back.
func (c *Core) Jump() time.Duration {
	d := c.jump
	c.jump = 0
	return d
}

// Mark returns what is to be saved.
func (c *Core) Mark() Mark { return c.mark }
