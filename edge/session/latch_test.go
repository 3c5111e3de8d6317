package session

import (
	"context"
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
	interrupted atomic.Int32
}

func (l *slow) Unlatch(ctx context.Context, pulse time.Duration) error {
	l.busy.Store(true)
	defer l.busy.Store(false)
	time.Sleep(l.takes)
	return l.Fake.Unlatch(ctx, pulse)
}

func (l *slow) Check(context.Context) error {
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
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 1 })
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
