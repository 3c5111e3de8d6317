package acts

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// linkAtTime is for how long after a pass was made a station gets a link to the page
// of its holder.
const linkAtTime = 10 * time.Minute

// LinkAt makes a link to the page of the holder for whom a station has just made a
// pass, to be handed over with it, if that pass is the first thing there: nobody at
// a station opens the page of who was there before. It fails with [ErrForbidden],
// [ErrNotFound], [ErrConflict] for a holder who can have a page already, and
// [ErrLedger].
func (a *Acts) LinkAt(ctx context.Context, actor Actor, id pass.ID) (Link, error) {
	if err := actor.may(ActHolderMeet); err != nil {
		return Link{}, err
	}
	holder, err := read(ctx, a, func(tx *store.Tx) (string, error) { return a.firstOf(tx, actor, id) })
	if err != nil {
		return Link{}, err
	}
	return a.makeLink(ctx, actor, holder)
}

// firstOf returns the holder whose first pass a station has just made.
func (a *Acts) firstOf(tx *store.Tx, actor Actor, id pass.ID) (string, error) {
	d, err := a.with.Issuing.Page(tx).Get(id)
	if err != nil {
		return "", err
	}
	if d.Opener != actor.Pseudonym || d.State != issue.Issued || a.now().Sub(d.Since) > linkAtTime {
		return "", store.ErrNotFound
	}
	v, err := a.passView(tx, id)
	if err != nil {
		return "", err
	}
	if v.Holder == "" {
		return "", store.ErrNotFound
	}
	all, err := a.view(tx, v.Holder)
	if err == nil && (len(all.Passes) > 1 || len(all.Consents) > 1 || len(all.Links)+len(all.Passkeys) > 0) {
		err = store.ErrConflict
	}
	return v.Holder, err
}
