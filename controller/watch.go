package controller

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// watch makes a new bundle whenever something has changed, whoever changed it, and
// wakes who waits. Now and then it brings to an end what others have left.
func (s *Controller) watch(ctx context.Context) {
	s.sweep(ctx)
	tick := time.NewTicker(watchTime)
	defer tick.Stop()
	for checked := time.Now(); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.office.Changed():
			pause(ctx, gatherTime) // more may follow, and one bundle says it all
		}
		s.settle(ctx)
		s.sayLedger()
		again := time.Since(checked) >= recheckTime
		if changed, err := s.publisher.Changed(ctx); err == nil && !changed && !again {
			continue
		}
		s.publish(ctx)
		if again {
			checked = time.Now()
			s.sweep(ctx)
		}
	}
}

// sayLedger says if the ledger cannot be written here: then nothing is given to
// anybody.
func (s *Controller) sayLedger() {
	fault := s.office.LedgerFault()
	if fault == nil {
		return
	}
	why := fault.Error()
	// Such an error names another file each time, and comes without its cause.
	if strings.Contains(why, syscall.ENOSPC.Error()) || strings.Contains(why, syscall.EDQUOT.Error()) {
		why = "the disk is full. Make room, and all goes on by itself"
	}
	s.ahead.say(s.say, "the ledger cannot be written, and until it can nothing is given to anybody: "+why)
}

// sweep ends what was interrupted and what has run out: passes that were not made,
// consents, sessions.
func (s *Controller) sweep(ctx context.Context) {
	err := errors.Join(s.office.Sweep(ctx), s.acts.Sweep(ctx))
	if err != nil && ctx.Err() == nil {
		s.ahead.say(s.say, "what was interrupted or has run out could not be brought to an end, and is tried every minute: "+err.Error())
	}
}

// gatherTime is how long after a change a bundle is made.
const gatherTime = 100 * time.Millisecond

func pause(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}

// publish makes the next bundle if there is something to say. If that fails, the
// one before stands, and it is tried again; what is wrong is said once.
func (s *Controller) publish(ctx context.Context) {
	p, warnings, err := s.publisher.Publish(ctx)
	if err != nil {
		warnings = append(warnings, "there is no new bundle: "+err.Error())
	}
	if ctx.Err() != nil {
		return
	}
	for _, w := range warnings {
		s.ahead.say(s.say, w)
	}
	s.spread(p)
}

// sayOnce repeats nothing that it said in the last hour, and says no more than a
// few things in that time.
type sayOnce struct {
	mu    sync.Mutex // guards what follows
	said  []string
	since time.Time
}

const maxSaid = 32

func (o *sayOnce) say(to func(string), text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.since) > time.Hour {
		o.said, o.since = nil, time.Now()
	}
	if slices.Contains(o.said, text) || len(o.said) >= maxSaid {
		return
	}
	o.said = append(o.said, text)
	to(text)
}
