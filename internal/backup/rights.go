package backup

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

const (
	// spareLists is how many status lists are left out, for those that were begun
	// after the backup and that nobody has shown us.
	spareLists = 64
	// endTogether is how many passes one transaction revokes.
	endTogether = 200
	// keepYears is for how many years the record of a consent is kept after its end.
	keepYears = 3
)

func publicOf(key *ecdsa.PrivateKey) []*ecdsa.PublicKey { return []*ecdsa.PublicKey{&key.PublicKey} }

// rights takes away whatever may have been taken away since the backup.
func (r *reconciler) rights(ctx context.Context) (err error) {
	// First what lets somebody in, and what keeps the ledger from being forked.
	db, err := store.Open(ctx, r.path(r.with.Place.Database))
	if err != nil {
		return err
	}
	err = db.Change(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.DropAccess(), tx.SetCheckpoint(r.to.Bytes))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if r.office, err = site.OpenOffice(r.folder, r.with.Now); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{r.members, r.operators, r.parties, r.passes, r.pins, r.lists, r.number} {
		if err := step(ctx); err != nil {
			return errors.Join(err, r.office.Close())
		}
	}
	return nil
}

// members removes the doors, stations and desks again that were removed since.
func (r *reconciler) members(ctx context.Context) error {
	for _, act := range r.report.Since {
		for _, kind := range site.Kinds() {
			if act.Name != string(kind)+"-removed" {
				continue
			}
			id, err := pass.ParseDoorID(act.Details[string(kind)])
			if err != nil {
				continue // it names none
			}
			err = r.office.Remove(ctx, site.Operator, id, act.Details["why"] == "stolen")
			if errors.Is(err, site.ErrNoMember) {
				continue // it had joined after the backup
			}
			if err != nil {
				return err
			}
			r.report.Removed = append(r.report.Removed, act.Details["name"])
		}
	}
	if r.doors == nil {
		return nil
	}
	return r.office.Store().Change(ctx, func(tx *store.Tx) error {
		for _, epoch := range r.doors.Bundle.Refused {
			if err := tx.RefuseKey(epoch); err != nil {
				return err
			}
		}
		return nil
	})
}

// operators removes those again who were removed since.
func (r *reconciler) operators(ctx context.Context) error {
	gone := make(map[string]bool)
	for _, act := range r.report.Since {
		if act.Name == "operator.remove" {
			gone[act.Details["operator"]] = true
		}
	}
	var removed []string
	err := r.office.Store().Change(ctx, func(tx *store.Tx) error {
		removed = nil
		all, err := tx.Operators()
		if err != nil {
			return err
		}
		for _, o := range all {
			if !gone[o.Pseudonym] || o.State == "removed" {
				continue
			}
			removed = append(removed, o.Pseudonym)
			o.State, o.Name = "removed", ""
			if err := errors.Join(tx.UpdateOperator(o), tx.ForgetSignIn(o.ID), tx.ForgetOperator(o.ID)); err != nil {
				return err
			}
		}
		return nil
	})
	r.report.Removed = append(r.report.Removed, removed...)
	return err
}

// parties removes the relying parties that were removed since, and those that were
// changed: what is in the backup may be a secret or an address that is good no longer.
func (r *reconciler) parties(ctx context.Context) error {
	gone := make(map[string]bool)
	for _, act := range r.report.Since {
		if act.Name == site.ActPartyChange || act.Name == site.ActPartyRemove {
			gone[act.Details["party"]] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		err := r.office.RemoveParty(ctx, site.Operator, id)
		if errors.Is(err, site.ErrNoParty) {
			continue // it was added after the backup
		}
		if err != nil {
			return err
		}
		r.report.Removed = append(r.report.Removed, id)
	}
	return nil
}

// passes revokes those that do not stay.
func (r *reconciler) passes(ctx context.Context) error {
	c, err := r.office.Controller(ctx)
	if err != nil {
		return err
	}
	var first, last [16]byte
	for i := range last {
		last[i] = 0xff
	}
	for {
		var ids [][16]byte
		var kept, revoked int
		err := r.office.Store().Change(ctx, func(tx *store.Tx) (err error) {
			kept, revoked = 0, 0
			if ids, err = tx.DocketIDs(first, last, endTogether); err != nil {
				return err
			}
			for _, id := range ids {
				stays, ended, err := r.pass(tx, c, id)
				if err != nil {
					return err
				}
				kept, revoked = kept+count(stays), revoked+count(ended)
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.report.Kept, r.report.Revoked = r.report.Kept+kept, r.report.Revoked+revoked
		if len(ids) < endTogether {
			return nil
		}
		first = after(ids[len(ids)-1])
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// after returns the id behind one.
func after(id [16]byte) [16]byte {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}

// pass lets one pass stay, or revokes it and ends its consent.
func (r *reconciler) pass(tx *store.Tx, c *issue.Controller, id [16]byte) (stays, ended bool, err error) {
	d, err := tx.Docket(id)
	if err != nil || d.State != string(issue.Issued) {
		return false, false, err
	}
	if r.report.Why == NothingNewer || r.report.Why == AsDoorsHave && r.doors.good(d.List, d.Place) {
		return true, false, nil
	}
	if len(d.Consent) == 16 {
		if err := r.endConsent(tx, d.Consent); err != nil {
			return false, false, err
		}
	}
	_, err = c.RevokeOn(r.office.Page(tx), id)
	return false, true, err
}

// endConsent writes that a consent has ended. Its receipt stays as its holder has
// it.
func (r *reconciler) endConsent(tx *store.Tx, hash []byte) error {
	row, err := tx.Consent(hash)
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Withdrawn != 0 {
		return nil
	}
	if err != nil {
		return err
	}
	at := r.with.Now()
	record, err := consent.Decode(row.Record)
	if err != nil {
		return fmt.Errorf("%w: the record of a consent: %w", store.ErrDamaged, err)
	}
	record.Withdraw(at)
	if row.Record, err = record.Encode(); err != nil {
		return err
	}
	row.Withdrawn, row.Keep = at.Unix(), at.AddDate(keepYears, 0, 0).Unix()
	return tx.EndConsent(row)
}

// pins revokes the PINs that do not stay.
func (r *reconciler) pins(ctx context.Context) error {
	if r.report.Why == NothingNewer {
		return nil
	}
	zones := make(map[string][]string)
	err := r.office.Store().Read(ctx, func(tx *store.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(tables, func(t store.Table) bool { return t.Name == "pin_zones" })
		return tx.Rows(tables[at], func(values []any) error {
			zone, _ := values[0].(string)
			number, _ := values[1].(string)
			zones[number] = append(zones[number], zone)
			return nil
		})
	})
	if err != nil {
		return err
	}
	for number, of := range zones {
		if r.report.Why == AsDoorsHave && r.doors.goodPIN(number, of) {
			continue
		}
		before, err := r.office.RevokePIN(ctx, number)
		if err != nil {
			return err
		}
		r.report.PINs += count(!before)
	}
	return nil
}

// lists begins a status list on which nothing was ever given away. Places of the
// others are not given away any more: some were, after the backup, to passes that
// nobody here knows of.
func (r *reconciler) lists(ctx context.Context) error {
	return r.office.Store().Change(ctx, func(tx *store.Tx) error {
		newest, err := tx.NewestList()
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if r.doors != nil {
			for _, l := range r.doors.Bundle.Lists {
				newest = max(newest, l.Number)
			}
		}
		return tx.AddList(newest+spareLists, r.with.Now().Unix())
	})
}

// number has the next bundle be above every one that anybody has seen: a bundle of
// a number above is kept as the newest, and never served, because it is old.
func (r *reconciler) number(ctx context.Context) error {
	row, err := r.newest(ctx)
	if err != nil || row.Body == nil {
		return err
	}
	highest := max(row.Number, r.with.Bundle)
	newest := row.Body
	if r.doors != nil && r.doors.Bundle.Number >= row.Number {
		newest, highest = r.doors.Bundle.Encoded(), max(highest, r.doors.Bundle.Number)
	}
	r.report.Bundle = highest + 1
	key, err := site.ReadKey(r.path("controller/bundle/signing-key.pem"))
	if err != nil {
		return err
	}
	keys, err := bundle.Keys(publicOf(key))
	if err != nil {
		return err
	}
	b, err := bundle.Verify(newest, keys, r.office.Config.ID)
	if err != nil {
		return fmt.Errorf("%w: bundle: %w", store.ErrDamaged, err)
	}
	statement := ledger.Statement{Checkpoint: r.to}
	if statement.Key, err = r.ledgerKey(); err != nil {
		return err
	}
	made := *b
	made.Number, made.Issued = highest+1, b.Issued.Add(-2*site.Freshness)
	made.Checkpoint = ledger.Later(b.Checkpoint, statement.Encode())
	body, err := bundle.Sign(rand.Reader, key, &made)
	if err != nil {
		return err
	}
	return r.office.Store().Change(ctx, func(tx *store.Tx) error { return tx.AddBundle(store.BundleRow{Number: made.Number, Body: body}) })
}

// newest returns the newest bundle of the backup.
func (r *reconciler) newest(ctx context.Context) (row store.BundleRow, err error) {
	err = r.office.Store().Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.NewestBundle()
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return row, err
}
