package latch

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
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
	// stuck is why the pulse could not be ended, nil if it could. It is written
	// under mu, and read without: Check waits for nobody.
	stuck atomic.Pointer[error]
}

func newSwitch(c contact) *switched {
	return &switched{contact: c}
}

func (s *switched) Unlatch(ctx context.Context, pulse time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stuck := s.stuck.Load(); stuck != nil {
		return *stuck
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
		err = fmt.Errorf("%w: %w", ErrStuck, err)
		s.stuck.Store(&err)
		s.arm(time.Now().Add(relockEvery))
		return
	}
	s.until = time.Time{}
	s.stuck.Store(nil)
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

// Check does not wait for an order that is being carried out: a latch that is
// busy is a latch that works.
func (s *switched) Check(ctx context.Context) error {
	if stuck := s.stuck.Load(); stuck != nil {
		return *stuck
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return nil
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
