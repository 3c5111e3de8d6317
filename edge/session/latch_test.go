package session

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/latch"
	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/pass"
)

// noting notes what the session tells of the latch.
func (s *stand) noting() (told func() []bool) {
	var all []bool
	s.session.p.Health = func(part door.Faults, broken bool) {
		if part == door.LatchFault {
			s.note(func() { all = append(all, broken) })
		}
	}
	return func() []bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.Clone(all)
	}
}

// slow is a latch that takes its time for an order, and cannot be asked anything
// meanwhile.
type slow struct {
	*latchtest.Fake
	takes       time.Duration
	busy        atomic.Bool
	asked       atomic.Int32
	interrupted atomic.Int32
}

func (l *slow) Unlatch(ctx context.Context, pulse time.Duration) error {
	l.busy.Store(true)
	defer l.busy.Store(false)
	time.Sleep(l.takes)
	return l.Fake.Unlatch(ctx, pulse)
}

func (l *slow) Check(context.Context) error {
	defer l.asked.Add(1)
	if l.busy.Load() {
		l.interrupted.Add(1)
		return latch.ErrFailed
	}
	return nil
}

// TestASlowLatchIsNoFault: nothing is reported of a latch, with its
// moment, because somebody passed.
func TestASlowLatchIsNoFault(t *testing.T) {
	s := newStand(t)
	l := &slow{Fake: s.latch, takes: 2500 * time.Millisecond}
	s.session.p.Latch = l
	told := s.noting()
	s.run()
	s.wait("the latch was asked", func() bool { return l.asked.Load() > 0 }) // and not again for latchEvery
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 1 })
	s.turn(door.ResultTime)
	s.wait("the door is ready again", func() bool { return s.key0() == door.KeyReady })
	if len(told()) != 0 || l.interrupted.Load() != 0 {
		t.Errorf("told %v, asked %d times meanwhile", told(), l.interrupted.Load())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, screen := range s.screens[1:] {
		if k := door.Key(screen.Key); k != door.KeyReady && k != door.KeyOpened {
			t.Errorf("the screen said %q", k)
		}
	}
}

// TestADeadLatch locks the door before somebody stands there, once, and mends.
func TestADeadLatch(t *testing.T) {
	s := newStand(t)
	told := s.noting()
	s.run()
	s.latch.Break(latch.ErrFailed)
	s.wait("the door is locked", func() bool { return s.key0() == door.KeyLocked })
	s.latch.Break(nil)
	s.wait("the door is ready again", func() bool { return s.key0() == door.KeyReady })
	if got := told(); !slices.Equal(got, []bool{true, false}) {
		t.Errorf("told %v", got)
	}
}

// hanging is a latch that never answers an order of its own accord.
type hanging struct {
	*latchtest.Fake
	asked    atomic.Int32
	deadline atomic.Value // time.Time, of the last order
}

func (l *hanging) Unlatch(ctx context.Context, _ time.Duration) error {
	deadline, _ := ctx.Deadline()
	l.deadline.Store(deadline)
	l.asked.Add(1)
	<-ctx.Done()
	return errors.Join(latch.ErrFailed, ctx.Err())
}

// TestAnOrderToTheLatchEnds when the machine has stopped waiting for it, whatever
// the latch does, and the door's own clock says how long that is.
func TestAnOrderToTheLatchEnds(t *testing.T) {
	s := newStand(t)
	s.time = s.time.AddDate(-1, 0, 0)
	l := &hanging{Fake: s.latch}
	s.session.p.Latch = l
	const left = 50 * time.Millisecond
	before := time.Now()
	s.session.carryOut(t.Context(), door.Unlatch{Showing: 7, Pulse: time.Second, Until: s.Now().Add(left)})
	var answer door.Event
	select {
	case answer = <-s.session.events:
	case <-time.After(time.Minute):
		t.Fatal("it hangs")
	}
	if e, ok := answer.(door.Latched); !ok || e.Showing != 7 || !errors.Is(e.Err, context.DeadlineExceeded) {
		t.Errorf("answered %+v", answer)
	}
	if until, _ := l.deadline.Load().(time.Time); until.Before(before.Add(left)) || until.After(time.Now().Add(left)) {
		t.Errorf("the latch had until %v after the order", until.Sub(before))
	}
}

// TestAnOrderThatComesTooLate opens nothing.
func TestAnOrderThatComesTooLate(t *testing.T) {
	s := newStand(t)
	s.session.carryOut(t.Context(), door.Unlatch{Pulse: time.Second, Until: s.Now()})
	if e, _ := (<-s.session.events).(door.Latched); e.Err == nil || s.latch.Opened() != 0 {
		t.Errorf("answered %v, %d openings", e.Err, s.latch.Opened())
	}
}

// TestAStopWhileOpening does not wait for a latch that hangs.
func TestAStopWhileOpening(t *testing.T) {
	s := newStand(t)
	l := &hanging{Fake: s.latch}
	s.session.p.Latch = l
	stop := s.run()
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("the latch was told", func() bool { return l.asked.Load() == 1 })
	began := time.Now()
	stop()
	if until, _ := l.deadline.Load().(time.Time); !time.Now().Before(until) {
		t.Errorf("it waited %v, until the latch gave up", time.Since(began))
	}
}

// asking is a latch that is asked something, and told something meanwhile.
type asking struct {
	*latchtest.Fake
	works     bool
	meanwhile func()
	asked     int
}

func (l *asking) Check(context.Context) error {
	l.asked++
	l.meanwhile()
	if l.works {
		return nil
	}
	return latch.ErrFailed
}

// TestWhatCountsAsBroken: checks that fail in a row, with no order before, during
// or between them that could be why.
func TestWhatCountsAsBroken(t *testing.T) {
	ends := time.Now().Add(-door.MaxPulse - latchTime) // so that it rests since
	for name, of := range map[string]struct {
		checks string // works, fails, fails while an order begins and ends, an order between two, an order that is out
		said   string // broken, works
		asked  int
	}{
		"one failure":               {"f", "", 1},
		"two in a row":              {"ff", "b", 2},
		"each further one":          {"fff", "bb", 3},
		"it works between":          {"fwf", "w", 3},
		"it works again":            {"ffw", "bw", 3},
		"an order during a check":   {"fof", "", 3},
		"an order between":          {"fbf", "", 2},
		"an order that is not over": {"fOff", "", 1},
	} {
		s := newStand(t)
		l := &asking{Fake: s.latch}
		s.session.p.Latch = l
		order := func() { s.session.orders.begin(); s.session.orders.end(ends, door.MaxPulse) }
		var c checks
		for _, check := range of.checks {
			l.works, l.meanwhile = check == 'w', func() {}
			switch check {
			case 'o':
				l.meanwhile = order
			case 'b':
				order()
				continue
			case 'O':
				s.session.orders.begin()
				continue
			}
			s.session.askLatch(t.Context(), &c)
		}
		said := ""
		for len(s.session.events) > 0 {
			if f, ok := (<-s.session.events).(door.Fault); ok && f.Part == door.LatchFault {
				said += map[bool]string{true: "b", false: "w"}[f.Broken]
			}
		}
		if said != of.said || l.asked != of.asked {
			t.Errorf("%s: said %q, asked %d times", name, said, l.asked)
		}
	}
}
