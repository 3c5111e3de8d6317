package session

import (
	"context"
	"sync"
	"time"

	"github.com/facelatch/facelatch/door"
)

// latchEvery is how often the latch is asked whether it could work, and
// latchTime how long it has to answer.
const (
	latchEvery = 2 * time.Second
	latchTime  = time.Second
)

// latchChecks is how many checks in a row must fail until the latch counts as
// broken. Something else may have kept it busy during one.
const latchChecks = 2

// watchLatch reports a latch that does not answer, before somebody stands in
// front of it.
func (s *Session) watchLatch(ctx context.Context) {
	var c checks
	for {
		s.askLatch(ctx, &c)
		select {
		case <-ctx.Done():
			return
		case <-time.After(latchEvery):
		}
	}
}

// checks are those of the latch that failed in a row, and how many orders there
// had been then.
type checks struct {
	failed int
	orders uint64
}

// askLatch checks the latch once. It asks nothing while somebody passes, and what
// an order did to a check does not count: a latch that is slow at its work would
// else be reported, with its moment, each time that somebody comes in.
func (s *Session) askLatch(ctx context.Context, c *checks) {
	orders, rests := s.orders.rest(time.Now())
	if !rests {
		return
	}
	if orders != c.orders {
		*c = checks{orders: orders}
	}
	works := s.checkLatch(ctx)
	after, rests := s.orders.rest(time.Now())
	switch {
	case ctx.Err() != nil:
	case !rests || after != orders:
		c.failed = 0
	case works:
		c.failed = 0
		s.sayUnless(ctx, door.Fault{Part: door.LatchFault, Broken: false})
	default:
		if c.failed++; c.failed >= latchChecks {
			s.sayUnless(ctx, door.Fault{Part: door.LatchFault, Broken: true})
		}
	}
}

func (s *Session) checkLatch(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, latchTime)
	defer cancel()
	return s.p.Latch.Check(ctx) == nil
}

// orders is whether the latch has something to do.
type orders struct {
	mu    sync.Mutex
	count uint64    // guarded by mu: of all orders, to tell whether there was another
	out   int       // guarded by mu: those that were not answered
	busy  time.Time // guarded by mu: until when what was answered may keep it busy
}

func (o *orders) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count++
	o.out++
}

// end notes the answer to an order. A latch may answer before its pulse ends.
func (o *orders) end(now time.Time, pulse time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.out--
	o.busy = now.Add(pulse + latchTime)
}

// rest returns how many orders there were, and whether the latch has rested
// since the last.
func (o *orders) rest(now time.Time) (count uint64, rests bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count, o.out == 0 && !now.Before(o.busy)
}
