package acts_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

func TestPasses(t *testing.T)    { onSQLite(t, passes) }
func TestReplacing(t *testing.T) { onSQLite(t, replacing) }
func TestGuests(t *testing.T)    { onSQLite(t, guests) }

// TestPromise6NoLedgerNoPass: while the ledger cannot be written no pass is made,
// passes are revoked, and holders deleted.
func TestPromise6NoLedgerNoPass(t *testing.T) { onSQLite(t, noLedgerNoPass) }

// plain issues a pass for the gate.
func (r *rig) plain(h acts.Holder) acts.Issued {
	r.t.Helper()
	made, err := r.IssuePlain(r.t.Context(), desk(), h.ID, acts.PassInput{Zones: []string{"lobby", "gate", "gate"}})
	must(r.t, err)
	return made
}

func passes(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	made := r.plain(h)
	p, err := pass.Parse(made.Text)
	must(t, err)
	claims := p.Claims()
	if claims.ID != made.ID || strings.Join(claims.Zones, " ") != "gate lobby" || claims.Expires.Sub(claims.NotBefore) != pass.MaxLifetime {
		t.Errorf("%+v", claims)
	}
	if made.State != issue.Issued || made.Holder != h.ID || made.Kind != pass.Plain || !r.office.good(made.ID) {
		t.Errorf("%+v", made)
	}
	v, err := r.Holder(ctx, desk(), h.ID)
	must(t, err)
	if len(v.Passes) != 1 || v.Passes[0].ID != made.ID {
		t.Errorf("%+v", v.Passes)
	}
	data, err := os.ReadFile(r.url + "-wal")
	if err == nil && bytes.Contains(data, []byte(made.Text[4:])) {
		t.Error("the pass itself is on the disk")
	}
	other := r.add("flat 2")
	want(t, r.RevokePass(ctx, holder(other.ID), made.ID), acts.ErrNotFound)
	want(t, r.RevokePass(ctx, auditor(), made.ID), acts.ErrForbidden)
	want(t, r.RevokePass(ctx, desk(), pass.ID{9}), acts.ErrNotFound)
	must(t, r.RevokePass(ctx, holder(h.ID), made.ID))
	must(t, r.RevokePass(ctx, desk(), made.ID)) // again
	if r.office.good(made.ID) {
		t.Error("a revoked pass is good")
	}
	for _, e := range r.entries() {
		if e.Act != nil {
			t.Errorf("in clear: %+v", e.Act)
		}
	}
}

// TestBadPasses: what cannot be asked for is refused by its field.
func TestBadPasses(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		h := r.add("flat 1")
		for name, in := range map[string]acts.PassInput{
			"zones: none":       {},
			"zones[1]: unknown": {Zones: []string{"gate", "roof"}},
			"zones[0]: hostile": {Zones: []string{"gate'; DROP TABLE holders; --"}},
			"expires: past":     {Zones: []string{"gate"}, NotBefore: monday.AddDate(0, 0, -2), Expires: monday.AddDate(0, 0, -1)},
			"expires: before":   {Zones: []string{"gate"}, NotBefore: monday.AddDate(0, 0, 2), Expires: monday.AddDate(0, 0, 1)},
			"pass: too long":    {Zones: []string{"gate"}, Expires: monday.AddDate(3, 0, 0)},
			"hours: words":      {Zones: []string{"gate"}, Hours: "whenever"},
			"key: short":        {Zones: []string{"gate"}, Key: []byte{1}},
			"key: no point":     {Zones: []string{"gate"}, Key: make([]byte, 64)},
		} {
			field, _, _ := strings.Cut(name, ":")
			_, err := r.IssuePlain(t.Context(), desk(), h.ID, in)
			var bad *acts.Invalid
			if !errors.As(err, &bad) || bad.Field != field {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := r.IssuePlain(t.Context(), desk(), "nobody", acts.PassInput{Zones: []string{"gate"}})
		want(t, err, acts.ErrNotFound)
		_, err = r.IssuePlain(t.Context(), holder(h.ID), h.ID, acts.PassInput{Zones: []string{"gate"}})
		want(t, err, acts.ErrForbidden)
		if v, err := r.Holder(t.Context(), desk(), h.ID); err != nil || len(v.Passes) != 0 {
			t.Errorf("%+v, %v", v.Passes, err)
		}
	})
}

func noLedgerNoPass(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	old := r.plain(h)
	r.entries()
	r.log.down.Store(true)
	a := r.impatient()
	_, err := a.IssuePlain(ctx, desk(), h.ID, acts.PassInput{Zones: []string{"gate"}})
	want(t, err, acts.ErrLedger)
	_, err = a.ReplacePass(ctx, holder(h.ID), old.ID)
	want(t, err, acts.ErrLedger)
	if r.office.good(old.ID) {
		t.Error("a lost pass is good because the ledger cannot be written")
	}
	v, err := a.Holder(ctx, desk(), h.ID)
	must(t, err)
	if len(v.Passes) != 1 {
		t.Errorf("left: %+v", v.Passes)
	}
	lines, err := a.IssueBulk(ctx, owner(), []acts.BulkInput{{Holder: h.ID, PassInput: acts.PassInput{Zones: []string{"gate"}}}}, nil)
	want(t, err, acts.ErrLedger)
	if len(lines) != 1 || lines[0].Err == nil || lines[0].Issued.Text != "" {
		t.Errorf("%+v", lines)
	}
	valid := get(r, func(tx *store.Tx) (int64, error) { return tx.CountPlaces(0) })
	must(t, a.DeleteHolder(ctx, holder(h.ID), h.ID))
	if valid != 0 {
		t.Errorf("%d passes are good", valid)
	}
	r.log.down.Store(false)
}

func replacing(t *testing.T, r *rig) {
	ctx := t.Context()
	h, other := r.add("flat 1"), r.add("flat 2")
	lost := r.plain(h)
	_, err := r.ReplacePass(ctx, holder(other.ID), lost.ID)
	want(t, err, acts.ErrNotFound)
	r.pass(day)
	made, err := r.ReplacePass(ctx, holder(h.ID), lost.ID)
	must(t, err)
	if r.office.good(lost.ID) || !r.office.good(made.ID) || made.Replaces != lost.ID || !made.Expires.Equal(lost.Expires) || !made.NotBefore.Equal(r.clock()) {
		t.Errorf("%+v", made)
	}
	_, err = r.ReplacePass(ctx, holder(h.ID), lost.ID)
	want(t, err, acts.ErrConflict) // once
	must(t, r.RevokePass(ctx, desk(), made.ID))
	_, err = r.ReplacePass(ctx, holder(h.ID), made.ID)
	want(t, err, acts.ErrConflict) // what staff took away stays away
	faceReplaced(t, r, h)
	short, err := r.IssuePlain(ctx, desk(), h.ID, acts.PassInput{Zones: []string{"gate"}, Expires: r.clock().Add(time.Hour)})
	must(t, err)
	r.pass(time.Hour)
	_, err = r.ReplacePass(ctx, desk(), short.ID)
	want(t, err, acts.ErrConflict)
}

// faceReplaced: who withdraws gets a plain pass on the spot; who lost the face
// pass gets one, too; and whose face pass staff revoked does not get one by
// withdrawing afterwards.
func faceReplaced(t *testing.T, r *rig, h acts.Holder) {
	ctx := t.Context()
	n := r.notice(consent.Everybody, "one")
	face := func() (acts.ConsentView, pass.ID) {
		c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
		must(t, err)
		return c, r.office.face(c)
	}
	c, id := face()
	w, err := r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	made, err := r.ReplacePass(ctx, holder(h.ID), w.Offer)
	must(t, err)
	if made.Kind != pass.Plain || strings.Join(made.Zones, " ") != "gate lobby" || made.Replaces != id || !r.office.good(made.ID) {
		t.Errorf("%+v", made)
	}
	again, err := r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	if again.Offer != (pass.ID{}) {
		t.Error("a second plain pass is offered")
	}
	_, lost := face()
	made, err = r.ReplacePass(ctx, holder(h.ID), lost)
	must(t, err)
	if made.Kind != pass.Plain || r.office.good(lost) {
		t.Errorf("%+v", made)
	}
	c, revoked := face()
	must(t, r.RevokePass(ctx, desk(), revoked))
	r.pass(time.Second)
	w, err = r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	_, err = r.ReplacePass(ctx, holder(h.ID), revoked)
	if want(t, err, acts.ErrConflict); w.Offer != (pass.ID{}) {
		t.Error("a pass is offered for one that staff revoked")
	}
}

func (r *rig) allowGuests(l acts.GuestLimits) {
	r.t.Helper()
	c, err := r.SiteConfig(r.t.Context())
	must(r.t, err)
	c.Guests = l
	_, err = r.ChangeSite(r.t.Context(), owner(), c.Version, c)
	must(r.t, err)
}

func guests(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	in := acts.GuestInput{Label: "aunt", Zones: []string{"gate"}, Expires: r.clock().Add(4 * time.Hour)}
	_, err := r.Guest(ctx, holder(h.ID), in)
	want(t, err, acts.ErrForbidden) // none are allowed
	r.allowGuests(acts.GuestLimits{Most: 2, Hours: 48, AheadDays: 7})
	_, err = r.Guest(ctx, holder(h.ID), in)
	want(t, err, acts.ErrInvalid) // who has no pass has no guests
	_, err = r.IssuePlain(ctx, desk(), h.ID, acts.PassInput{Zones: []string{"gate", "lobby"}, Hours: "mon-fri 08:00-20:00"})
	must(t, err)
	for name, spoil := range map[string]func(*acts.GuestInput){
		"a zone of others": func(in *acts.GuestInput) { in.Zones = []string{"garage"} },
		"no zone":          func(in *acts.GuestInput) { in.Zones = nil },
		"too long":         func(in *acts.GuestInput) { in.Expires = r.clock().Add(49 * time.Hour) },
		"no end":           func(in *acts.GuestInput) { in.Expires = time.Time{} },
		"too far ahead":    func(in *acts.GuestInput) { in.NotBefore, in.Expires = r.clock().Add(8*day), r.clock().Add(9*day) },
		"past":             func(in *acts.GuestInput) { in.NotBefore = r.clock().Add(-time.Hour) },
		"nobody":           func(in *acts.GuestInput) { in.Label = "" },
		"hostile":          func(in *acts.GuestInput) { in.Label = "a\u202eb" },
	} {
		bad := in
		spoil(&bad)
		if _, err := r.Guest(ctx, holder(h.ID), bad); !errors.Is(err, acts.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = r.Guest(ctx, owner(), in)
	want(t, err, acts.ErrForbidden)
	manyGuests(t, r, h, in)
}

// manyGuests: of many that are asked for at once, no more are made than there may
// be, with the holder's own hours.
func manyGuests(t *testing.T, r *rig, h acts.Holder, in acts.GuestInput) {
	ctx := t.Context()
	var all sync.WaitGroup
	made, errs := make([]acts.Issued, 6), make([]error, 6)
	for i := range made {
		all.Go(func() { made[i], errs[i] = r.Guest(ctx, holder(h.ID), in) })
	}
	all.Wait()
	var good []acts.Issued
	for i, err := range errs {
		if err == nil {
			good = append(good, made[i])
		} else {
			want(t, err, acts.ErrConflict)
		}
	}
	if len(good) != 2 || good[0].Guest != "aunt" || good[0].Hours != "Mon-Fri 08:00-20:00" {
		t.Fatalf("%d guests", len(good))
	}
	must(t, r.RevokePass(ctx, holder(h.ID), good[0].ID))
	_, err := r.Guest(ctx, holder(h.ID), in)
	must(t, err)
}

// TestBulk: moving day. What cannot be is said for each line, and the others are
// made.
func TestBulk(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		var in []acts.BulkInput
		for range 7 {
			h := r.add("flat")
			in = append(in, acts.BulkInput{Holder: h.ID, PassInput: acts.PassInput{Zones: []string{"gate"}}})
		}
		in[2].Zones = []string{"roof"}
		in[4].Holder = "nobody"
		in[5].Expires = monday.AddDate(9, 0, 0)
		last := 0
		lines, err := r.IssueBulk(ctx, owner(), in, func(done, total int) { last = 100*done + total })
		must(t, err)
		for i, line := range lines {
			bad := i == 2 || i == 4 || i == 5
			if line.Holder != in[i].Holder || bad != (line.Err != nil) || !bad && (line.Issued.Holder != line.Holder || !r.office.good(line.Issued.ID)) {
				t.Errorf("line %d: %+v", i, line)
			}
		}
		if last != 707 || len(lines) != 7 {
			t.Errorf("progress ended at %d, of %d lines", last, len(lines))
		}
		_, err = r.IssueBulk(ctx, owner(), make([]acts.BulkInput, acts.MaxBulk+1), nil)
		want(t, err, acts.ErrInvalid)
		_, err = r.IssueBulk(ctx, auditor(), in, nil)
		want(t, err, acts.ErrForbidden)
	})
}

func deletedWhileIssuing(t *testing.T, r *rig) {
	h := r.add("flat 1")
	n := r.notice(consent.Everybody, "one")
	c, err := r.GiveConsent(t.Context(), holder(h.ID), h.ID, yes(n))
	must(t, err)
	row := get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(c.Hash[:]) })
	record, err := consent.Decode(row.Record)
	must(t, err)
	r.entries()
	at := r.office.does.For(context.Background(), station().Pseudonym)
	b, err := at.Prepare(issue.Request{
		Zones: []string{"gate"}, NotBefore: r.clock(), Expires: r.clock().AddDate(0, 1, 0), Consent: record, Models: []pass.ModelID{{1}},
	})
	must(t, err)
	r.entries()
	r.log.down.Store(true)
	result := make(chan error)
	go func() {
		_, err := r.IssuePlain(t.Context(), desk(), h.ID, acts.PassInput{Zones: []string{"gate"}})
		result <- err
	}()
	for get(r, (*store.Tx).QueueLength) == 0 {
		time.Sleep(time.Millisecond)
	}
	must(t, r.DeleteHolder(t.Context(), holder(h.ID), h.ID))
	r.log.down.Store(false)
	want(t, <-result, acts.ErrConflict)
	if _, err := at.Sign(b.ID, [32]byte{1}); !errors.Is(err, issue.ErrState) {
		t.Errorf("a face pass of somebody deleted is signed: %v", err)
	}
	if n := get(r, func(tx *store.Tx) (int64, error) { return tx.CountPlaces(0) }); n != 0 {
		t.Errorf("%d passes are good", n)
	}
}
