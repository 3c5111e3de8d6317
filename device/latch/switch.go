package latch

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// contact is a thing that stays open until somebody locks it.
type contact interface {
	// open lets go. pulse is how long, for a thing that times it itself.
	open(ctx context.Context, pulse time.Duration) error
	// lock may be called at any time, locked or not.
	lock() error
	// close lets go of the device. After an error lock and open begin anew.
	close()
}

// relockEvery is how soon a contact that could not be locked is tried again.
const relockEvery = 100 * time.Millisecond

// switched makes pulses with a contact. The pulse ends by a timer of this
// process, whatever the caller does. Orders that overlap make one pulse, up to
// the latest end.
type switched struct {
	contact contact

	mu    sync.Mutex // guards what follows, and the contact
	until time.Time  // the end of the pulse; zero when locked
	timer *time.Timer
	stuck error // why the pulse could not be ended
}

func newSwitch(c contact) *switched {
	return &switched{contact: c}
}

func (s *switched) Unlatch(ctx context.Context, pulse time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stuck != nil {
		return s.stuck
	}
	if until := time.Now().Add(pulse); until.After(s.until) {
		s.arm(until) // before the contact moves, so that nothing can come between
	}
	if err := s.contact.open(ctx, pulse); err != nil {
		s.lock()
		return err
	}
	return nil
}

func (s *switched) arm(until time.Time) {
	s.until = until
	if s.timer == nil {
		s.timer = time.AfterFunc(time.Until(until), s.end)
		return
	}
	s.timer.Reset(time.Until(until))
}

// end is called by the timer.
func (s *switched) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until.IsZero() || time.Now().Before(s.until) { // locked already, or armed anew
		return
	}
	s.lock()
}

// lock locks, or arranges that it is tried again.
func (s *switched) lock() {
	if err := s.contact.lock(); err != nil {
		s.stuck = fmt.Errorf("%w: %w", ErrStuck, err)
		s.arm(time.Now().Add(relockEvery))
		return
	}
	s.until, s.stuck = time.Time{}, nil
	s.timer.Stop()
}

// settle locks when there is no pulse: the contact may not be as it was left.
// If it fails, whoever called it has to call it again.
func (s *switched) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until.IsZero() {
		_ = s.contact.lock()
	}
}

func (s *switched) Check(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stuck
}

func (s *switched) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.until = time.Time{}
	err := s.contact.lock()
	s.contact.close()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStuck, err)
	}
	return nil
}
