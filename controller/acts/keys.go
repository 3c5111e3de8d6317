package acts

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"errors"

	"github.com/facelatch/facelatch/internal/site"
)

// Keys are the keys that the site signs with. A [site.Office] has them.
type Keys interface {
	// Keys says which they are.
	Keys(ctx context.Context) (site.Keys, error)
	// IssuingKey is the one that passes and receipts are signed with now.
	IssuingKey() (*ecdsa.PrivateKey, error)
	// RotateIssuing replaces that one, and RotateBundle the one for bundles, after they
	// have recorded it; by is who is named in the ledger.
	RotateIssuing(ctx context.Context, by string) (site.Keys, error)
	RotateBundle(ctx context.Context, by string) (site.Keys, error)
}

// KeyKind is a key that can be replaced.
type KeyKind string

// The kinds. Certificates of doors and stations renew themselves, sealing keys are
// made anew each year by the station, and the key of the ledger and the authority stay
// with the site.
const (
	// IssuingKey signs passes, status lists, PINs and receipts.
	IssuingKey KeyKind = "issuing"
	// BundleKey signs bundles.
	BundleKey KeyKind = "bundle"
)

// KeyKinds returns the kinds, in the order in which a page lists them.
func KeyKinds() []KeyKind { return []KeyKind{IssuingKey, BundleKey} }

// SiteKeys says which keys the site signs with. It fails with [ErrForbidden], and with
// [ErrNotFound] where this process does not know.
func (a *Acts) SiteKeys(ctx context.Context, actor Actor) (site.Keys, error) {
	if err := actor.may(ActSiteView); err != nil {
		return site.Keys{}, err
	}
	if a.with.Keys == nil {
		return site.Keys{}, ErrNotFound
	}
	k, err := a.with.Keys.Keys(ctx)
	return k, told(err)
}

// RotateKey replaces a key, while doors go on: passes that the old issuing key has
// signed are good until they expire, and the new key for bundles signs once doors
// have known it for [site.TakeoverTime]. It fails with [ErrForbidden], [ErrInvalid],
// [ErrConflict] for a key that cannot be replaced now, and [ErrLedger].
func (a *Acts) RotateKey(ctx context.Context, actor Actor, kind KeyKind) (site.Keys, error) {
	if err := actor.may(ActKeyRotate); err != nil {
		return site.Keys{}, err
	}
	if a.with.Keys == nil {
		return site.Keys{}, ErrNotFound
	}
	rotate := map[KeyKind]func(context.Context, string) (site.Keys, error){
		IssuingKey: a.with.Keys.RotateIssuing, BundleKey: a.with.Keys.RotateBundle,
	}[kind]
	if rotate == nil {
		return site.Keys{}, invalid("kind", "is not a key that can be replaced")
	}
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	k, err := rotate(waiting, actor.by())
	if errors.Is(err, site.ErrRotation) {
		err = errors.Join(ErrConflict, err)
	}
	return k, told(err)
}

// receiptKey signs receipts: the issuing key of the moment.
func (a *Acts) receiptKey() (crypto.Signer, error) {
	if a.with.Keys == nil {
		return a.with.Key, nil
	}
	return a.with.Keys.IssuingKey()
}
