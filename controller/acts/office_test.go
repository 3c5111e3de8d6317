package acts_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// office makes passes with a real controller over the rig's store.
type office struct {
	r    *rig
	does *issue.Controller
}

func config(id pass.SiteID) site.Config {
	return site.Config{
		Format: site.Format, ID: id, Name: "Riverside", Zones: []string{"garage", "gate", "lobby"},
		Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(),
	}
}

// encodeSite takes any policy but one.
func encodeSite(c site.Config) ([]byte, error) {
	if err := c.Issuing().Check(); err != nil {
		return nil, errors.Join(site.ErrConfig, err)
	}
	return json.Marshal(c)
}

func signingKey() *ecdsa.PrivateKey {
	secret := [32]byte{31: 7}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret[:])
	if err != nil {
		panic(err)
	}
	return key
}

func newOffice(r *rig) *office {
	r.t.Helper()
	c := config(pass.SiteID{1})
	text, err := json.Marshal(c)
	must(r.t, err)
	must(r.t, r.store.Change(r.t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Site(); !errors.Is(err, store.ErrNotFound) {
			return err // there is one already
		}
		return errors.Join(tx.CreateSite(store.SiteRow{ID: c.ID, Config: text}), tx.AddList(1, r.now.Load()))
	}))
	o := &office{r: r}
	o.does, err = issue.New(issue.Parts{Policy: c.Issuing(), Key: signingKey(), Rand: rand.Reader, Now: r.clock, Books: o})
	must(r.t, err)
	return o
}

func (o *office) Controller(context.Context) (*issue.Controller, error) { return o.does, nil }

func (o *office) Page(tx *store.Tx) issue.Page { return page{tx} }

func (o *office) Change(ctx context.Context, f func(issue.Page) error) error {
	return o.r.store.Change(ctx, func(tx *store.Tx) error { return f(page{tx}) })
}

func (o *office) Read(ctx context.Context, f func(issue.Page) error) error {
	return o.r.store.Read(ctx, func(tx *store.Tx) error { return f(page{tx}) })
}

func (o *office) Recorded(ctx context.Context, entries []issue.EntryID) error {
	ids := make([]store.QueueID, len(entries))
	for i, e := range entries {
		ids[i] = store.QueueID(e)
	}
	_, err := o.r.store.Recorded(ctx, ids...)
	if errors.Is(err, store.ErrNotRecorded) {
		err = errors.Join(issue.ErrLedger, err)
	}
	return err
}

// good says whether doors take a pass.
func (o *office) good(id pass.ID) bool {
	return get(o.r, func(tx *store.Tx) (int, error) {
		d, err := tx.Docket(id)
		if err != nil {
			return 1, err
		}
		return tx.Place(d.List, d.Place)
	}) == 0
}

// page is a transaction as issuing sees it.
type page struct{ *store.Tx }

func (p page) Reserve(time.Time) (pass.StatusRef, error) {
	for {
		place := mathrand.Uint32N(65536)
		free, err := p.TakePlace(1, place)
		if free || err != nil {
			return pass.StatusRef{List: 1, Index: place}, err
		}
	}
}

func (p page) Set(ref pass.StatusRef, s statuslist.Status) error {
	return p.SetPlace(ref.List, ref.Index, int(s))
}

func (p page) Holder(commitment [32]byte) (issue.EntryID, error) {
	id, err := p.Enqueue(ledger.Commitment(commitment).Encode())
	return issue.EntryID(id), err
}

func (p page) Overdue(at time.Time, most int) (all []issue.Docket, err error) {
	rows, err := p.OpenDockets(at.Unix(), most)
	for _, row := range rows {
		d, err := docketOf(row)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, err
}

func (p page) Get(id pass.ID) (issue.Docket, error) {
	row, err := p.Docket(id)
	if errors.Is(err, store.ErrNotFound) {
		return issue.Docket{}, issue.ErrUnknown
	}
	if err != nil {
		return issue.Docket{}, err
	}
	return docketOf(row)
}

func (p page) Put(d issue.Docket) error {
	row := store.DocketRow{
		ID: d.ID, State: string(d.State), NotBefore: d.NotBefore.Unix(), Expires: d.Expires.Unix(),
		Zones: strings.Join(d.Zones, " "), Hours: d.Schedule.String(), List: d.Status.List, Place: d.Status.Index,
		Signed: d.Signed[:], Salt: d.Salt[:], Since: d.Since.Unix(), Opener: d.Opener,
	}
	if !d.Until.IsZero() {
		row.Until = d.Until.Unix()
	}
	var err error
	if d.Consent != nil {
		hash := d.Consent.Hash()
		row.Consent, row.Models = hash[:], d.Models[0][:]
		if row.Record, err = d.Consent.Encode(); err != nil {
			return err
		}
	}
	if row.Phone, err = issue.EncodeHolder(d.Holder); err != nil {
		return err
	}
	return p.PutDocket(row)
}

func docketOf(row store.DocketRow) (d issue.Docket, err error) {
	d = issue.Docket{
		ID: row.ID, State: issue.State(row.State), NotBefore: time.Unix(row.NotBefore, 0).UTC(), Expires: time.Unix(row.Expires, 0).UTC(),
		Zones: strings.Fields(row.Zones), Status: pass.StatusRef{List: row.List, Index: row.Place}, Since: time.Unix(row.Since, 0).UTC(), Opener: row.Opener,
	}
	if row.Until != 0 {
		d.Until = time.Unix(row.Until, 0).UTC()
	}
	copy(d.Signed[:], row.Signed)
	copy(d.Salt[:], row.Salt)
	if row.Record != nil {
		if d.Consent, err = consent.Decode(row.Record); err != nil {
			return d, err
		}
		d.Models = []pass.ModelID{pass.ModelID(row.Models)}
	}
	if d.Holder, err = issue.ParseHolder(row.Phone); err != nil {
		return d, err
	}
	d.Schedule, err = pass.ParseSchedule(row.Hours)
	return d, err
}

// face makes a face pass under a consent, as a station would: for half a year, or
// for a child for as long as the guardian agreed.
func (o *office) face(c acts.ConsentView) pass.ID {
	t := o.r.t
	t.Helper()
	row := get(o.r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(c.Hash[:]) })
	record, err := consent.Decode(row.Record)
	must(t, err)
	until := o.r.clock().AddDate(0, 6, 0)
	if c.Guardian {
		until = c.Until
	}
	at := o.does.For(t.Context(), station().Pseudonym)
	b, err := at.Prepare(issue.Request{
		Zones: []string{"gate", "lobby"}, NotBefore: o.r.clock(), Expires: until, Consent: record, Models: []pass.ModelID{{1}},
	})
	must(t, err)
	_, err = at.Sign(b.ID, [32]byte{1})
	must(t, err)
	must(t, at.Complete(b.ID))
	return b.ID
}

// Doors, of which there are none: what they are is tested in internal/site.

func (o *office) Members(context.Context) ([]site.Member, error) { return nil, nil }

func (o *office) MakeCode(_ context.Context, by string, kind site.Kind, name, zone string) (secret [16]byte, err error) {
	if kind == site.KindDoor && zone == "" {
		return secret, site.ErrMember
	}
	copy(secret[:], by+name)
	return secret, nil
}

func (o *office) Remove(_ context.Context, _ string, id pass.DoorID, _ bool) error {
	if id == (pass.DoorID{}) {
		return site.ErrNoMember
	}
	return nil
}
