package acts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// WithdrawConsent ends a consent, revokes the face passes that were made under it,
// and queues the record, at once and without waiting for anything. A consent that
// was withdrawn before is as it was. In the place of a pass that was good a plain
// one can be had ([Acts.ReplacePass]). It fails with [ErrForbidden],
// [ErrNotFound] and [ErrUnavailable].
func (a *Acts) WithdrawConsent(ctx context.Context, actor Actor, hash pass.Hash16) (Withdrawal, error) {
	if err := actor.may(ActConsentWithdraw); err != nil {
		return Withdrawal{}, err
	}
	row, err := read(ctx, a, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(hash[:]) })
	if err != nil {
		return Withdrawal{}, err
	}
	if err := actor.own(ActConsentWithdraw, row.Holder); err != nil {
		return Withdrawal{}, err
	}
	return a.withdraw(ctx, actor, row, a.now())
}

// errAlready says that somebody else was first, and that nothing is left to do.
var errAlready = errors.New("already done")

// withdraw ends a consent as of a time.
func (a *Acts) withdraw(ctx context.Context, actor Actor, row store.ConsentRow, at time.Time) (Withdrawal, error) {
	e, err := a.personEntry(actor, ActConsentWithdraw, row.Holder, map[string]string{"consent": pass.Hash16(row.Hash).String()})
	if err != nil {
		return Withdrawal{}, err
	}
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return Withdrawal{}, told(err)
	}
	if row.Withdrawn == 0 {
		end := a.ended(ctx, row, at, e)
		err = a.take(ctx, func(tx *store.Tx) error { return a.endConsent(tx, c, end) }, e)
	}
	if err != nil && !errors.Is(err, errAlready) {
		return Withdrawal{}, err
	}
	return a.withdrawal(ctx, row.Hash)
}

// endConsent writes that a consent has ended, and revokes its passes.
func (a *Acts) endConsent(tx *store.Tx, c *issue.Controller, end store.ConsentRow) error {
	now, err := tx.Consent(end.Hash)
	if err != nil {
		return err
	}
	if now.Withdrawn != 0 {
		return errAlready
	}
	if err := tx.EndConsent(end); err != nil {
		return err
	}
	dockets, err := tx.DocketsOfConsent([16]byte(end.Hash))
	if err != nil {
		return err
	}
	for _, d := range dockets {
		if _, err := c.RevokeOn(a.with.Issuing.Page(tx), d.ID); err != nil {
			return err
		}
	}
	return nil
}

// ended is a consent as it is once it has ended. What only describes it, its record
// and receipt, stays as it was where it cannot be made anew: the withdrawal does
// not depend on it.
func (a *Acts) ended(ctx context.Context, row store.ConsentRow, at time.Time, e entry) store.ConsentRow {
	years, err := read(ctx, a, keepYears)
	if err != nil {
		years = maxKeepYears
	}
	row.Withdrawn, row.Keep = at.Unix(), at.AddDate(years, 0, 0).Unix()
	record, err := consent.Decode(row.Record)
	if err != nil {
		return row
	}
	record.Withdraw(at)
	if encoded, err := record.Encode(); err == nil {
		row.Record = encoded
	}
	notice, err := read(ctx, a, func(tx *store.Tx) (store.NoticeRow, error) { return tx.Notice(row.Notice) })
	if err != nil {
		return row
	}
	n, err := consent.DecodeNotice([]byte(notice.Document))
	if err != nil {
		return row
	}
	if receipt, err := a.receipt(record, n, e); err == nil {
		row.Receipt = receipt
	}
	return row
}

// withdrawal says what a withdrawal came to.
func (a *Acts) withdrawal(ctx context.Context, hash []byte) (w Withdrawal, err error) {
	err = a.with.Store.Read(ctx, func(tx *store.Tx) error {
		row, err := tx.Consent(hash)
		if err != nil {
			return err
		}
		w = Withdrawal{Consent: consentOf(row)}
		dockets, err := tx.DocketsOfConsent([16]byte(hash))
		for _, d := range dockets {
			if !tookAway(d, row) {
				continue
			}
			w.Revoked = append(w.Revoked, d.ID)
			_, err := tx.Replacement(d.ID[:])
			if errors.Is(err, store.ErrNotFound) {
				w.Offer = d.ID
			} else if err != nil {
				return err
			}
		}
		return err
	})
	return w, told(err)
}

// tookAway says whether it was the end of its consent that took a pass away which
// was good then: one that was revoked before stays revoked for another reason.
func tookAway(d store.DocketRow, c store.ConsentRow) bool {
	return c.Withdrawn != 0 && issue.State(d.State) == issue.Revoked && d.Since >= c.Withdrawn && d.Expires > c.Withdrawn
}

// receipt signs the receipt of a record, with what finds it in the ledger.
func (a *Acts) receipt(record *consent.Record, n consent.Notice, e entry) (string, error) {
	opening, err := json.Marshal(e.opening)
	if err != nil {
		return "", err
	}
	receipt, err := consent.NewReceipt(record, n, a.now(), opening)
	if err != nil {
		return "", err
	}
	key, err := a.receiptKey()
	if err != nil {
		return "", err
	}
	if err := receipt.Sign(rand.Reader, key); err != nil {
		return "", err
	}
	text, err := receipt.Encode()
	return string(text), err
}
