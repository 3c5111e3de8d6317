package pagestest

import (
	"context"
	"crypto/rand"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// SiteKeys says which keys the site signs with.
func (a *Acts) SiteKeys(_ context.Context, actor acts.Actor) (site.Keys, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActSiteView) {
		return site.Keys{}, acts.ErrForbidden
	}
	return a.keys, nil
}

// RotateKey replaces one.
func (a *Acts) RotateKey(_ context.Context, actor acts.Actor, kind acts.KeyKind) (site.Keys, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActKeyRotate); err != nil {
		return site.Keys{}, err
	}
	var id pass.KeyID
	_, _ = rand.Read(id[:]) // never fails (Go 1.24)
	switch {
	case kind == acts.IssuingKey:
		a.keys.Older = append(a.keys.Older, site.OlderKey{ID: a.keys.Issuing, Until: a.Now().AddDate(2, 0, 1)})
		a.keys.Issuing = id
	case !a.keys.Takeover.IsZero():
		return site.Keys{}, acts.ErrConflict
	default:
		a.keys.Next, a.keys.Takeover = id, a.Now().Add(site.TakeoverTime)
	}
	return a.keys, nil
}
