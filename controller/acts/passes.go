package acts

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// order is a plain pass that is to be made.
type order struct {
	holder  string
	request issue.Request
	// guest and replaces are as in a [store.HolderPassRow].
	guest    string
	replaces []byte
	// may is asked in the transaction in which the pass is noted; it may be nil.
	may func(*store.Tx) error
}

// request is what is asked for, as issuing takes it.
func (in PassInput) request(c store.SiteRow, now time.Time) (r issue.Request, err error) {
	config, err := configOf(c)
	if err != nil {
		return r, err
	}
	r = issue.Request{NotBefore: in.NotBefore.Truncate(time.Second), Expires: in.Expires.Truncate(time.Second)}
	if r.Zones, err = zones(in.Zones, config.Zones); err != nil {
		return r, err
	}
	if in.NotBefore.IsZero() {
		r.NotBefore = now.Truncate(time.Second)
	}
	if in.Expires.IsZero() {
		r.Expires = r.NotBefore.Add(config.Issuing().Plain)
	}
	if r.Schedule, err = pass.ParseSchedule(in.Hours); err != nil {
		return r, invalid("hours", "cannot be read: %v", err)
	}
	if r.Holder, err = issue.ParseHolder(in.Key); err != nil {
		return r, invalid("key", "is not a key on P-256: x and y, 64 bytes")
	}
	switch {
	case !r.NotBefore.Before(r.Expires):
		err = invalid("expires", "is not after the beginning")
	case !now.Before(r.Expires):
		err = invalid("expires", "is past")
	}
	return r, err
}

// zones returns zones in order, each once.
func zones(asked, there []string) ([]string, error) {
	if len(asked) == 0 {
		return nil, invalid("zones", "is missing")
	}
	for i, zone := range asked {
		if !slices.Contains(there, zone) {
			return nil, invalid(indexed("zones", i), "is not a zone that can be chosen here")
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(asked))), nil
}

// IssuePlain makes a plain pass for a holder. The ledger has the intent and the
// result before the text is returned, which is told once and kept nowhere. It
// fails with [ErrForbidden], [ErrNotFound], [ErrInvalid], [ErrLedger], and with
// [ErrConflict] if the holder was deleted meanwhile.
func (a *Acts) IssuePlain(ctx context.Context, actor Actor, holder string, in PassInput) (Issued, error) {
	if err := actor.may(ActPassIssue); err != nil {
		return Issued{}, err
	}
	r, err := a.request(ctx, in)
	if err != nil {
		return Issued{}, err
	}
	made, err := a.issue(ctx, order{holder: holder, request: r})
	if err != nil {
		return Issued{}, err
	}
	return made[0], nil
}

func (a *Acts) request(ctx context.Context, in PassInput) (issue.Request, error) {
	site, err := read(ctx, a, (*store.Tx).Site)
	if err != nil {
		return issue.Request{}, err
	}
	return in.request(site, a.now())
}

// issue makes passes, all or none. What a crash leaves of it is abandoned by
// issuing's own sweep.
func (a *Acts) issue(ctx context.Context, orders ...order) ([]Issued, error) {
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return nil, told(err)
	}
	ids, entries, err := a.prepare(ctx, c, orders)
	if err != nil {
		return nil, policyError(told(err))
	}
	a.with.Kick()
	made, err := a.makePasses(ctx, c, ids, entries)
	if err != nil {
		return nil, a.abandon(ctx, c, ids, told(err))
	}
	return made, nil
}

// prepare records the intents, and notes whose the passes are, in one transaction.
func (a *Acts) prepare(ctx context.Context, c *issue.Controller, orders []order) (ids []pass.ID, entries []store.QueueID, err error) {
	requests := make([]issue.Request, len(orders))
	for i, o := range orders {
		requests[i] = o.request
	}
	err = a.with.Store.Change(ctx, func(tx *store.Tx) error {
		ids, entries = nil, nil
		for _, o := range orders {
			if _, err := tx.Holder(o.holder); err != nil {
				return err
			}
			if o.may == nil {
				continue
			}
			if err := o.may(tx); err != nil {
				return err
			}
		}
		bindings, queued, err := c.PrepareOn(a.with.Issuing.Page(tx), "", requests...)
		if err != nil {
			return err
		}
		for i, b := range bindings {
			ids = append(ids, b.ID)
			row := store.HolderPassRow{
				Pass: b.ID[:], Holder: orders[i].holder, Guest: orders[i].guest,
				Expires: requests[i].Expires.Unix(), Replaces: orders[i].replaces,
			}
			if err := tx.AddHolderPass(row); err != nil {
				return err
			}
		}
		for _, id := range queued {
			entries = append(entries, store.QueueID(id))
		}
		return nil
	})
	return ids, entries, err
}

// makePasses signs passes of which the intents are queued, and makes them valid.
func (a *Acts) makePasses(ctx context.Context, c *issue.Controller, ids []pass.ID, entries []store.QueueID) (made []Issued, err error) {
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	if _, err := a.with.Store.Recorded(waiting, entries...); err != nil {
		return nil, err
	}
	toSign := make([]issue.ToSign, len(ids))
	for i, id := range ids {
		toSign[i].ID = id
	}
	signed, err := c.Sign(waiting, "", toSign...)
	if err != nil {
		return nil, err
	}
	for _, s := range signed {
		text, err := pass.Join(s, nil)
		if err != nil {
			return nil, err
		}
		made = append(made, Issued{Text: text})
	}
	if err := c.Complete(ctx, "", ids...); err != nil {
		return nil, err
	}
	err = a.with.Store.Read(ctx, func(tx *store.Tx) error {
		for i, id := range ids {
			if made[i].PassView, err = a.passView(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
}

// abandon takes back passes that were not brought to their end, and returns why.
func (a *Acts) abandon(ctx context.Context, c *issue.Controller, ids []pass.ID, why error) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
	defer stop()
	_ = a.with.Store.Change(ctx, func(tx *store.Tx) error { // else the sweep of issuing does it
		for _, id := range ids {
			if err := tx.DropHolderPass(id[:]); err != nil {
				return err
			}
		}
		return c.AbandonOn(a.with.Issuing.Page(tx), "", ids...)
	})
	if errors.Is(why, issue.ErrState) {
		return ErrConflict // somebody has revoked it meanwhile
	}
	return why
}

// policyError names what a policy does not allow.
func policyError(err error) error {
	if errors.Is(err, issue.ErrPolicy) {
		return invalid("pass", "cannot be: %v", err)
	}
	return err
}

// passView is what is kept of a pass.
func (a *Acts) passView(tx *store.Tx, id pass.ID) (PassView, error) {
	d, err := a.with.Issuing.Page(tx).Get(id)
	if err != nil {
		return PassView{}, err
	}
	v := PassView{
		ID: id, Kind: d.Kind(), State: d.State, Zones: d.Zones, NotBefore: d.NotBefore, Expires: d.Expires,
		Hours: d.Schedule.String(), Phone: d.Holder != nil, Since: d.Since,
	}
	row, err := tx.HolderPass(id[:])
	switch {
	case err == nil:
		v.Holder, v.Guest = row.Holder, row.Guest
		copy(v.Replaces[:], row.Replaces)
	case !errors.Is(err, store.ErrNotFound):
		return v, err
	}
	if d.Consent == nil {
		return v, nil
	}
	v.Consent = d.Consent.Hash()
	given, err := tx.Consent(v.Consent[:])
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return v, err
	}
	v.Holder = given.Holder
	return v, nil
}

// RevokePass revokes a pass at once. It fails with [ErrForbidden], [ErrNotFound]
// and [ErrUnavailable].
func (a *Acts) RevokePass(ctx context.Context, actor Actor, id pass.ID) error {
	if err := actor.may(ActPassRevoke); err != nil {
		return err
	}
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return told(err)
	}
	return a.take(ctx, func(tx *store.Tx) error {
		v, err := a.passView(tx, id)
		if err != nil {
			return err
		}
		if err := actor.own(ActPassRevoke, v.Holder); err != nil {
			return err
		}
		_, err = c.RevokeOn(a.with.Issuing.Page(tx), id)
		return err
	})
}
