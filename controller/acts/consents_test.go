package acts_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

func TestConsents(t *testing.T)       { onSQLite(t, consents) }
func TestSignedConsents(t *testing.T) { onSQLite(t, signedConsents) }

// TestPromise2WithdrawingRevokesFirst: a withdrawal needs nobody but the holder,
// has its effect first, and waits for no ledger.
func TestPromise2WithdrawingRevokesFirst(t *testing.T) { onSQLite(t, withdrawing) }

// notice publishes a notice in which everything is written.
func (r *rig) notice(rules consent.Rules, version string) acts.NoticeVersion {
	r.t.Helper()
	own := make(map[consent.Lang]consent.Text)
	draft, err := consent.Draft(rules, consent.DraftFor{})
	must(r.t, err)
	for lang, text := range draft.Text {
		own[lang] = make(consent.Text)
		for field := range text {
			own[lang][field] = "Words about " + string(field) + "."
		}
	}
	n, err := consent.Draft(rules, consent.DraftFor{Version: version, Jurisdiction: "CN", Zones: []string{"gate"}, Days: 365, Written: own})
	must(r.t, err)
	v, err := r.PublishNotice(r.t.Context(), owner(), n)
	must(r.t, err)
	return v
}

// yes is what somebody agrees to.
func yes(n acts.NoticeVersion) acts.ConsentInput {
	return acts.ConsentInput{Agreed: true, Notice: n.Hash, Purpose: pass.PurposeAccess, Language: consent.Chinese}
}

func station() acts.Actor {
	return acts.Actor{Role: acts.StationRole, Pseudonym: "0123456789abcdef"}
}

func consents(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	n := r.notice(consent.Everybody, "one")
	got, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	must(t, err)
	if !got.Good(r.clock()) || got.Holder != h.ID || got.Signed || got.Guardian || got.Until.Sub(got.Given) != consent.MaxTime {
		t.Errorf("got %+v", got)
	}
	receiptProves(t, r, got, n)
	_, err = r.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "flat 1", Under14: true, GuardianLabel: "somebody"})
	want(t, err, acts.ErrInvalid)
	refusedConsents(t, r, h, n)
	// A newer notice: the old one is not agreed to any more, and what was agreed to
	// stays.
	newer := r.notice(consent.Everybody, "two")
	_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	want(t, err, acts.ErrConflict)
	_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, yes(newer))
	must(t, err)
	stationConsents(t, r, h, newer)
	if names := r.names(); !slices.Equal(names, []string{"notice.publish", "notice.publish"}) {
		t.Errorf("in clear: %q", names)
	}
}

// receiptProves: the receipt verifies, and what it holds opens an entry that the
// ledger has.
func receiptProves(t *testing.T, r *rig, c acts.ConsentView, n acts.NoticeVersion) {
	t.Helper()
	receipt, err := consent.ParseReceipt(c.Receipt)
	must(t, err)
	notice, err := consent.DecodeNotice(n.Document)
	must(t, err)
	if _, err := receipt.Check(&signingKey().PublicKey, &notice); err != nil {
		t.Error(err)
	}
	var opening ledger.Opening
	must(t, opening.UnmarshalJSON(receipt.Opening()))
	found := slices.ContainsFunc(r.entries(), func(e ledger.Entry) bool { return e.Commitment == opening.Commitment() })
	if !found || receipt.Record().Hash() != c.Hash {
		t.Error("the receipt proves nothing")
	}
}

func refusedConsents(t *testing.T, r *rig, h acts.Holder, n acts.NoticeVersion) {
	ctx, good := t.Context(), yes(n)
	other := r.add("flat 2")
	for name, test := range map[string]struct {
		actor acts.Actor
		who   string
		spoil func(*acts.ConsentInput)
		want  error
	}{
		"an owner":          {owner(), h.ID, func(*acts.ConsentInput) {}, acts.ErrForbidden},
		"staff":             {desk(), h.ID, func(*acts.ConsentInput) {}, acts.ErrForbidden},
		"another holder":    {holder(other.ID), h.ID, func(*acts.ConsentInput) {}, acts.ErrNotFound},
		"nobody":            {acts.Actor{}, h.ID, func(*acts.ConsentInput) {}, acts.ErrForbidden},
		"not said":          {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Agreed = false }, acts.ErrInvalid},
		"no notice":         {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Notice = [32]byte{} }, acts.ErrConflict},
		"another purpose":   {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Purpose = pass.PurposeMeasure }, acts.ErrInvalid},
		"a language":        {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Language = "fr" }, acts.ErrInvalid},
		"for another adult": {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Guardian = true }, acts.ErrInvalid},
		"for ever":          {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Until = monday.AddDate(3, 0, 0) }, acts.ErrInvalid},
		"for no time":       {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Until = monday }, acts.ErrInvalid},
		"a station's":       {holder(h.ID), h.ID, func(in *acts.ConsentInput) { in.Record = []byte{1} }, acts.ErrInvalid},
		"no record":         {station(), h.ID, func(in *acts.ConsentInput) { in.Record = []byte{1} }, acts.ErrInvalid},
	} {
		in := good
		test.spoil(&in)
		if _, err := r.GiveConsent(ctx, test.actor, test.who, in); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

// stationConsents: a station attests, for a holder or for nobody who is named.
func stationConsents(t *testing.T, r *rig, h acts.Holder, n acts.NoticeVersion) {
	ctx := t.Context()
	terms := consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: n.Hash, Given: r.clock(), Until: r.clock().AddDate(1, 0, 0),
		By: consent.ByHolder, Lang: consent.Chinese, Attester: "station-" + station().Pseudonym,
	}
	for name, test := range map[string]struct {
		spoil func(*consent.Terms)
		want  error
	}{
		"good":            {func(*consent.Terms) {}, nil},
		"another station": {func(c *consent.Terms) { c.Attester = "another" }, acts.ErrInvalid},
		"another site":    {func(c *consent.Terms) { c.Site = pass.SiteID{2} }, acts.ErrInvalid},
		"another notice":  {func(c *consent.Terms) { c.Notice = [32]byte{2} }, acts.ErrInvalid},
		"an hour ago":     {func(c *consent.Terms) { c.Given = c.Given.Add(-time.Hour) }, acts.ErrInvalid},
		"tomorrow":        {func(c *consent.Terms) { c.Given = c.Given.Add(day) }, acts.ErrInvalid},
		"a guardian":      {func(c *consent.Terms) { c.By = consent.ByGuardian }, acts.ErrInvalid},
	} {
		c := terms
		test.spoil(&c)
		record, err := consent.Attest(rand.Reader, c)
		must(t, err)
		in := yes(n)
		in.Record, err = record.Encode()
		must(t, err)
		for _, who := range []string{h.ID, ""} {
			got, err := r.GiveConsent(ctx, station(), who, in)
			if !errors.Is(err, test.want) || err == nil && got.Hash != record.Hash() {
				if who == "" && test.want == nil && errors.Is(err, acts.ErrConflict) {
					continue // the same record twice
				}
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

const day = 24 * time.Hour

// TestChildren: a guardian agrees for a child, to the notice for that, for a year,
// and then the passes end.
func TestChildren(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		h, err := r.AddHolder(ctx, desk(), acts.HolderInput{Label: "flat 1, child", Under14: true, GuardianLabel: "flat 1"})
		must(t, err)
		adults, children := r.notice(consent.Everybody, "one"), r.notice(consent.Children, "one")
		in := yes(adults)
		_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, in)
		want(t, err, acts.ErrConflict)
		in = yes(children)
		_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, in)
		want(t, err, acts.ErrInvalid) // the child alone
		in.Guardian = true
		in.Until = r.clock().AddDate(1, 0, 1)
		_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, in)
		want(t, err, acts.ErrInvalid)
		in.Until = time.Time{}
		c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, in)
		must(t, err)
		if !c.Guardian || !c.Until.Equal(r.clock().AddDate(1, 0, 0)) {
			t.Errorf("got %+v", c)
		}
		_, err = r.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "flat 1, child"})
		want(t, err, acts.ErrInvalid)
		r.now.Store(c.Until.AddDate(0, -6, -1).Unix())
		id := r.office.face(c)
		r.now.Store(c.Until.Unix() - 1)
		must(t, r.Sweep(ctx))
		if !r.office.good(id) {
			t.Error("the pass ended before the consent")
		}
		r.pass(time.Second)
		must(t, r.Sweep(ctx))
		if r.office.good(id) {
			t.Error("the pass outlived the consent")
		}
		must(t, r.Sweep(ctx))
		_, err = r.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "flat 1, grown up"})
		must(t, err)
	})
}

func signedConsents(t *testing.T, r *rig) {
	ctx := t.Context()
	h, n := r.add("flat 1"), r.notice(consent.Everybody, "one")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	in := yes(n)
	in.Key, err = issue.EncodeHolder(&key.PublicKey)
	must(t, err)
	_, err = r.DraftConsent(ctx, desk(), h.ID, in, in.Key)
	want(t, err, acts.ErrForbidden)
	_, err = r.DraftConsent(ctx, holder(h.ID), h.ID, in, []byte("key"))
	want(t, err, acts.ErrInvalid)
	d, err := r.DraftConsent(ctx, holder(h.ID), h.ID, in, in.Key)
	must(t, err)
	in.Draft, in.Signature = d.Draft, sign(t, key, d.Message)
	for name, spoil := range map[string]func(*acts.ConsentInput){
		"changed signature": func(in *acts.ConsentInput) {
			in.Signature = slices.Clone(in.Signature)
			in.Signature[5] ^= 1
		},
		"no signature":     func(in *acts.ConsentInput) { in.Signature = nil },
		"other words":      func(in *acts.ConsentInput) { in.Language = consent.English },
		"another end":      func(in *acts.ConsentInput) { in.Until = r.clock().AddDate(0, 1, 0) },
		"no draft":         func(in *acts.ConsentInput) { in.Draft = []byte("{}") },
		"bytes":            func(in *acts.ConsentInput) { in.Draft = []byte{0} },
		"and a station's":  func(in *acts.ConsentInput) { in.Record = []byte{1} },
		"of another key":   func(in *acts.ConsentInput) { in.Key = make([]byte, issue.HolderSize) },
		"not said":         func(in *acts.ConsentInput) { in.Agreed = false },
		"of the year 9999": func(in *acts.ConsentInput) { in.Draft = fmt.Appendf(nil, `{"given":1e18,"salt":"AAAA"}`) },
	} {
		bad := in
		spoil(&bad)
		if _, err := r.GiveConsent(ctx, holder(h.ID), h.ID, bad); !errors.Is(err, acts.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	late := in
	r.pass(11 * time.Minute)
	_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, late)
	want(t, err, acts.ErrInvalid)
	r.pass(-11 * time.Minute)
	c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, in)
	must(t, err)
	if !c.Signed {
		t.Errorf("got %+v", c)
	}
	receiptProves(t, r, c, n)
	_, err = r.GiveConsent(ctx, holder(h.ID), h.ID, in)
	want(t, err, acts.ErrConflict) // once
}

// sign signs as a browser does: r and s.
func sign(t testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(message)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	must(t, err)
	out := make([]byte, 64)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out
}

func withdrawing(t *testing.T, r *rig) {
	ctx := t.Context()
	h, other, n := r.add("flat 1"), r.add("flat 2"), r.notice(consent.Everybody, "one")
	c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	must(t, err)
	id := r.office.face(c)
	if !r.office.good(id) {
		t.Fatal("the pass is not good")
	}
	for actor, wanted := range map[*acts.Actor]error{
		{Role: acts.HolderRole, Holder: other.ID}:                                acts.ErrNotFound,
		{Role: acts.Auditor, Operator: "a", Pseudonym: "op-a"}:                   acts.ErrForbidden,
		{Role: acts.Owner, Operator: "a", Pseudonym: "op-a", Scopes: someRead()}: acts.ErrForbidden,
	} {
		_, err := r.WithdrawConsent(ctx, *actor, c.Hash)
		want(t, err, wanted)
		_, err = r.WithdrawConsent(ctx, *actor, pass.Hash16{9})
		want(t, err, wanted)
	}
	r.log.down.Store(true) // which it does not wait for
	a := r.impatient()
	w, err := a.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	if r.office.good(id) || w.Offer != id || len(w.Revoked) != 1 || w.Consent.Good(r.clock()) {
		t.Errorf("got %+v, and the pass is good: %t", w, r.office.good(id))
	}
	again, err := a.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	if !again.Consent.Withdrawn.Equal(w.Consent.Withdrawn) {
		t.Errorf("withdrawn a second time: %+v", again)
	}
	r.log.down.Store(false)
	receiptProves(t, r, w.Consent, n)
	row := get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(c.Hash[:]) })
	if row.Withdrawn == 0 || row.Keep != monday.AddDate(3, 0, 0).Unix() {
		t.Errorf("kept: %+v", row)
	}
}

func someRead() []acts.Scope { return []acts.Scope{acts.ReadHolders, acts.ReadPasses} }
