package acts

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// ReplacePass revokes a pass that was lost and makes a plain one in its place, for
// the same zones, hours and time, which opens for whoever has it. It does the same
// for a face pass that the end of its consent took away. Each pass is replaced
// once. A lost face pass is replaced by a plain one, too: another face pass means
// enrolling again.
//
// The old pass is refused even where the new one cannot be made. It fails with
// [ErrForbidden], [ErrNotFound], [ErrConflict] for a pass that was revoked for
// another reason, was replaced, or has expired, and with [ErrLedger].
func (a *Acts) ReplacePass(ctx context.Context, actor Actor, id pass.ID) (Issued, error) {
	if err := actor.may(ActPassReplace); err != nil {
		return Issued{}, err
	}
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return Issued{}, told(err)
	}
	var o order
	err = a.take(ctx, func(tx *store.Tx) (err error) {
		if o, err = a.inPlaceOf(tx, actor, id); err != nil {
			return err
		}
		_, err = c.RevokeOn(a.with.Issuing.Page(tx), id)
		return err
	})
	if err != nil {
		return Issued{}, err
	}
	made, err := a.issue(ctx, o)
	if err != nil {
		return Issued{}, err
	}
	return made[0], nil
}

// inPlaceOf is the order of a pass in the place of another.
func (a *Acts) inPlaceOf(tx *store.Tx, actor Actor, id pass.ID) (o order, err error) {
	v, err := a.passView(tx, id)
	if err != nil {
		return o, err
	}
	if err := actor.own(ActPassReplace, v.Holder); err != nil {
		return o, err
	}
	if v.Holder == "" {
		return o, store.ErrNotFound // of nobody who is known
	}
	if err := a.replaceable(tx, v); err != nil {
		return o, err
	}
	now := a.now()
	o = order{holder: v.Holder, guest: v.Guest, replaces: id[:]}
	o.request = issue.Request{Zones: v.Zones, NotBefore: v.NotBefore, Expires: v.Expires}
	if o.request.Schedule, err = pass.ParseSchedule(v.Hours); err != nil {
		return o, err
	}
	if v.NotBefore.Before(now) {
		o.request.NotBefore = now.Truncate(1e9)
	}
	return o, nil
}

// replaceable returns [store.ErrConflict] for a pass in whose place there is none
// to be had.
func (a *Acts) replaceable(tx *store.Tx, v PassView) error {
	if !a.now().Before(v.Expires) {
		return store.ErrConflict
	}
	_, err := tx.Replacement(v.ID[:])
	switch {
	case err == nil:
		return store.ErrConflict
	case !errors.Is(err, store.ErrNotFound):
		return err
	case v.State == issue.Issued:
		return nil
	case v.Kind != pass.Face:
		return store.ErrConflict
	}
	docket, err := tx.Docket(v.ID)
	if err != nil {
		return err
	}
	given, err := tx.Consent(docket.Consent)
	if err == nil && !tookAway(docket, given) {
		err = store.ErrConflict
	}
	return err
}
