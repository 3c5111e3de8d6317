package issue

import (
	"errors"
	"fmt"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Revoke takes a pass away, and ends the consent that it was made under. The
// effect comes first, from a docket that is found open at the next start, and
// then the record. It returns whether the pass had been revoked before; then it
// only makes sure. It fails with [ErrUnknown], with [ErrNotRecorded] once the
// pass is refused but that is not recorded yet, and otherwise the pass may
// still be good.
func (c *Controller) Revoke(id pass.ID) (before bool, err error) {
	d, err := c.with.Dockets.Get(id)
	if err != nil {
		return false, err
	}
	switch d.State {
	case Revoked, Abandoned:
		return true, c.take(d)
	case Issued:
		d.State, d.Since = Revoking, c.with.Now()
	}
	// Where the queue cannot be written, taking the right away is tried all the
	// same: revoking again then completes the record.
	queued := c.with.Dockets.Put(d, true)
	if err := c.take(d); err != nil {
		return false, err
	}
	if err := c.close(d); err != nil {
		return false, fmt.Errorf("%w: %v", ErrNotRecorded, errors.Join(err, queued))
	}
	return false, nil
}

// end takes away what a docket gave, records that, and closes it. queued is
// what came of opening it.
func (c *Controller) end(d Docket, queued error) error {
	if err := c.take(d); err != nil {
		return errors.Join(err, queued)
	}
	if err := c.close(d); err != nil {
		return errors.Join(err, queued)
	}
	return nil
}

// take makes the place of a pass invalid.
func (c *Controller) take(d Docket) error {
	return c.with.Lists.Set(d.Status, statuslist.Invalid, c.with.Now())
}

// close records the end of a docket and closes it. It may be done again after
// any part of it.
func (c *Controller) close(d Docket) error {
	now := c.with.Now()
	final := Abandoned
	if d.State == Revoking {
		final = Revoked
	}
	if err := c.with.Record.Holder(now, d.Commitment(final)); err != nil {
		return err
	}
	d.State, d.Since = final, now
	if d.Consent != nil {
		d.Consent.Withdraw(now)
	}
	return c.with.Dockets.Put(d, false)
}
