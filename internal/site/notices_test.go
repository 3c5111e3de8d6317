package site

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// ownNotice is a notice in which the operator of a site has written everything.
func ownNotice(t *testing.T, c Config, rules consent.Rules) consent.Notice {
	t.Helper()
	d := c.Draft()
	text := consent.Text{consent.Operator: "O", consent.Address: "A", consent.Contact: "C", consent.Complaint: "P"}
	d.Jurisdiction, d.Version, d.Written = "CN", "1", map[consent.Lang]consent.Text{consent.English: text, consent.Chinese: text}
	n, err := consent.Draft(rules, d)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// madeSite makes a site, perhaps for trying out.
func madeSite(t *testing.T, demo bool) (string, Config) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	c, err := Create(dir, Config{
		Name: "Court", Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: DefaultPolicy(), Demo: demo,
		Rules: map[string]Rules{"front": {Prompts: 1, Light: true}},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return dir, c
}

// TestPromise2NoFacesWithoutANotice: at a site that is not for trying out, doors
// read no faces before the operator has said who they are.
func TestPromise2NoFacesWithoutANotice(t *testing.T) {
	for _, demo := range []bool{true, false} {
		dir, c := madeSite(t, demo)
		faces := func(when string, want bool) {
			t.Helper()
			var made *Published
			mustDo(t, dir, func(o *Office) error {
				p, err := o.Publisher(t.Context(), Extras{Models: extras().Models})
				if err == nil {
					made, _, err = p.Publish(t.Context())
				}
				return err
			})
			b := verified(t, dir, made)
			if front, _ := b.Zone("front"); front.Methods.Has(bundle.Face) != want || !front.Methods.Has(bundle.Plain) || (len(b.Notice.Text) > 0) != want || (front.Prompts == 1 && front.Light) != want {
				t.Errorf("%s, demo %v: %v, %v", when, demo, front.Methods, b.Notice)
			}
		}
		faces("without a notice", demo)
		if _, err := CurrentNotice(dir, consent.Everybody); demo != (err == nil) || !demo && !errors.Is(err, consent.ErrDraft) {
			t.Errorf("demo %v: %v", demo, err)
		}
		draft, err := consent.Draft(consent.Everybody, c.Draft())
		if err != nil {
			t.Fatal(err)
		}
		publish := func(n consent.Notice) error {
			o, err := OpenOffice(dir, func() time.Time { return noon })
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			return o.PublishNotice(t.Context(), Operator, n)
		}
		if err := publish(draft); demo != (err == nil) {
			t.Errorf("demo %v: a draft: %v", demo, err)
		}
		own := ownNotice(t, c, consent.Everybody)
		if err := publish(own); err != nil {
			t.Fatal(err)
		}
		faces("with one", true)
		now, err := CurrentNotice(dir, consent.Everybody)
		if err != nil || now.Version != "1" {
			t.Errorf("%+v, %v", now.Version, err)
		}
		for _, n := range []consent.Notice{own, draft} {
			hash, _ := n.Hash()
			if found, err := Notice(dir, hash); err != nil || found.Version != n.Version {
				t.Errorf("by its hash: %v", err)
			}
		}
		if _, err := Notice(dir, [32]byte{1}); !errors.Is(err, consent.ErrOtherNotice) {
			t.Error(err)
		}
		if acts := acts(t, dir); !slices.Contains(acts, "notice.publish") {
			t.Errorf("recorded is %q", acts)
		}
	}
}

// TestReceipt: whoever got a face pass gets a receipt, before and after it is
// revoked, that can be checked with the site's key and the notice.
func TestReceipt(t *testing.T) {
	dir, c := madeSite(t, true)
	n, err := CurrentNotice(dir, consent.Everybody)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := n.Hash()
	if err != nil {
		t.Fatal(err)
	}
	agreed, err := consent.Attest(rand.Reader, consent.Terms{
		Site: c.ID, Purpose: pass.PurposeAccess, Notice: hash, Given: noon, Until: noon.Add(60 * day),
		By: consent.ByHolder, Lang: consent.English, Attester: "op-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	id := issueUnder(t, dir, agreed)
	key, err := folder(dir).readIssuingKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, withdrawn := range []bool{false, true} {
		if withdrawn {
			if err := revokeAt(dir, id); err != nil {
				t.Fatal(err)
			}
		}
		data, err := receiptAt(dir, id)
		if err != nil {
			t.Fatal(err)
		}
		r, err := consent.ParseReceipt(data)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Check(&key.PublicKey, &n)
		if err != nil || !got.Site || !got.Notice || got.Withdrawn != withdrawn || r.Record().Hash() != agreed.Hash() {
			t.Errorf("%+v, %v", got, err)
		}
		var o ledger.Opening
		if err := o.UnmarshalJSON(r.Opening()); err != nil {
			t.Fatal(err)
		}
		want := map[bool]issue.State{false: issue.Signed, true: issue.Revoked}[withdrawn]
		if said := o.Says(); said.Act != string(want) || said.Pass != id.String() ||
			!slices.ContainsFunc(entries(t, dir), func(e ledger.Entry) bool { return e.Act == nil && e.Commitment == o.Commitment() }) {
			t.Errorf("it opens %+v", said)
		}
	}
	plain, err := issueAt(dir, pass.Plain, &hand{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []pass.ID{plain.ID, {1}} {
		if data, err := receiptAt(dir, id); !errors.Is(err, issue.ErrUnknown) || data != nil {
			t.Errorf("no consent: %v", err)
		}
	}
}

func receiptAt(dir string, id pass.ID) (data []byte, err error) {
	err = with(dir, func(o *Office) error {
		data, err = o.Receipt(context.Background(), id)
		return err
	})
	return data, err
}

// issueUnder issues a face pass under a consent.
func issueUnder(t *testing.T, dir string, agreed *consent.Record) pass.ID {
	t.Helper()
	o, err := OpenOffice(dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	controller, err := o.Controller(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := issue.Station{Office: controller.For(t.Context(), ""), Rand: rand.Reader, Now: clock}
	if s.Key, err = sealingKey(o); err != nil {
		t.Fatal(err)
	}
	defer s.Key.Wipe()
	claims, err := s.Issue(issue.Request{Zones: []string{"front"}, NotBefore: noon, Expires: noon.Add(30 * day), Consent: agreed}, enroller{}, &hand{})
	if err != nil {
		t.Fatal(err)
	}
	return claims.ID
}
