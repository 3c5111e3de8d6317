package acts

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Prepare is the first step of a pass that a station makes, for a holder or, with
// "", for nobody who is named; the station goes on with what issuing has for it
// ([issue.Controller.For], under the station's pseudonym). A face pass needs a
// consent that was recorded ([Acts.GiveConsent]) and holds: who withdraws, or is
// deleted, before the pass is signed gets none. It fails with [ErrForbidden],
// [ErrNotFound], [ErrWithdrawn], [ErrInvalid] and [ErrLedger].
func (a *Acts) Prepare(ctx context.Context, actor Actor, holder string, r issue.Request) (pass.Binding, error) {
	return a.prepareThen(ctx, actor, holder, r, func(*store.Tx, pass.Binding) error { return nil })
}

// prepareThen is Prepare, with something more to do in its transaction.
func (a *Acts) prepareThen(ctx context.Context, actor Actor, holder string, r issue.Request, then func(*store.Tx, pass.Binding) error) (pass.Binding, error) {
	act := ActPassIssue
	if r.Consent != nil {
		act = ActPassFace
	}
	if actor.Role != StationRole || !actor.May(act) {
		return pass.Binding{}, ErrForbidden
	}
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return pass.Binding{}, told(err)
	}
	var binding pass.Binding
	var entries []store.QueueID
	err = a.with.Store.Change(ctx, func(tx *store.Tx) (err error) {
		if binding, entries, err = a.prepareAt(tx, c, actor, holder, r); err != nil {
			return err
		}
		return then(tx, binding)
	})
	if err != nil {
		return pass.Binding{}, policyError(told(err))
	}
	a.with.Kick()
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	if _, err := a.with.Store.Recorded(waiting, entries...); err != nil {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
		defer stop()
		return pass.Binding{}, errors.Join(told(err), told(c.Abandon(ctx, actor.Pseudonym, binding.ID)))
	}
	return binding, nil
}

// prepareAt is the transaction of Prepare.
func (a *Acts) prepareAt(tx *store.Tx, c *issue.Controller, actor Actor, holder string, r issue.Request) (b pass.Binding, entries []store.QueueID, err error) {
	if r.Consent != nil {
		hash := r.Consent.Hash()
		given, err := tx.Consent(hash[:])
		switch {
		case err != nil:
			return b, nil, err
		case !consentOf(given).Good(a.now()):
			return b, nil, ErrWithdrawn
		case holder != given.Holder:
			return b, nil, store.ErrNotFound // somebody else's
		}
	}
	bindings, queued, err := c.PrepareOn(a.with.Issuing.Page(tx), actor.Pseudonym, r)
	if err != nil {
		return b, nil, err
	}
	for _, id := range queued {
		entries = append(entries, store.QueueID(id))
	}
	if b = bindings[0]; r.Consent != nil || holder == "" {
		return b, entries, nil
	}
	if _, err := tx.Holder(holder); err != nil {
		return b, nil, err
	}
	return b, entries, tx.AddHolderPass(store.HolderPassRow{Pass: b.ID[:], Holder: holder, Expires: r.Expires.Unix()})
}
