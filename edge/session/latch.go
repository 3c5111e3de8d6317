package session

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/door"
)

// latchEvery is how often the latch is asked whether it could work, and
// latchTime how long it has to answer.
const (
	latchEvery = 2 * time.Second
	latchTime  = time.Second
)

// watchLatch reports a latch that does not answer, before somebody stands in
// front of it.
func (s *Session) watchLatch(ctx context.Context) {
	for {
		asked, cancel := context.WithTimeout(ctx, latchTime)
		err := s.p.Latch.Check(asked)
		cancel()
		if ctx.Err() != nil {
			return
		}
		s.sayUnless(ctx, door.Fault{Part: door.LatchFault, Broken: err != nil})
		select {
		case <-ctx.Done():
			return
		case <-time.After(latchEvery):
		}
	}
}
