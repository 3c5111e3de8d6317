package acts

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// DeleteHolder revokes all passes of a holder and of their guests, also those that
// are being made, ends all consents, and erases the holder: label, contact, links,
// sessions, passkeys, what opens the ledger's entries about them, and of each pass
// what could tell whose it was. What stays says nothing of whom it was about: the
// records and receipts of the consents until their date, and the ids and times of
// the passes. It waits for nothing; a ledger that cannot be written is told later.
// It fails with [ErrForbidden], [ErrNotFound] and [ErrUnavailable].
func (a *Acts) DeleteHolder(ctx context.Context, actor Actor, id string) error {
	if err := actor.own(ActHolderDelete, id); err != nil {
		return err
	}
	e, err := a.personEntry(actor, ActHolderDelete, "", map[string]string{"holder": id})
	if err != nil {
		return err
	}
	e.opening = nil // that is erased, too
	ended, err := a.endedAll(ctx, actor, id)
	if err != nil {
		return err
	}
	c, err := a.with.Issuing.Controller(ctx)
	if err != nil {
		return told(err)
	}
	return a.take(ctx, func(tx *store.Tx) error { return a.erase(tx, c, id, ended) }, e)
}

// endedAll is how each consent of a holder that holds will be once it has ended.
func (a *Acts) endedAll(ctx context.Context, actor Actor, id string) (map[pass.Hash16]store.ConsentRow, error) {
	rows, err := read(ctx, a, func(tx *store.Tx) ([]store.ConsentRow, error) { return tx.Consents(id) })
	if err != nil {
		return nil, err
	}
	ended := make(map[pass.Hash16]store.ConsentRow)
	for _, row := range rows {
		if row.Withdrawn != 0 {
			continue
		}
		e, err := a.personEntry(actor, ActConsentWithdraw, "", map[string]string{"consent": pass.Hash16(row.Hash).String()})
		if err != nil {
			return nil, err
		}
		ended[pass.Hash16(row.Hash)] = a.ended(ctx, row, a.now(), e)
	}
	return ended, nil
}

// erase is the transaction of a deletion. A consent that was given since is ended
// as well, with its record and receipt as they were.
func (a *Acts) erase(tx *store.Tx, c *issue.Controller, id string, ended map[pass.Hash16]store.ConsentRow) error {
	if _, err := tx.Holder(id); err != nil {
		return err
	}
	consents, err := tx.Consents(id)
	if err != nil {
		return err
	}
	passes := make(map[pass.ID]bool)
	for _, row := range consents {
		dockets, err := tx.DocketsOfConsent([16]byte(row.Hash))
		if err != nil {
			return err
		}
		for _, d := range dockets {
			passes[d.ID] = true
		}
		if row.Withdrawn != 0 {
			continue
		}
		end, known := ended[pass.Hash16(row.Hash)]
		if !known {
			end = row
			end.Withdrawn, end.Keep = a.now().Unix(), a.now().AddDate(maxKeepYears, 0, 0).Unix()
		}
		if err := a.endConsent(tx, c, end); err != nil {
			return err
		}
	}
	plain, err := tx.HolderPasses(id)
	if err != nil {
		return err
	}
	for _, p := range plain {
		passes[pass.ID(p.Pass)] = true
	}
	for id := range passes {
		if err := a.forget(tx, c, id); err != nil {
			return err
		}
	}
	return tx.EraseHolder(id)
}

// forget revokes a pass and erases what could tell whose it was.
func (a *Acts) forget(tx *store.Tx, c *issue.Controller, id pass.ID) error {
	_, err := c.RevokeOn(a.with.Issuing.Page(tx), id)
	if errors.Is(err, issue.ErrUnknown) {
		return nil // its docket was erased before
	}
	if err != nil {
		return err
	}
	return tx.EraseDocket(id)
}
