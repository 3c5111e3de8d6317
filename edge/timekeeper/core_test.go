package timekeeper

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/internal/testenv"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const life = 7 * 24 * time.Hour

func held(n uint64, issued time.Time) Held {
	return Held{Number: n, SHA256: [32]byte{byte(n), byte(n >> 8)}, Issued: issued, Life: life}
}

// at is a reading in the boot named a, at a time on the wall.
func at(wall time.Time, up time.Duration) Reading { return Reading{Wall: wall, Boot: "a", Up: up} }

// begun is a door that holds bundle 1, issued at noon, an hour after boot.
func begun() Core {
	c := Begin(Mark{}, at(noon, time.Hour))
	c.Accept(held(1, noon))
	return c
}

func TestNothingIsLeftWithoutABundle(t *testing.T) {
	c := Begin(Mark{}, at(noon, time.Hour))
	if left := c.Left(life); left != 0 {
		t.Errorf("%v left", left)
	}
}

func TestSecondsAreSpent(t *testing.T) {
	c := begun()
	c.Advance(at(noon.Add(time.Hour), 2*time.Hour))
	if got := c.Left(life); got != life-time.Hour {
		t.Errorf("%v left", got)
	}
	if got := c.Left(24 * time.Hour); got != 23*time.Hour {
		t.Errorf("%v of a shorter life left", got)
	}
	if got := c.Left(10 * life); got != life-time.Hour {
		t.Errorf("%v of a life that is longer than the bundle's left", got)
	}
	c.Advance(at(noon.Add(8*24*time.Hour), 9*24*time.Hour))
	if got := c.Left(life); got != 0 {
		t.Errorf("%v left after a life", got)
	}
}

func TestABundleIsAsOldAsItsSignature(t *testing.T) {
	c := Begin(Mark{}, at(noon, 0))
	c.Accept(held(1, noon.Add(-time.Hour)))
	if got := c.Left(life); got != life-time.Hour {
		t.Errorf("%v left", got)
	}
}

// A machine without a clock of its own starts in 1970.
func TestABundleSaysHowLateItIsAtLeast(t *testing.T) {
	c := Begin(Mark{}, at(time.Unix(0, 0), 0))
	c.Accept(held(1, noon))
	c.Advance(at(time.Unix(60, 0), time.Minute))
	if got := c.Now(); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("it is %v", got)
	}
}

func TestAtLeast(t *testing.T) {
	c := Begin(Mark{}, at(time.Unix(0, 0), 0))
	c.AtLeast(noon)
	c.AtLeast(noon.Add(-time.Hour))
	if got := c.Now(); !got.Equal(noon) {
		t.Errorf("it is %v", got)
	}
}

func TestAClockTurnedBackTakesNothingBack(t *testing.T) {
	c := begun()
	c.Advance(at(noon.Add(time.Hour), 2*time.Hour))
	c.Advance(at(noon.Add(-240*time.Hour), 2*time.Hour+time.Minute))
	if got := c.Now(); !got.Equal(noon.Add(time.Hour + time.Minute)) {
		t.Errorf("it is %v", got)
	}
	if got := c.Left(life); got != life-time.Hour-time.Minute {
		t.Errorf("%v left", got)
	}
	if got := c.Jump(); got > -240*time.Hour {
		t.Errorf("a jump of %v", got)
	}
	if got := c.Jump(); got != 0 {
		t.Errorf("the jump was told twice: %v", got)
	}
}

func TestAClockSetRightIsBelieved(t *testing.T) {
	c := begun()
	c.Advance(at(noon.Add(48*time.Hour), time.Hour+time.Minute))
	if got := c.Left(life); got != life-48*time.Hour {
		t.Errorf("%v left", got)
	}
	if got := c.Jump(); got != 48*time.Hour-time.Minute {
		t.Errorf("a jump of %v", got)
	}
}

// A clock that ran to the end of the century for a moment ends the bundle's
// life, but not that of the next.
func TestAClockFarAheadDoesNoLastingHarm(t *testing.T) {
	c := begun()
	c.Advance(at(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), time.Hour))
	if got := c.Left(life); got != 0 {
		t.Errorf("%v left", got)
	}
	c.Advance(at(noon.Add(time.Minute), time.Hour+time.Minute))
	if got := c.Left(life); got != 0 {
		t.Errorf("%v left again", got)
	}
	c.Accept(held(2, noon.Add(time.Minute)))
	if got := c.Left(life); got != life {
		t.Errorf("%v of the next left", got)
	}
	if got := c.Now(); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("it is %v", got)
	}
}

func TestABootIsPaidFor(t *testing.T) {
	c := begun()
	c = Begin(c.Mark(), Reading{Wall: noon, Boot: "b", Up: time.Minute})
	if got := c.Left(life); got != life-BootCost-time.Minute {
		t.Errorf("%v left after a boot", got)
	}
}

func TestARestartInOneBootIsNotPaidFor(t *testing.T) {
	c := begun()
	c = Begin(c.Mark(), at(noon.Add(-24*time.Hour), 3*time.Hour))
	if got := c.Left(life); got != life-2*time.Hour {
		t.Errorf("%v left after a restart", got)
	}
	if got := c.Now(); !got.Equal(noon.Add(2 * time.Hour)) {
		t.Errorf("it is %v", got)
	}
}

// A boot is the same only if it has gone on.
func TestABootCannotBeYoungerThanItsMark(t *testing.T) {
	c := begun()
	c = Begin(c.Mark(), at(noon, time.Minute))
	if got := c.Left(life); got > life-BootCost {
		t.Errorf("%v left", got)
	}
}

func TestAcceptingTwiceGivesNothingBack(t *testing.T) {
	c := begun()
	c.Advance(at(noon.Add(time.Hour), 2*time.Hour))
	c.Accept(held(1, noon))
	if got := c.Left(life); got != life-time.Hour {
		t.Errorf("%v left", got)
	}
}

// What boots have cost is not given back either.
func TestAcceptingAgainAfterBootsGivesNothingBack(t *testing.T) {
	c := begun()
	for _, boot := range []string{"b", "c", "d"} {
		c = Begin(c.Mark(), Reading{Wall: noon, Boot: boot})
	}
	c.Accept(held(1, noon))
	if got := c.Left(life); got != life-3*BootCost {
		t.Errorf("%v left", got)
	}
}

// A clock that is behind after a boot hides what was not saved: the mark pays.
func TestAClockBehindAfterABootIsMovedOn(t *testing.T) {
	c := begun()
	c.Advance(at(noon.Add(time.Hour), 2*time.Hour))
	c = Begin(c.Mark(), Reading{Wall: noon, Boot: "b"})
	if got := c.Now(); !got.Equal(noon.Add(time.Hour + BootCost)) {
		t.Errorf("it is %v", got)
	}
	if got := c.Jump(); got > -time.Hour {
		t.Errorf("a jump of %v", got)
	}
}

func TestAClockSetAheadAndBackStaysAhead(t *testing.T) {
	c := begun()
	c.Advance(at(noon.Add(48*time.Hour), time.Hour))
	c.Advance(at(noon, time.Hour))
	if got := c.Now(); !got.Equal(noon.Add(48 * time.Hour)) {
		t.Errorf("it is %v", got)
	}
}

func TestDistrust(t *testing.T) {
	c := begun()
	c.Distrust()
	if got := c.Left(life); got != 0 {
		t.Errorf("%v left", got)
	}
	c = Begin(c.Mark(), at(noon, 2*time.Hour))
	if got := c.Left(life); got != 0 || !c.Mark().Distrusted {
		t.Errorf("%v left after a restart", got)
	}
	c.Accept(held(1, noon))
	if got := c.Left(life); got != life-time.Hour {
		t.Errorf("%v left after it came again", got)
	}
}

// world is what really happens to a machine whose owner wants time.
type world struct {
	t *rapid.T
	// now is the true time, wall what the machine believes.
	now, wall time.Time
	boot      int
	up        time.Duration
	core      Core
	saved     Mark
	number    uint64
	// ran is for how long the machine has run since the bundle was accepted.
	ran time.Duration
	// seen is the latest time at which something may have been decided, as it
	// was last saved.
	seen time.Time
}

func (w *world) read() Reading {
	return Reading{Wall: w.wall, Boot: string(rune('a' + w.boot)), Up: w.up}
}

func (w *world) save() {
	w.saved = w.core.Mark()
	if now := w.core.Now(); w.core.Left(life) > 0 && now.After(w.seen) {
		w.seen = now
	}
}

// run lets time go by, with the marks saved every minute.
func (w *world) run(d time.Duration) {
	for d > 0 {
		step := min(d, SaveEvery)
		w.now, w.wall, w.up, w.ran = w.now.Add(step), w.wall.Add(step), w.up+step, w.ran+step
		d -= step
		w.core.Advance(w.read())
		if step == SaveEvery {
			w.save()
		}
		w.check()
	}
}

func (w *world) check() {
	if left := w.core.Left(life); left > 0 && w.ran+left > life {
		w.t.Fatalf("ran for %v, and %v of %v is left", w.ran, left, life)
	}
	if now := w.core.Now(); now.Before(w.seen) {
		w.t.Fatalf("it is %v and was %v before", now, w.seen)
	}
}

// start boots the machine, with the clock where its owner wants it.
func (w *world) start(wall time.Time) {
	w.boot, w.up, w.wall = w.boot+1, 0, wall
	w.core = Begin(w.saved, w.read())
	w.save()
	w.check()
}

func (w *world) anyTime(label string) time.Time {
	off := rapid.Int64Range(-20*24*3600, 20*24*3600).Draw(w.t, label)
	return w.now.Add(time.Duration(off) * time.Second)
}

// TestNothingLengthensALife is the promise: whatever is done to the power and
// to the clock, and however often, a machine decides with a bundle for no
// longer than its life, and the time never falls below what was saved.
func TestNothingLengthensALife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, now: noon, wall: noon}
		w.core = Begin(Mark{}, w.read())
		w.accept()
		for range rapid.IntRange(1, testenv.Count(40, 200)).Draw(t, "acts") {
			w.act()
		}
	})
}

func (w *world) accept() {
	w.number++
	w.core.Accept(held(w.number, w.now))
	w.ran = 0
	w.save()
}

func (w *world) act() {
	switch rapid.IntRange(0, 9).Draw(w.t, "act") {
	case 0: // the clock is turned while the machine runs
		w.wall = w.anyTime("turned to")
		w.core.Advance(w.read())
		w.check()
	case 1, 2: // the power is cut for a while
		w.now = w.now.Add(time.Duration(rapid.IntRange(0, 3600).Draw(w.t, "off")) * time.Second)
		w.start(w.anyTime("started at"))
	case 3: // cut, and the clock is as it should be
		w.start(w.now)
	case 4: // the program alone is started again
		w.core = Begin(w.saved, w.read())
		w.check()
	case 5: // the same bundle once more
		w.core.Accept(held(w.number, w.core.Mark().Held.Issued))
		w.check()
	case 6:
		if rapid.IntRange(0, 9).Draw(w.t, "another bundle") == 0 {
			w.accept()
		}
	default:
		w.run(time.Duration(rapid.IntRange(1, 36*3600).Draw(w.t, "seconds")) * time.Second)
	}
}

// TestCuttingThePowerAgainAndAgainBuysNothing: each boot gives fewer seconds
// than it costs.
func TestCuttingThePowerAgainAndAgainBuysNothing(t *testing.T) {
	c := begun()
	ran := time.Duration(0)
	mark := c.Mark()
	for boot := range 5000 {
		r := Reading{Wall: noon, Boot: time.Duration(boot).String(), Up: 0}
		c = Begin(mark, r)
		mark = c.Mark() // saved at the start, and cut just before the next time
		r.Up = SaveEvery - 1
		c.Advance(r)
		if c.Left(life) == 0 {
			break
		}
		ran += r.Up
	}
	if ran > life/4 {
		t.Errorf("it ran for %v", ran)
	}
}
