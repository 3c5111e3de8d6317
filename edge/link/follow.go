package link

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	firstWait = 250 * time.Millisecond
	// longWait bounds the waits of the first minutes, so that a controller that
	// comes back is found at once; patientWait those after patience, so that a
	// thousand doors do not stand before one that is down.
	longWait    = 3 * time.Second
	patientWait = 30 * time.Second
	patience    = 10 * time.Minute
)

// Backoff says how long to wait after one failure and another. The zero value
// begins anew. It is not safe for concurrent use.
type Backoff struct {
	next, waited time.Duration
}

// Next returns how long to wait now: doubled each time up to a bound, and
// between a half and the whole of that, by chance.
func (b *Backoff) Next() time.Duration {
	bound := longWait
	if b.waited >= patience {
		bound = patientWait
	}
	b.next = min(max(b.next*2, firstWait), bound)
	wait := b.next/2 + rand.N(b.next/2)
	b.waited += wait
	return wait
}

// Taker takes bundles.
type Taker interface {
	// After returns the number above which a bundle is wanted; 0 for any.
	After() uint64
	// Take verifies and keeps a bundle, and fetches what it names.
	Take(ctx context.Context, data []byte) error
	// Heard is told how each attempt ended: nil when the controller was reached.
	Heard(err error)
}

// Follow fetches one bundle after another until ctx ends, and tells t. A
// revocation is here as soon as the controller has a bundle with it.
func (c *Client) Follow(ctx context.Context, t Taker) {
	var b Backoff
	for ctx.Err() == nil {
		err := c.follow(ctx, t)
		if ctx.Err() != nil {
			return
		}
		t.Heard(err)
		if err == nil {
			b = Backoff{}
			continue
		}
		sleep(ctx, b.Next())
	}
}

// follow waits for one bundle, and takes it.
func (c *Client) follow(ctx context.Context, t Taker) error {
	began := time.Now()
	data, err := c.Bundle(ctx, t.After())
	if errors.Is(err, ErrNothingNew) {
		// A controller that does not wait must not be asked without end.
		sleep(ctx, firstWait-time.Since(began))
		return nil
	}
	if err != nil {
		return c.instead(ctx, t, err)
	}
	return t.Take(ctx, data)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
