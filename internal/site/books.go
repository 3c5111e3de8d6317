package site

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

var _ issue.Many = page{}

// books are an [issue.Books] in the store.
type books struct{ o *Office }

// Change is a method of [issue.Books].
func (b books) Change(ctx context.Context, f func(issue.Page) error) error {
	return b.o.change(ctx, func(tx *store.Tx) error { return f(b.o.Page(tx)) })
}

// Read is a method of [issue.Books].
func (b books) Read(ctx context.Context, f func(issue.Page) error) error {
	return b.o.store.Read(ctx, func(tx *store.Tx) error { return f(b.o.Page(tx)) })
}

// Recorded is a method of [issue.Books].
func (b books) Recorded(ctx context.Context, entries []issue.EntryID) error {
	ids := make([]store.QueueID, len(entries))
	for i, e := range entries {
		ids[i] = store.QueueID(e)
	}
	return b.o.recorded(ctx, ids...)
}

// page is an [issue.Page]: a transaction of the store.
type page struct {
	o  *Office
	tx *store.Tx
}

// Page is a transaction of the office's store, as issuing sees it.
func (o *Office) Page(tx *store.Tx) issue.Page { return page{o, tx} }

// Holder is a method of [issue.Recorder].
func (p page) Holder(commitment [32]byte) (issue.EntryID, error) {
	id, err := p.o.commit(p.tx, commitment)
	return issue.EntryID(id), err
}

// Put is a method of [issue.Dockets].
func (p page) Put(d issue.Docket) error { return p.PutAll([]issue.Docket{d}) }

// endUnused ends a consent on record under which no pass is left, so that nobody
// finds it on their page as one that holds: the pass was revoked, or never came about.
// Its receipt stays as its holder has it.
func (p page) endUnused(d issue.Docket) error {
	hash := d.Consent.Hash()
	given, err := p.tx.Consent(hash[:])
	if errors.Is(err, store.ErrNotFound) || err == nil && given.Withdrawn != 0 {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := p.tx.DocketsOfConsent(hash)
	if err != nil {
		return err
	}
	for _, other := range all {
		if s := issue.State(other.State); s != issue.Abandoned && s != issue.Revoked {
			return nil // there is another pass
		}
	}
	years := given.Keep - given.Until
	if given.Record, err = d.Consent.Encode(); err != nil {
		return err
	}
	given.Withdrawn = d.Since.Unix()
	given.Keep = given.Withdrawn + years
	return p.tx.EndConsent(given)
}

// Get is a method of [issue.Dockets].
func (p page) Get(id pass.ID) (issue.Docket, error) {
	row, err := p.tx.Docket(id)
	if errors.Is(err, store.ErrNotFound) {
		return issue.Docket{}, issue.ErrUnknown
	}
	if err != nil {
		return issue.Docket{}, err
	}
	return docketOf(row)
}

// Overdue is a method of [issue.Dockets].
func (p page) Overdue(at time.Time, most int) (late []issue.Docket, err error) {
	rows, err := p.tx.OpenDockets(at.Unix(), most)
	for _, row := range rows {
		d, damaged := docketOf(row)
		if damaged != nil {
			err = errors.Join(err, damaged)
			continue
		}
		late = append(late, d)
	}
	return late, err
}

// PutAll is a method of [issue.Many].
func (p page) PutAll(all []issue.Docket) error {
	rows := make([]store.DocketRow, len(all))
	for i, d := range all {
		var err error
		if rows[i], err = rowOf(d); err != nil {
			return err
		}
	}
	if err := p.tx.PutDockets(rows); err != nil {
		return err
	}
	for _, d := range all {
		if d.Consent == nil || d.State != issue.Abandoned && d.State != issue.Revoked {
			continue
		}
		if err := p.endUnused(d); err != nil {
			return err
		}
	}
	return nil
}

// GetAll is a method of [issue.Many].
func (p page) GetAll(ids []pass.ID) ([]issue.Docket, error) {
	names := make([][16]byte, len(ids))
	for i, id := range ids {
		names[i] = id
	}
	rows, err := p.tx.Dockets(names)
	if errors.Is(err, store.ErrNotFound) {
		return nil, issue.ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	all := make([]issue.Docket, len(rows))
	for i, row := range rows {
		if all[i], err = docketOf(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// HolderAll is a method of [issue.Many].
func (p page) HolderAll(commitments [][32]byte) ([]issue.EntryID, error) {
	entries := make([][]byte, len(commitments))
	for i, c := range commitments {
		entries[i] = ledger.Commitment(c).Encode()
	}
	ids, err := p.tx.EnqueueAll(entries)
	all := make([]issue.EntryID, len(ids))
	for i, id := range ids {
		all[i] = issue.EntryID(id)
	}
	return all, err
}

func rowOf(d issue.Docket) (r store.DocketRow, err error) {
	r = store.DocketRow{
		ID: d.ID, State: string(d.State), NotBefore: d.NotBefore.Unix(), Expires: d.Expires.Unix(),
		Zones: strings.Join(d.Zones, " "), Hours: d.Schedule.String(), List: d.Status.List, Place: d.Status.Index,
		Since: d.Since.Unix(), Opener: d.Opener,
	}
	if !d.Until.IsZero() {
		r.Until = d.Until.Unix()
	}
	if d.Signed != [32]byte{} {
		r.Signed = d.Signed[:]
	}
	if d.Salt != [32]byte{} {
		r.Salt = d.Salt[:]
	}
	for _, m := range d.Models {
		r.Models = append(r.Models, m[:]...)
	}
	if r.Phone, err = issue.EncodeHolder(d.Holder); err != nil {
		return r, err
	}
	if d.Consent != nil {
		hash := d.Consent.Hash()
		r.Consent = hash[:]
		r.Record, err = d.Consent.Encode()
	}
	return r, err
}

// docketOf fails with [ErrDamaged] for a row that is no docket.
func docketOf(r store.DocketRow) (d issue.Docket, err error) {
	d = issue.Docket{
		ID: r.ID, State: issue.State(r.State), NotBefore: seconds(r.NotBefore), Expires: seconds(r.Expires), Zones: strings.Fields(r.Zones),
		Status: pass.StatusRef{List: r.List, Index: r.Place}, Since: seconds(r.Since), Opener: r.Opener,
	}
	if r.Until != 0 {
		d.Until = seconds(r.Until)
	}
	copy(d.Signed[:], r.Signed)
	copy(d.Salt[:], r.Salt)
	for i := 0; i+len(pass.ModelID{}) <= len(r.Models); i += len(pass.ModelID{}) {
		d.Models = append(d.Models, pass.ModelID(r.Models[i:]))
	}
	d.Schedule, err = pass.ParseSchedule(r.Hours)
	if err == nil {
		d.Holder, err = issue.ParseHolder(r.Phone)
	}
	if err == nil && r.Record != nil {
		d.Consent, err = consent.Decode(r.Record)
	}
	if err != nil {
		return issue.Docket{}, fmt.Errorf("%w: the docket of %s: %v", ErrDamaged, hex.EncodeToString(r.ID[:]), err)
	}
	return d, nil
}

func seconds(n int64) time.Time { return time.Unix(n, 0).UTC() }
