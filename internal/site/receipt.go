package site

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Receipt returns the signed receipt of the consent under which a pass was made;
// once that is withdrawn, it is the receipt of the withdrawal. It is the one that
// stands on the holder's page, or, of a consent that was recorded with its pass only,
// one that opens what the ledger says of the pass last. It fails with
// issue.ErrUnknown for a pass that there is not, and for one that is made under no
// consent.
func (o *Office) Receipt(ctx context.Context, id pass.ID) ([]byte, error) {
	var d issue.Docket
	var kept string
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		if d, err = o.Page(tx).Get(id); err == nil {
			kept, err = receiptOf(tx, d.Consent)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case d.Consent == nil:
		return nil, issue.ErrUnknown
	case kept != "":
		return []byte(kept), nil
	}
	return o.makeReceipt(ctx, d)
}

// receiptOf is the receipt that is kept of a consent; "" where there is none, or it
// says less than the record of the pass, which was revoked.
func receiptOf(tx *store.Tx, record *consent.Record) (string, error) {
	if record == nil {
		return "", nil
	}
	hash := record.Hash()
	row, err := tx.Consent(hash[:])
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if _, ended := record.Withdrawn(); ended || row.Withdrawn != 0 {
		return "", err // what is kept may be of when it was given
	}
	return row.Receipt, err
}

// makeReceipt makes a receipt of the consent to a pass.
func (o *Office) makeReceipt(ctx context.Context, d issue.Docket) ([]byte, error) {
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
