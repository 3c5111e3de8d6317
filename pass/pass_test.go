package pass_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

func TestFacePassRoundTrip(t *testing.T) {
	w := newWorld(t)
	claims := w.plain(t, 3)
	claims.Holder = &signingKey(t, 5).PublicKey
	text := w.issueFace(t, claims, 128)
	p := parse(t, text)
	if p.Text() != text || p.KeyID() != keyIDOf(t, w) {
		t.Fatal("text or key id changed on the way")
	}
	if id, ok := p.SealID(); !ok || id != w.seal.ID() {
		t.Fatal("the sealing key's id is not in the pass")
	}
	v, err := p.Verify(w.trust, "front", noon)
	must(t, err)
	if !v.OK() || !v.At().Equal(noon) || v.Zone() != "front" || !v.Claims().Holder.Equal(claims.Holder) {
		t.Fatal("the verified pass does not say what was verified")
	}
	model, err := v.Model(pass.ModelID{99}, w.model)
	must(t, err)
	refs, err := v.Open(pass.SealingKeys{w.seal.ID(): w.seal})
	must(t, err)
	ref, ok := refs.Get(model)
	if !ok || !bytes.Equal(ref, reference(128)) {
		t.Fatal("another reference came out than went in")
	}
	if _, ok := refs.Get(pass.ModelID{99}); ok {
		t.Fatal("a reference for a model that made none")
	}
	refs.Wipe()
	if !bytes.Equal(ref, make([]byte, 128)) {
		t.Fatal("a wiped reference is still there")
	}
	refs.Wipe()
}

func keyIDOf(t *testing.T, w *world) pass.KeyID {
	t.Helper()
	id, err := pass.KeyIDOf(&w.issuer.PublicKey)
	must(t, err)
	return id
}

// TestSize holds a face pass to the goal that makes its QR readable from paper.
func TestSize(t *testing.T) {
	w := newWorld(t)
	c := w.plain(t, 65535%1024)
	c.Status.Index = 1023
	text := w.issueFace(t, c, 128)
	p := parse(t, text)
	t.Logf("face pass, one zone, 128-byte reference: %d bytes, %d characters", p.Size(), len(text))
	if p.Size() > pass.GoalSize {
		t.Errorf("%d bytes, over the goal of %d", p.Size(), pass.GoalSize)
	}
	const version14L = 667 // alphanumeric capacity, ISO/IEC 18004
	if len(text) > version14L {
		t.Errorf("%d characters do not fit a QR of version 14 at level L", len(text))
	}
	plain := parse(t, w.issue(t, w.plain(t, 4), nil))
	t.Logf("plain pass, one zone: %d bytes, %d characters", plain.Size(), len(plain.Text()))
}

// TestTooLarge: neither half makes a pass over the limit, and none is read.
func TestTooLarge(t *testing.T) {
	w := newWorld(t)
	c := w.plain(t, 1)
	c.Zones = nil
	for _, letter := range "abcdefgh" {
		c.Zones = append(c.Zones, strings.Repeat(string(letter), pass.MaxZoneName))
	}
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
	sealed, err := pass.Seal(w.rand, w.seal, c.Binding(), map[pass.ModelID][]byte{w.model: reference(200)})
	must(t, err)
	c.Face.Models, c.Face.Sealed = sealed.Models, sealed.Hash
	signed, err := pass.Sign(nil, w.issuer, c)
	must(t, err)
	if text, err := pass.Join(signed, sealed.Bytes); !errors.Is(err, pass.ErrTooLarge) || text != "" {
		t.Fatalf("got %q, %v", text, err)
	}
	_, err = pass.Parse(pass.Prefix + strings.Repeat("0", 3*pass.MaxSize))
	wantReason(t, err, pass.ReasonMalformed)
}

// TestOrder: each pass fails two checks, and the earlier one is the reason.
func TestOrder(t *testing.T) {
	w := newWorld(t)
	c := w.plain(t, 8)
	c.Schedule = pass.Schedule{{Days: pass.EveryDay, Start: 0, End: 60}}
	text := w.issue(t, c, nil)
	other := w.trust
	other.Site = pass.SiteID{9}
	for _, test := range []struct {
		name  string
		trust pass.Trust
		zone  string
		at    time.Time
		want  pass.Reason
	}{
		{"no keys, expired", pass.Trust{}, "front", noon.Add(2 * year), pass.ReasonUnknownIssuer},
		{"other site, expired", other, "front", noon.Add(2 * year), pass.ReasonUnknownIssuer},
		{"clock far in the past", w.trust, "back", time.Unix(0, 0), pass.ReasonNotYetValid},
		{"expired, wrong zone", w.trust, "back", noon.Add(year), pass.ReasonExpired},
		{"wrong zone, out of hours", w.trust, "back", noon, pass.ReasonWrongZone},
		{"out of hours", w.trust, "front", noon, pass.ReasonOutOfHours},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := parse(t, text).Verify(test.trust, test.zone, test.at)
			wantReason(t, err, test.want)
			if v.OK() {
				t.Fatal("a refused pass is verified")
			}
		})
	}
	must(t, w.list.Set(8, statuslist.Invalid))
	w.publish(t)
	_, err := parse(t, text).Verify(w.trust, "back", noon)
	wantReason(t, err, pass.ReasonRevoked)
	w.trust.Status = statuslist.NewSet()
	_, err = parse(t, text).Verify(w.trust, "back", noon)
	wantReason(t, err, pass.ReasonStatusUnknown)
	w.trust.Status = nil
	_, err = parse(t, text).Verify(w.trust, "back", noon)
	wantReason(t, err, pass.ReasonStatusUnknown)
}

// TestNeverIssued: a well-signed pass that issuing never recorded is refused,
// and so is one whose index lies beyond the list.
func TestNeverIssued(t *testing.T) {
	w := newWorld(t)
	w.publish(t)
	for index, want := range map[uint32]pass.Reason{
		5: pass.ReasonRevoked, 1023: pass.ReasonRevoked,
		1024: pass.ReasonStatusUnknown, 1<<32 - 1: pass.ReasonStatusUnknown,
	} {
		signed, err := pass.Sign(nil, w.issuer, w.plain(t, index))
		must(t, err)
		text, err := pass.Join(signed, nil)
		must(t, err)
		_, err = parse(t, text).Verify(w.trust, "front", noon)
		wantReason(t, err, want)
	}
}

// TestMovedReference: a sealed reference opens for no other pass, even if the
// issuer is made to sign for it.
func TestMovedReference(t *testing.T) {
	w := newWorld(t)
	from := w.plain(t, 1)
	from.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
	sealed, err := pass.Seal(w.rand, w.seal, from.Binding(), map[pass.ModelID][]byte{w.model: reference(128)})
	must(t, err)
	for name, change := range map[string]func(*pass.Claims){
		"id":      func(c *pass.Claims) { c.ID[0]++ },
		"expiry":  func(c *pass.Claims) { c.Expires = c.Expires.Add(time.Second) },
		"consent": func(c *pass.Claims) { c.Face.Consent[0]++ },
		"models":  func(c *pass.Claims) { c.Face.Models = []pass.ModelID{{8}} },
		"nothing": func(*pass.Claims) {},
	} {
		t.Run(name, func(t *testing.T) {
			c := from
			c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}, Models: sealed.Models, Sealed: sealed.Hash}
			change(&c)
			v, err := parse(t, w.issue(t, c, sealed.Bytes)).Verify(w.trust, "front", noon)
			must(t, err)
			refs, err := v.Open(pass.SealingKeys{w.seal.ID(): w.seal})
			if name == "nothing" {
				must(t, err)
				return
			}
			wantReason(t, err, pass.ReasonBadSeal)
			if refs != nil {
				t.Fatal("an error and references")
			}
		})
	}
}

func TestOpenNeedsTheNamedKey(t *testing.T) {
	w := newWorld(t)
	v, err := parse(t, w.issueFace(t, w.plain(t, 1), 128)).Verify(w.trust, "front", noon)
	must(t, err)
	other, err := pass.NewSealingKey(w.rand)
	must(t, err)
	for name, keys := range map[string]pass.SealingKeys{
		"none":            nil,
		"another":         {other.ID(): other},
		"under that id":   {w.seal.ID(): other},
		"zero":            {w.seal.ID(): {}},
		"right, wrong id": {other.ID(): w.seal},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := v.Open(keys)
			wantReason(t, err, pass.ReasonUnknownSeal)
		})
	}
	_, err = v.Model(pass.ModelID{1})
	wantReason(t, err, pass.ReasonOtherModel)
	w.seal.Wipe()
	_, err = v.Open(pass.SealingKeys{w.seal.ID(): w.seal})
	wantReason(t, err, pass.ReasonUnknownSeal)
}

func TestPlainPassHasNothingToOpen(t *testing.T) {
	w := newWorld(t)
	v, err := parse(t, w.issue(t, w.plain(t, 1), nil)).Verify(w.trust, "front", noon)
	must(t, err)
	for name, v := range map[string]pass.Verified{"plain": v, "zero": {}} {
		if _, err := v.Open(pass.SealingKeys{w.seal.ID(): w.seal}); !errors.Is(err, pass.ErrNoReference) {
			t.Errorf("%s: Open: %v", name, err)
		}
		if _, err := v.Model(w.model); !errors.Is(err, pass.ErrNoReference) {
			t.Errorf("%s: Model: %v", name, err)
		}
	}
	if (pass.Verified{}).OK() || (pass.Verified{}).Claims().Kind() != pass.Plain {
		t.Error("the zero Verified is something")
	}
	_, err = (*pass.Pass)(nil).Verify(w.trust, "front", noon)
	wantReason(t, err, pass.ReasonNoPass)
}

// TestClaimsAreCopies: nobody can change a pass through what it says.
func TestClaimsAreCopies(t *testing.T) {
	w := newWorld(t)
	c := w.plain(t, 1)
	c.Schedule = pass.Schedule{{Days: 1, Start: 0, End: 60}}
	p := parse(t, w.issueFace(t, c, 64))
	got := p.Claims()
	got.Zones[0], got.Schedule[0].Days, got.Face.Models[0], got.Face.Purpose = "vault", 127, pass.ModelID{}, 9
	again := p.Claims()
	if again.Zones[0] != "front" || again.Schedule[0].Days != 1 || again.Face.Models[0] != w.model || again.Face.Purpose != 1 {
		t.Fatal("changing a copy changed the pass")
	}
}
