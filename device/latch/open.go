package latch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Open prepares the latch that a configuration describes, and locks it. What
// is connected over a network may still be out of reach when it returns: see
// Check. Errors are ErrConfig, or say what cannot be read or opened.
func Open(c Config) (Latch, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	inner, err := open(c)
	if err != nil {
		return nil, err
	}
	return &bounded{inner: inner}, nil
}

func open(c Config) (Latch, error) {
	switch c.Kind {
	case KindGPIO:
		return openGPIO(c)
	case KindMQTT:
		return openMQTT(c)
	case KindHTTP:
		return openHTTP(c)
	case KindCommand:
		return openCommand(c)
	}
	return newLog(os.Stdout), nil
}

// bounded stands in front of every driver: no pulse out of bounds, one order
// at a time, none after Close, and no error without its reason.
type bounded struct {
	inner  Latch
	orders sync.Mutex // held during an order
	closed atomic.Bool
}

func (b *bounded) Unlatch(ctx context.Context, pulse time.Duration) error {
	if err := CheckPulse(pulse); err != nil {
		return err
	}
	b.orders.Lock()
	defer b.orders.Unlock()
	if b.closed.Load() {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil { // it ended while another order was carried out
		return failed(err)
	}
	return failed(b.inner.Unlatch(ctx, pulse))
}

func (b *bounded) Check(ctx context.Context) error {
	if b.closed.Load() {
		return ErrClosed
	}
	return failed(b.inner.Check(ctx))
}

func (b *bounded) Close() error {
	if b.closed.Swap(true) {
		return nil
	}
	b.orders.Lock()
	defer b.orders.Unlock()
	return b.inner.Close()
}

// failed gives an error its reason, if it has none.
func failed(err error) error {
	if err == nil || errors.Is(err, ErrFailed) || errors.Is(err, ErrStuck) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrFailed, err)
}
