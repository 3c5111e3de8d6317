package pass_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/pass"
)

// TestSealingKeyDoesNotPrint: the secret comes out of nothing but Export.
func TestSealingKeyDoesNotPrint(t *testing.T) {
	secret := bytes.Repeat([]byte{0xab}, 32)
	key, err := pass.ImportSealingKey(secret)
	must(t, err)
	nested := struct {
		Name string
		key  pass.SealingKey
	}{"door", key}
	var out strings.Builder
	for _, v := range []any{key, &key, []pass.SealingKey{key}, pass.SealingKeys{key.ID(): key}, nested, &nested} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		data, err := json.Marshal(v)
		must(t, err)
		out.Write(data)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	for _, leak := range []string{"abab", "ABAB", "171 171", "171, 171", "0xab, 0xab", `\xab`, "q6ur"} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("the secret is printed as %q: %s", leak, out.String())
		}
	}
	if !strings.Contains(fmt.Sprint(key), key.ID().String()) {
		t.Error("a printed key does not say which it is")
	}
	if !bytes.Equal(key.Export(), secret) {
		t.Error("Export gives another secret")
	}
}

func TestSealingKeyOwnsItsSecret(t *testing.T) {
	secret := bytes.Repeat([]byte{1}, 32)
	key, err := pass.ImportSealingKey(secret)
	must(t, err)
	clear(secret)
	clear(key.Export())
	if key.Export()[0] != 1 {
		t.Fatal("the key shares its secret")
	}
	other := key
	other.Wipe()
	if !bytes.Equal(key.Export(), make([]byte, 32)) {
		t.Fatal("a copy survives wiping")
	}
	_, err = pass.Seal(reader(1), key, pass.Binding{Site: pass.SiteID{1}, ID: pass.ID{1}, Consent: pass.Hash16{1}}, nil)
	if !errors.Is(err, pass.ErrSealingKey) {
		t.Fatalf("a wiped key seals: %v", err)
	}
}

func TestSealingKeyRefused(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := pass.ImportSealingKey(make([]byte, n)); !errors.Is(err, pass.ErrSealingKey) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := pass.NewSealingKey(bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("a key of 31 random bytes")
	}
	var zero pass.SealingKey
	if _, err := pass.Seal(reader(1), zero, pass.Binding{}, nil); !errors.Is(err, pass.ErrSealingKey) || zero.Export() != nil {
		t.Error("the zero key seals")
	}
	zero.Wipe()
}

func TestSealRefuses(t *testing.T) {
	w := newWorld(t)
	good := pass.Binding{Site: w.site, ID: pass.ID{1}, Expires: noon, Consent: pass.Hash16{1}}
	refs := map[pass.ModelID][]byte{w.model: reference(8)}
	for name, change := range map[string]func(*pass.Binding){
		"no site":    func(b *pass.Binding) { b.Site = pass.SiteID{} },
		"no pass":    func(b *pass.Binding) { b.ID = pass.ID{} },
		"no consent": func(b *pass.Binding) { b.Consent = pass.Hash16{} },
	} {
		b := good
		change(&b)
		if s, err := pass.Seal(w.rand, w.seal, b, refs); err == nil || s.Bytes != nil {
			t.Errorf("%s: sealed", name)
		}
	}
	if _, err := pass.Seal(bytes.NewReader(nil), w.seal, good, refs); err == nil {
		t.Error("sealed without randomness")
	}
	one, err := pass.Seal(w.rand, w.seal, good, refs)
	must(t, err)
	two, err := pass.Seal(w.rand, w.seal, good, refs)
	must(t, err)
	if bytes.Equal(one.Bytes, two.Bytes) {
		t.Error("sealing twice gives the same bytes: the IV is not fresh")
	}
	if bytes.Contains(one.Bytes, reference(8)) {
		t.Error("the reference stands in what was sealed")
	}
}

// TestPlaintextIsCleared: what was sealed does not stay in memory, sealed or not.
func TestPlaintextIsCleared(t *testing.T) {
	w := newWorld(t)
	for name, random := range map[string]io.Reader{"sealed": w.rand, "no randomness": bytes.NewReader(nil)} {
		plaintext := reference(8)
		data, err := pass.Encrypt(random, w.seal, plaintext, nil)
		if (err == nil) != (name == "sealed") || (data == nil) != (err != nil) {
			t.Errorf("%s: %d bytes and %v", name, len(data), err)
		}
		if !bytes.Equal(plaintext, make([]byte, len(plaintext))) {
			t.Errorf("%s: the plaintext is left", name)
		}
	}
}

func TestIDs(t *testing.T) {
	site, err := pass.NewSiteID(reader(1))
	must(t, err)
	id, err := pass.NewID(reader(2))
	must(t, err)
	if back, err := pass.ParseSiteID(site.String()); err != nil || back != site || len(site.String()) != 13 {
		t.Errorf("%s: %v", site, err)
	}
	if back, err := pass.ParseID(id.String()); err != nil || back != id {
		t.Errorf("%s: %v", id, err)
	}
	var model pass.ModelID
	if err := model.UnmarshalText([]byte("0102030405060708")); err != nil || model != (pass.ModelID{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("%s: %v", model, err)
	}
	for _, bad := range []string{"", "ab", strings.ToUpper(hex.EncodeToString(bytes.Repeat([]byte{0xab}, 16))), strings.Repeat("g", 32)} {
		if _, err := pass.ParseID(bad); err == nil {
			t.Errorf("%q is taken for a pass id", bad)
		}
		if _, err := pass.ParseSiteID(bad); err == nil {
			t.Errorf("%q is taken for a site id", bad)
		}
	}
	type all struct {
		Site  pass.SiteID
		ID    pass.ID
		Model pass.ModelID
		Hash  pass.Hash16
		Key   pass.KeyID
	}
	in := all{site, id, pass.ModelID{1}, pass.Hash16{2}, pass.KeyID{3}}
	data, err := json.Marshal(in)
	must(t, err)
	var out all
	must(t, json.Unmarshal(data, &out))
	if out != in {
		t.Errorf("%s is read as %+v", data, out)
	}
	if _, err := pass.NewID(bytes.NewReader(nil)); err == nil {
		t.Error("an id of no random bytes")
	}
}

// TestSignRefuses: what a pass cannot say is not signed.
func TestSignRefuses(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*pass.Claims){
		"no site":     func(c *pass.Claims) { c.Site = pass.SiteID{} },
		"no id":       func(c *pass.Claims) { c.ID = pass.ID{} },
		"backwards":   func(c *pass.Claims) { c.Expires = c.NotBefore },
		"too long":    func(c *pass.Claims) { c.Expires = c.NotBefore.Add(pass.MaxLifetime + 1e9) },
		"no zone":     func(c *pass.Claims) { c.Zones = nil },
		"bad zone":    func(c *pass.Claims) { c.Zones = []string{"Front Door"} },
		"bad hours":   func(c *pass.Claims) { c.Schedule = pass.Schedule{{Days: 0, Start: 1, End: 2}} },
		"empty hours": func(c *pass.Claims) { c.Schedule = pass.Schedule{} },
		"no purpose":  func(c *pass.Claims) { c.Face = &pass.FaceClaims{Consent: pass.Hash16{1}, Models: []pass.ModelID{{1}}} },
		"no consent": func(c *pass.Claims) {
			c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Models: []pass.ModelID{{1}}}
		},
		"desk": func(c *pass.Claims) {
			c.Face = &pass.FaceClaims{Purpose: pass.PurposeDesk, Consent: pass.Hash16{1}, Models: []pass.ModelID{{1}}}
		},
	} {
		c := w.plain(t, 1)
		change(&c)
		if signed, err := pass.Sign(nil, w.issuer, c); err == nil || signed != nil {
			t.Errorf("%s: signed", name)
		}
	}
	if _, err := pass.Sign(nil, nil, w.plain(t, 1)); err == nil {
		t.Error("signed without a key")
	}
}

// TestJoinRefuses: two halves that were not made for each other make no pass.
func TestJoinRefuses(t *testing.T) {
	w := newWorld(t)
	c := w.plain(t, 1)
	plain, err := pass.Sign(nil, w.issuer, c)
	must(t, err)
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
	one, err := pass.Seal(w.rand, w.seal, c.Binding(), map[pass.ModelID][]byte{w.model: reference(8)})
	must(t, err)
	two, err := pass.Seal(w.rand, w.seal, c.Binding(), map[pass.ModelID][]byte{w.model: reference(8)})
	must(t, err)
	c.Face.Models, c.Face.Sealed = one.Models, one.Hash
	face, err := pass.Sign(nil, w.issuer, c)
	must(t, err)
	for name, halves := range map[string][2][]byte{
		"plain with sealed":     {plain, one.Bytes},
		"face without sealed":   {face, nil},
		"face with another":     {face, two.Bytes},
		"sealed that is junk":   {face, []byte("junk")},
		"signed that is junk":   {[]byte("junk"), nil},
		"nothing at all":        {nil, nil},
		"sealed in both halves": {one.Bytes, one.Bytes},
	} {
		if text, err := pass.Join(halves[0], halves[1]); err == nil || text != "" {
			t.Errorf("%s: joined", name)
		}
	}
	_, err = pass.Join(face, two.Bytes)
	if !errors.Is(err, pass.ErrNotTogether) {
		t.Error(err)
	}
	_, err = pass.Join(face, one.Bytes)
	must(t, err)
}

func TestRefusalText(t *testing.T) {
	cause := errors.New("the cause")
	err := fmt.Errorf("door: %w", &pass.Refusal{Reason: pass.ReasonExpired, Detail: "it ended", Cause: cause})
	if r, ok := pass.ReasonOf(err); !ok || r != pass.ReasonExpired || !errors.Is(err, cause) {
		t.Error("the reason or the cause is lost on the way")
	}
	if err.Error() != "door: expired: it ended" || (&pass.Refusal{Reason: pass.ReasonNoFace}).Error() != "no-face" {
		t.Error("a refusal reads otherwise")
	}
	if _, ok := pass.ReasonOf(cause); ok {
		t.Error("an error that is no refusal has a reason")
	}
	seen := map[pass.Reason]bool{}
	for _, r := range pass.Reasons() {
		if seen[r] || r == "" {
			t.Errorf("%q stands twice, or is empty", r)
		}
		seen[r] = true
	}
}

// TestPassDoesNotPrint: a log line with a pass in it does not say whose.
func TestPassDoesNotPrint(t *testing.T) {
	w := newWorld(t)
	p := parse(t, w.issueFace(t, w.plain(t, 1), 16))
	v, err := p.Verify(w.trust, "front", noon)
	must(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb+" "+verb, p, v); got != "a face pass a face pass, verified" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if got := fmt.Sprint(pass.Verified{}); got != "no verified pass" {
		t.Error(got)
	}
}
