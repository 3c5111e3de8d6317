package server

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/desk/state"
)

var (
	// ErrForgotten is returned for a check of which nobody knows any more where its
	// result stands in a status list: show the result itself.
	ErrForgotten = errors.New("where this result stands is not known any more: give the result itself")
	// ErrExpired is returned for a result that nobody takes any more anyhow.
	ErrExpired = errors.New("the result has expired already")
)

// Revoked says which result was revoked, and until when that is published.
type Revoked struct {
	ID    string    `json:"id"`
	List  string    `json:"list"`
	Index int       `json:"index"`
	Until time.Time `json:"until,omitzero"`
}

// Rotated says with which key results are signed now, and until when the one before
// stays published.
type Rotated struct {
	Key    string    `json:"key"`
	Before string    `json:"before"`
	Until  time.Time `json:"until"`
}

// use signs with keys from now on.
func (r *results) use(keys *state.Signing) error {
	var others []*ecdsa.PublicKey
	for _, k := range keys.All[1:] {
		others = append(others, k.Key)
	}
	all, err := result.NewKeys(keys.Signer, others...)
	if err != nil {
		return err
	}
	r.signing.Store(&signing{result.Maker{Issuer: r.issuer, Keys: all}, handover.Key{ID: keys.All[0].ID, Signer: keys.Signer}})
	return nil
}

// set are the public keys.
func (r *results) set() jose.JSONWebKeySet { return r.signing.Load().maker.Keys.Set() }

// rotate exchanges the key that signs. The one before stays published until the last
// result, and the last status list, that it signed has expired.
func (r *results) rotate() (Rotated, error) {
	before, until := r.signing.Load().key.ID, r.now().Add(result.DefaultLife+listHolds).UTC().Truncate(time.Second)
	keys, err := r.folder.Rotate(r.now(), until)
	if err != nil {
		return Rotated{}, err
	}
	if err := r.use(keys); err != nil {
		return Rotated{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.lists) // signed anew, for whoever fetches the keys now
	return Rotated{Key: keys.All[0].ID, Before: before, Until: until}, nil
}

// revoke says in the status list that the result of a check that ended a while ago is
// not good any more. It fails with [ErrForgotten].
func (r *results) revoke(id string) error {
	r.mu.Lock()
	at, ok := r.places[id]
	r.mu.Unlock()
	if !ok {
		return ErrForgotten
	}
	return r.revokeAt(at.list, at.index)
}

func (r *results) revokeAt(list, index int) error {
	err := r.statuses.Revoke(list, index)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lists, list) // after it: whoever signs one now signs it with this
	return err
}

// isRevoked says of a check that ended a while ago whether its result can be revoked,
// and whether it is.
func (r *results) isRevoked(id string) (revoked, known bool) {
	r.mu.Lock()
	at, ok := r.places[id]
	r.mu.Unlock()
	if !ok {
		return false, false
	}
	l, ok := r.statuses.List(at.list)
	return ok && l.Bits[at.index/8]>>(at.index%8)&1 == 1, ok
}

// revokeShown revokes a result of this desk that somebody shows, or the check with an
// id while it is known where its result stands.
func (r *results) revokeShown(text string) (Revoked, error) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, ".") {
		return Revoked{ID: text}, r.revoke(text)
	}
	at, err := result.Locate(text, r.set(), r.issuer)
	if err != nil {
		return Revoked{}, err
	}
	if !r.now().Before(at.Expires) {
		return Revoked{}, ErrExpired
	}
	number, err := strconv.Atoi(strings.TrimPrefix(at.Status.URI, r.issuer+pathStatuses))
	if err != nil {
		return Revoked{}, fmt.Errorf("%w: its status list is not this desk's", result.ErrToken)
	}
	return Revoked{ID: at.ID, List: at.Status.URI, Index: at.Status.Index, Until: at.Expires}, r.revokeAt(number, at.Status.Index)
}
