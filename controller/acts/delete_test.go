package acts_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// TestPromise1DeletionErases: of a holder who was deleted nothing is left that says
// whom it was about, not even in the database's file.
func TestPromise1DeletionErases(t *testing.T) { onSQLite(t, deleting) }

func TestDeletedWhileIssuing(t *testing.T) { onSQLite(t, deletedWhileIssuing) }

func deleting(t *testing.T, r *rig) {
	ctx := t.Context()
	h, err := r.AddHolder(ctx, desk(), acts.HolderInput{Label: "Wisteria-Four", Contact: "quercus@example.org"})
	must(t, err)
	other := r.add("flat 2")
	n := r.notice(consent.Everybody, "one")
	c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	must(t, err)
	face, plain := r.office.face(c), r.plain(h)
	link, err := r.MakeLink(ctx, desk(), h.ID)
	must(t, err)
	s, err := r.OpenLink(ctx, link.Token)
	must(t, err)
	exported(t, r, h, face.String(), plain.ID.String(), link.Token)
	want(t, r.DeleteHolder(ctx, holder(other.ID), h.ID), acts.ErrNotFound)
	want(t, r.DeleteHolder(ctx, desk(), h.ID), acts.ErrForbidden)
	must(t, r.DeleteHolder(ctx, s.Actor, h.ID))
	if r.office.good(face) || r.office.good(plain.ID) {
		t.Error("a pass of somebody who was deleted is good")
	}
	_, err = r.SessionOf(ctx, s.Token)
	want(t, err, acts.ErrSignedOut)
	want(t, r.DeleteHolder(ctx, owner(), h.ID), acts.ErrNotFound)
	kept(t, r, c, face, plain.ID)
	for _, name := range []string{r.url, r.url + "-wal"} {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // PostgreSQL
		}
		if name == r.url && bytes.Contains(data, []byte("Wisteria")) {
			t.Errorf("%s still has the label", name)
		}
	}
}

// kept: the consent's record and receipt until their date, and then nothing.
func kept(t *testing.T, r *rig, c acts.ConsentView, passes ...[16]byte) {
	t.Helper()
	ctx := t.Context()
	row := get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(c.Hash[:]) })
	if row.Holder != "" || row.Withdrawn == 0 || len(row.Receipt) == 0 {
		t.Errorf("kept: %+v", row)
	}
	if _, err := consent.ParseReceipt([]byte(row.Receipt)); err != nil {
		t.Error(err)
	}
	for _, id := range passes {
		d := get(r, func(tx *store.Tx) (store.DocketRow, error) { return tx.Docket(id) })
		if d.Salt != nil || d.Consent != nil || d.Record != nil || d.Phone != nil {
			t.Errorf("of a pass is kept: %+v", d)
		}
	}
	r.now.Store(row.Keep - 1)
	must(t, r.Sweep(ctx))
	get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(c.Hash[:]) })
	r.pass(time.Second)
	must(t, r.Sweep(ctx))
	err := r.store.Read(ctx, func(tx *store.Tx) error { _, err := tx.Consent(c.Hash[:]); return err })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("kept beyond its date: %v", err)
	}
}

// exported: the holder gets all that is held, and no secret.
func exported(t *testing.T, r *rig, h acts.Holder, wants ...string) {
	t.Helper()
	ctx := t.Context()
	data, err := r.HolderExport(ctx, holder(h.ID), h.ID)
	must(t, err)
	var all map[string]any
	must(t, json.Unmarshal(data, &all))
	for _, some := range append(wants[:2:2], h.Label, h.Contact, h.ID, "consent.give", "holder.add", "holder.link") {
		if !bytes.Contains(data, []byte(some)) {
			t.Errorf("the export does not have %q", some)
		}
	}
	if bytes.Contains(data, []byte(wants[2])) {
		t.Error("the export has a link")
	}
	_, err = r.HolderExport(ctx, holder("another"), h.ID)
	want(t, err, acts.ErrNotFound)
	_, err = r.HolderExport(ctx, auditor(), h.ID)
	want(t, err, acts.ErrForbidden)
	openings, err := r.Openings(ctx, holder(h.ID), h.ID)
	must(t, err)
	if len(openings) < 3 {
		t.Errorf("%d openings", len(openings))
	}
	noted := r.entries()
	for _, o := range openings {
		if !slices.ContainsFunc(noted, func(e ledger.Entry) bool { return e.Commitment == o.Commitment() }) {
			t.Errorf("the ledger has no entry that %s opens", o.Body)
		}
		id, err := pass.ParseID(o.Says().Pass)
		if err == nil {
			some, err := r.OpenPass(ctx, auditor(), id)
			must(t, err)
			if !slices.ContainsFunc(some, func(s ledger.Opening) bool { return s.Commitment() == o.Commitment() }) {
				t.Errorf("the auditor does not see %s", o.Body)
			}
			continue
		}
		one, err := r.Open(ctx, auditor(), o.Commitment())
		must(t, err)
		if !o.Known || fmt.Sprint(one) != fmt.Sprint(o) {
			t.Errorf("%+v, and the auditor sees %+v", o, one)
		}
	}
	_, err = r.OpenPass(ctx, owner(), pass.ID{1})
	want(t, err, acts.ErrForbidden)
	want(t, r.PassOpenings(ctx, owner(), io.Discard), acts.ErrForbidden)
	var every bytes.Buffer
	must(t, r.PassOpenings(ctx, auditor(), &every))
	for _, o := range openings {
		line, err := json.Marshal(o)
		must(t, err)
		if o.Says().Pass != "" && !bytes.Contains(every.Bytes(), line) {
			t.Errorf("%s is not among what opens all passes", o.Body)
		}
	}
	_, err = r.OpenPass(ctx, auditor(), pass.ID{1})
	want(t, err, acts.ErrNotFound)
	_, err = r.Openings(ctx, owner(), h.ID)
	want(t, err, acts.ErrForbidden)
	_, err = r.Open(ctx, holder(h.ID), openings[0].Commitment())
	want(t, err, acts.ErrForbidden)
	_, err = r.Open(ctx, auditor(), [32]byte{1})
	want(t, err, acts.ErrNotFound)
}
