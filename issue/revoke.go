package issue

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Revoke takes a pass away, and ends the consent that it was made under, in one
// transaction that also queues what the ledger says of it. It waits for nothing.
// It returns whether the pass had been revoked before; then it only makes sure. It
// fails with [ErrUnknown], and otherwise the pass may still be good.
func (c *Controller) Revoke(ctx context.Context, id pass.ID) (before bool, err error) {
	err = c.with.Books.Change(ctx, func(p Page) (err error) {
		before, err = c.RevokeOn(p, id)
		return err
	})
	return before, err
}

// RevokeOn is the transaction of [Controller.Revoke], for who has more to do in
// it.
func (c *Controller) RevokeOn(p Page, id pass.ID) (before bool, err error) {
	d, err := p.Get(id)
	if err != nil {
		return false, err
	}
	switch d.State {
	case Revoked, Abandoned:
		return true, p.Set(d.Status, statuslist.Invalid)
	case Issued:
		return false, c.end(p, d, Revoked)
	}
	return false, c.end(p, d, Abandoned)
}

// Abandon ends the making of passes, and takes back those that were completed
// less than [OpenTime] ago: whoever made them was perhaps not told. What does not
// exist or is over already is left as it is. It fails with [ErrState] for what is
// another's, or was made long ago.
func (c *Controller) Abandon(ctx context.Context, opener string, all ...pass.ID) error {
	if len(all) == 0 {
		return nil
	}
	return c.with.Books.Change(ctx, func(p Page) error { return c.AbandonOn(p, opener, all...) })
}

// AbandonOn is the transaction of [Controller.Abandon].
func (c *Controller) AbandonOn(p Page, opener string, all ...pass.ID) error {
	for _, id := range all {
		d, err := p.Get(id)
		if errors.Is(err, ErrUnknown) {
			continue // not even the docket was kept
		}
		if err != nil {
			return err
		}
		switch {
		case d.Opener != opener:
			return ErrState
		case d.State == Abandoned, d.State == Revoked:
			err = p.Set(d.Status, statuslist.Invalid)
		case d.State != Issued:
			err = c.end(p, d, Abandoned)
		case c.now().Sub(d.Since) < OpenTime:
			err = c.end(p, d, Revoked)
		default:
			err = ErrState
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepTogether is how many dockets one transaction of a sweep ends.
const sweepTogether = 64

// Sweep abandons what was not brought to its end in time, whoever began it, and
// returns how many those were. Every service does it now and then, and each
// program when it begins.
func (c *Controller) Sweep(ctx context.Context) (n int, err error) {
	for {
		some := 0
		err := c.with.Books.Change(ctx, func(p Page) error {
			late, err := p.Overdue(c.now(), sweepTogether)
			if err != nil {
				return err
			}
			for _, d := range late {
				if err := c.end(p, d, Abandoned); err != nil {
					return err
				}
			}
			some = len(late)
			return nil
		})
		if n += some; err != nil || some < sweepTogether {
			return n, err
		}
	}
}

// end makes the place of a pass invalid, ends its consent, and closes its docket.
func (c *Controller) end(p Page, d Docket, final State) error {
	if err := p.Set(d.Status, statuslist.Invalid); err != nil {
		return err
	}
	now := c.now()
	d.State, d.Since, d.Until = final, now, time.Time{}
	if d.Consent != nil {
		d.Consent.Withdraw(now)
	}
	_, err := c.put(p, d)
	return err
}
