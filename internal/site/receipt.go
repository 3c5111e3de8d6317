package site

import (
	"context"
	"crypto/rand"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Receipt returns the signed receipt of the consent under which a pass was made;
// once that is withdrawn, it is the receipt of the withdrawal. It opens what the
// ledger says of the pass last. It fails with issue.ErrUnknown for a pass that there
// is not, and for one that is made under no consent.
func (o *Office) Receipt(ctx context.Context, id pass.ID) ([]byte, error) {
	var d issue.Docket
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = o.Page(tx).Get(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if d.Consent == nil {
		return nil, issue.ErrUnknown
	}
	n, err := o.Notice(ctx, d.Consent.Terms().Notice)
	if err != nil {
		return nil, err
	}
	key, err := o.IssuingKey()
	if err != nil {
		return nil, err
	}
	opening, err := openingOf(d)
	if err != nil {
		return nil, err
	}
	r, err := consent.NewReceipt(d.Consent, n, o.now(), opening)
	if err != nil {
		return nil, err
	}
	if err := r.Sign(rand.Reader, key); err != nil {
		return nil, err
	}
	return r.Encode()
}

// openingOf is what opens the ledger's last word on a pass, as the ledger writes
// it; nil once its salt was erased.
func openingOf(d issue.Docket) ([]byte, error) {
	if d.Salt == ([32]byte{}) {
		return nil, nil
	}
	act := d.State
	if act == issue.Issued {
		act = issue.Signed // that it was handed over is not in the ledger
	}
	return ledger.Opening{Salt: d.Salt, Body: d.Body(act)}.MarshalJSON()
}
