package bundle_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// header is the protected header, written a second time.
type header struct {
	Alg   int    `cbor:"1,keyasint"`
	KeyID []byte `cbor:"4,keyasint"`
	Type  string `cbor:"16,keyasint"`
}

const (
	bundleType = "application/facelatch-bundle+cose"
	pinsType   = "application/facelatch-pins+cose"
)

// signPayload signs any bytes as one of the types.
func signPayload(t testing.TB, key *ecdsa.PrivateKey, kind string, payload []byte) []byte {
	t.Helper()
	_, id, err := cose.SignerID(key)
	must(t, err)
	m, err := cose.NewSign1(nil, key, header{cose.AlgES256, id[:], kind}, payload, nil)
	must(t, err)
	data, err := m.Encode()
	must(t, err)
	return data
}

func payloadOf(t testing.TB, data []byte) []byte {
	t.Helper()
	m, err := cose.ParseSign1(data)
	must(t, err)
	return m.Payload
}

// zones draws zones that there can be.
func zones() *rapid.Generator[[]bundle.Zone] {
	zone := rapid.Custom(func(t *rapid.T) bundle.Zone {
		z := bundle.Zone{
			Name:    rapid.StringMatching(`[a-z0-9-]{1,24}`).Draw(t, "name"),
			Methods: bundle.Methods(rapid.IntRange(1, 15).Filter(func(m int) bool { return m != int(bundle.Face) }).Draw(t, "methods")),
			Title:   rapid.MapOfN(rapid.StringMatching(`[a-z]{2}`), rapid.StringMatching(`[a-zé门 ]{1,20}`), 0, 3).Draw(t, "title"),
		}
		if z.Methods.Has(bundle.Face) {
			z.Threshold, z.Budget = "fmr-1e-4", rapid.IntRange(1, bundle.MaxBudget).Draw(t, "budget")
			z.RequireLive = rapid.Bool().Draw(t, "live")
			z.Prompts = rapid.IntRange(0, bundle.MaxPrompts).Draw(t, "prompts")
			z.Light = z.Prompts > 0 && rapid.Bool().Draw(t, "light")
		}
		if z.Methods.Has(bundle.PIN) {
			z.PINs = bundle.ObjectOf([]byte(z.Name))
		}
		if rapid.Bool().Draw(t, "hours") {
			start := rapid.Uint16Range(0, 1000).Draw(t, "start")
			z.Hours = pass.Schedule{{Days: pass.Days(rapid.IntRange(1, 127).Draw(t, "days")), Start: start, End: start + 1}}
		}
		return z
	})
	return rapid.SliceOfNDistinct(zone, 1, 5, func(z bundle.Zone) string { return z.Name })
}

// TestSignVerify: whatever can be signed is read, and signing what was read
// gives the same bytes.
func TestSignVerify(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		b := w.bundle()
		b.Number = rapid.Uint64Min(1).Draw(t, "number")
		b.Issued = time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "issued"), 0)
		b.Demo = rapid.Bool().Draw(t, "demo")
		b.PlainLife = time.Second * time.Duration(rapid.IntRange(1, int(bundle.MaxLife/time.Second)).Draw(t, "plain"))
		b.FaceLife = time.Second * time.Duration(rapid.IntRange(1, int(b.PlainLife/time.Second)).Draw(t, "face"))
		b.Zones = zones().Draw(t, "zones")
		numbers := rapid.SliceOfNDistinct(rapid.Uint32(), 0, 9, rapid.ID[uint32]).Draw(t, "lists")
		b.Lists = nil
		for _, n := range numbers {
			b.Lists = append(b.Lists, bundle.List{Number: n, Object: bundle.ObjectOf([]byte{byte(n)})})
		}
		b.Checkpoint = rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "checkpoint")
		data, err := bundle.Sign(nil, w.signer, b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bundle.Verify(data, w.signers, w.site)
		if err != nil {
			t.Fatal(err)
		}
		again, err := bundle.Sign(nil, w.signer, got)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("other bytes, %v", err)
		}
		if got.Number != b.Number || got.FaceLife != b.FaceLife || len(got.Zones) != len(b.Zones) || len(got.Lists) != len(b.Lists) {
			t.Fatalf("%+v", got)
		}
	})
}

// TestNeverBack: of any bundles in any order, a door that asks Follows never
// holds a smaller number than before, nor two of one number.
func TestNeverBack(t *testing.T) {
	w := newWorld(t)
	var all []*bundle.Bundle
	for number := range uint64(4) {
		for _, name := range []string{"a", "b"} {
			b := w.bundle()
			b.Number, b.Name = number+1, name
			all = append(all, w.verified(t, b))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		var held *bundle.Bundle
		taken := map[uint64]string{}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(all)-1), 1, 20).Draw(t, "offered") {
			next := all[i]
			if next.Follows(held) != nil {
				continue
			}
			if held != nil && next.Number < held.Number {
				t.Fatal("rolled back")
			}
			if name, twice := taken[next.Number]; twice && name != next.Name {
				t.Fatal("two bundles of one number")
			}
			taken[next.Number], held = next.Name, next
		}
	})
}

// stride skips most bits under the race detector, where signatures are slow; it
// has no divisor in common with 8, so that all bits of a byte have their turn.
func stride() int {
	if testing.Short() {
		return 11
	}
	return 1
}

// TestFlips: no change of one bit of a bundle or of PINs goes through.
func TestFlips(t *testing.T) {
	w := newWorld(t)
	pins, err := bundle.SignPINs(nil, w.issuer, &bundle.PINs{Site: w.site, Zone: "front", Issued: noon, Entries: []bundle.Entry{w.entry(t, nil)}})
	must(t, err)
	for name, tt := range map[string]struct {
		data   []byte
		verify func([]byte) (any, error)
	}{
		"bundle": {w.sign(t, w.bundle()), func(d []byte) (any, error) { return bundle.Verify(d, w.signers, w.site) }},
		"pins":   {pins, func(d []byte) (any, error) { return bundle.VerifyPINs(d, w.issuers, w.site, "front") }},
	} {
		for i := 0; i < 8*len(tt.data); i += stride() {
			changed := slices.Clone(tt.data)
			changed[i/8] ^= 1 << (i % 8)
			if _, err := tt.verify(changed); err == nil {
				t.Fatalf("%s: bit %d of byte %d: accepted", name, i%8, i/8)
			}
		}
	}
}

// TestFlipsSigned: a payload with one changed bit, signed by the right key, is
// either refused or another bundle in its one form; nothing is read that would
// be written otherwise.
func TestFlipsSigned(t *testing.T) {
	w := newWorld(t)
	payload := payloadOf(t, w.sign(t, w.bundle()))
	rapid.Check(t, func(t *rapid.T) {
		changed := slices.Clone(payload)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		oneForm(t, w, changed)
	})
}

// fataler is what testing and rapid have in common here.
type fataler interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// oneForm signs a payload as a bundle and checks what comes of it.
func oneForm(t fataler, w *world, payload []byte) {
	id, err := pass.KeyIDOf(&w.signer.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cose.NewSign1(nil, w.signer, header{cose.AlgES256, id[:], bundleType}, payload, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Verify(data, w.signers, w.site)
	if err != nil {
		if b != nil {
			t.Fatalf("a bundle and %v", err)
		}
		return
	}
	if again, err := bundle.Sign(nil, w.signer, b); err != nil || !bytes.Equal(again, data) {
		t.Fatalf("%x is written otherwise: %v", payload, err)
	}
	for _, z := range b.Zones {
		if z.Methods == bundle.Face {
			t.Fatal("faces are the only way in")
		}
	}
}

// vectorWorld has the site and the keys of the vectors, from which the corpora
// are taken.
func vectorWorld(t testing.TB) *world {
	t.Helper()
	site, err := vectors.TheSite()
	must(t, err)
	all, err := vectors.TheBundles()
	must(t, err)
	w := newWorld(t)
	w.site, err = pass.ParseSiteID(site.Site)
	must(t, err)
	w.signer, err = all.Signers[0].PrivateKey()
	must(t, err)
	w.issuer, err = site.IssuingKeys[0].PrivateKey()
	must(t, err)
	w.signers, err = bundle.Keys([]*ecdsa.PublicKey{&w.signer.PublicKey})
	must(t, err)
	w.issuers, err = bundle.Keys([]*ecdsa.PublicKey{&w.issuer.PublicKey})
	must(t, err)
	return w
}

// FuzzBundle reads payloads that the right key has signed.
func FuzzBundle(f *testing.F) {
	w := vectorWorld(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > 0 {
			oneForm(t, w, payload)
		}
	})
}

// TestClaimedNumber: what a bundle says of its number before anything is verified is
// what it says afterwards.
func TestClaimedNumber(t *testing.T) {
	w := newWorld(t)
	b := w.bundle()
	data, err := bundle.Sign(nil, w.signer, b)
	must(t, err)
	if n, err := bundle.ClaimedNumber(data); err != nil || n != b.Number {
		t.Errorf("%d, %v, want %d", n, err, b.Number)
	}
	if _, err := bundle.ClaimedNumber(data[:len(data)-1]); !errors.Is(err, bundle.ErrMalformed) {
		t.Errorf("cut short: %v", err)
	}
	if _, err := bundle.ClaimedNumber(make([]byte, bundle.MaxSize+1)); !errors.Is(err, bundle.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
}

// FuzzVerify reads bytes that the keys here have not signed: those of the
// vectors are by others.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := bundle.Verify(data, w.signers, w.site); err == nil || b != nil {
			t.Fatalf("a bundle that the key never signed is good: %v", err)
		}
		if n, err := bundle.ClaimedNumber(data); err != nil && n != 0 {
			t.Fatalf("the number %d comes with an error: %v", n, err)
		}
		if p, err := bundle.VerifyPINs(data, w.issuers, w.site, "front"); err == nil || p != nil {
			t.Fatalf("PINs that the key never signed are good: %v", err)
		}
	})
}

// FuzzPINs reads payloads that the right key has signed.
func FuzzPINs(f *testing.F) {
	w := vectorWorld(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) == 0 {
			return
		}
		data := signPayload(t, w.issuer, pinsType, payload)
		p, err := bundle.VerifyPINs(data, w.issuers, w.site, "front")
		if err != nil {
			if p != nil {
				t.Fatalf("PINs and %v", err)
			}
			return
		}
		if again, err := bundle.SignPINs(nil, w.issuer, p); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x is written otherwise: %v", payload, err)
		}
	})
}

// FuzzSecrets reads what is inside of a relay text.
func FuzzSecrets(f *testing.F) {
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		s, err := bundle.DecodeSecrets(plaintext)
		if err != nil {
			if s.Sealing != nil || s.Pepper.OK() {
				t.Fatalf("secrets and %v", err)
			}
			return
		}
		if again, err := bundle.EncodeSecrets(s); err != nil || !bytes.Equal(again, plaintext) {
			t.Fatalf("%x is written as %x, %v", plaintext, again, err)
		}
	})
}

// FuzzRelay opens bytes that nobody has sealed.
func FuzzRelay(f *testing.F) {
	w := vectorWorld(f)
	key := doorKey(f, 1)
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := key.OpenSecrets(text, w.site, w.door); err == nil {
			t.Fatalf("opened: %v", s)
		}
	})
}

func TestCorpora(t *testing.T) {
	for _, name := range []string{"FuzzBundle", "FuzzVerify", "FuzzPINs", "FuzzSecrets", "FuzzRelay"} {
		testenv.Corpus(t, name)
	}
}
