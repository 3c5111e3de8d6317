// Package latchtest records what a latch is told, and plays a latch, for tests
// of what uses one.
package latchtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/device/latch"
)

// Order is one call of Unlatch.
type Order struct {
	Pulse time.Duration
	Err   error // what was answered
}

// Fake is a latch that moves nothing. It obeys the rules of every real one:
// pulses within bounds, nothing after Close. The zero value works.
type Fake struct {
	mu     sync.Mutex
	orders []Order
	script []error
	broken error
	closed bool
}

var _ latch.Latch = (*Fake)(nil)

// Play returns a Fake that answers its first orders with the errors given, nil
// for one that works, and all further ones with nil.
func Play(answers ...error) *Fake { return &Fake{script: slices.Clone(answers)} }

// Break lets every order and every Check fail with err, until it is nil.
func (f *Fake) Break(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
}

// Unlatch implements latch.Latch.
func (f *Fake) Unlatch(ctx context.Context, pulse time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.answer(ctx, pulse)
	f.orders = append(f.orders, Order{pulse, err})
	return err
}

func (f *Fake) answer(ctx context.Context, pulse time.Duration) error {
	if err := latch.CheckPulse(pulse); err != nil {
		return err
	}
	if f.closed {
		return latch.ErrClosed
	}
	if ctx.Err() != nil {
		return latch.ErrFailed
	}
	if f.broken != nil {
		return f.broken
	}
	if len(f.script) == 0 {
		return nil
	}
	err := f.script[0]
	f.script = f.script[1:]
	return err
}

// Check implements latch.Latch.
func (f *Fake) Check(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return latch.ErrClosed
	}
	return f.broken
}

// Close implements latch.Latch.
func (f *Fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// Orders returns every call of Unlatch, in order.
func (f *Fake) Orders() []Order {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.orders)
}

// Opened returns how many orders were answered with nil.
func (f *Fake) Opened() int {
	n := 0
	for _, o := range f.Orders() {
		if o.Err == nil {
			n++
		}
	}
	return n
}

// Recorder is a latch that notes the orders that pass through it.
type Recorder struct {
	latch.Latch

	mu     sync.Mutex
	orders []Order
}

// Record returns a Recorder of a latch.
func Record(l latch.Latch) *Recorder { return &Recorder{Latch: l} }

// Unlatch implements latch.Latch.
func (r *Recorder) Unlatch(ctx context.Context, pulse time.Duration) error {
	err := r.Latch.Unlatch(ctx, pulse)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.orders = append(r.orders, Order{pulse, err})
	return err
}

// Orders returns every call of Unlatch, in order.
func (r *Recorder) Orders() []Order {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.orders)
}
