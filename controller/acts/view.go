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

// Holder returns everything that is held about one. It fails with [ErrForbidden]
// and [ErrNotFound].
func (a *Acts) Holder(ctx context.Context, actor Actor, id string) (HolderView, error) {
	if err := actor.own(ActHolderView, id); err != nil {
		return HolderView{}, err
	}
	v, err := read(ctx, a, func(tx *store.Tx) (HolderView, error) { return a.view(tx, id) })
	if actor.Role != HolderRole {
		for i := range v.Passkeys {
			v.Passkeys[i].Credential = nil // nothing for anybody else to look at
		}
	}
	return v, err
}

func (a *Acts) view(tx *store.Tx, id string) (v HolderView, err error) {
	row, err := tx.Holder(id)
	if err != nil {
		return v, err
	}
	v.Holder = holderOf(row)
	consents, err := tx.Consents(id)
	if err != nil {
		return v, err
	}
	for _, c := range consents {
		v.Consents = append(v.Consents, consentOf(c))
	}
	links, err := tx.Links(store.Owner{Holder: id}, a.now().Unix())
	if err != nil {
		return v, err
	}
	for _, l := range links {
		v.Links = append(v.Links, LinkView{Made: time.Unix(l.Made, 0).UTC(), Expires: time.Unix(l.Expires, 0).UTC()})
	}
	keys, err := tx.HolderPasskeys(id)
	if err != nil {
		return v, err
	}
	for _, k := range keys {
		v.Passkeys = append(v.Passkeys, passkeyOf(k))
	}
	if v.Correction, err = correctionNow(tx, id); err != nil {
		return v, err
	}
	v.Passes, err = a.passesOf(tx, id)
	return v, err
}

// passesOf returns the passes of a holder and of their guests: the plain ones, and
// those that were made under their consents; the latest to expire first.
func (a *Acts) passesOf(tx *store.Tx, holder string) (all []PassView, err error) {
	var ids []pass.ID
	plain, err := tx.HolderPasses(holder)
	if err != nil {
		return nil, err
	}
	for _, p := range plain {
		ids = append(ids, pass.ID(p.Pass))
	}
	consents, err := tx.Consents(holder)
	if err != nil {
		return nil, err
	}
	for _, c := range consents {
		dockets, err := tx.DocketsOfConsent([16]byte(c.Hash))
		if err != nil {
			return nil, err
		}
		for _, d := range dockets {
			ids = append(ids, d.ID)
		}
	}
	for _, id := range ids {
		v, err := a.passView(tx, id)
		if errors.Is(err, issue.ErrUnknown) {
			continue // of a docket that was erased
		}
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	slices.SortStableFunc(all, func(a, b PassView) int { return b.Expires.Compare(a.Expires) })
	return all, nil
}
