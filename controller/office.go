package controller

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// owed are passes of which completing failed, so that nobody knows whether they
// are good: whoever had them made was told that there are none. They are taken
// back as soon as that can be done. A controller that is killed before leaves a
// pass that is in its books, and that nobody has.
type owed struct {
	mu  sync.Mutex // guards all
	all []debt
}

// debt is one of them.
type debt struct {
	station pass.DoorID
	id      pass.ID
	until   time.Time
}

// add notes a pass, if an error leaves it open whether it is good.
func (o *owed) add(err error, station pass.DoorID, id pass.ID) {
	if !errors.Is(err, store.ErrUnavailable) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, debt{station, id, time.Now().Add(issue.OpenTime)})
}

// take returns what is owed, and forgets it.
func (o *owed) take() []debt {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.all
	o.all = nil
	return all
}

// settle takes back what is owed.
func (s *Controller) settle(ctx context.Context) {
	for _, d := range s.owed.take() {
		c, err := s.office.Controller(ctx)
		if err == nil {
			err = c.Abandon(ctx, d.station.String(), d.id)
		}
		if err != nil && time.Now().Before(d.until) {
			s.owed.mu.Lock()
			s.owed.all = append(s.owed.all, d)
			s.owed.mu.Unlock()
		}
	}
}
