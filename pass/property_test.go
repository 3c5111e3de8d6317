package pass_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/pass"
)

// claims draws what a pass can say.
func claims(w *world, holder *rapid.Generator[bool]) *rapid.Generator[pass.Claims] {
	return rapid.Custom(func(t *rapid.T) pass.Claims {
		begin := rapid.Int64Range(0, 4e9).Draw(t, "not before")
		c := pass.Claims{
			Site: w.site, ID: pass.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")),
			NotBefore: time.Unix(begin, 0).UTC(),
			Expires:   time.Unix(begin+rapid.Int64Range(1, 731*86400).Draw(t, "life"), 0).UTC(),
			Zones:     rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9-]{1,24}`), 1, 4, rapid.ID[string]).Draw(t, "zones"),
			Status:    pass.StatusRef{List: rapid.Uint32().Draw(t, "list"), Index: rapid.Uint32().Draw(t, "index")},
		}
		slices.Sort(c.Zones)
		c.ID[0] |= 1
		if rapid.Bool().Draw(t, "hours") {
			c.Schedule = windows().Draw(t, "schedule")
		}
		if holder.Draw(t, "holder") {
			c.Holder = &w.issuer.PublicKey
		}
		return c
	})
}

// TestRoundTrip: what goes into a pass comes out of it, and joining what was
// parsed gives the same text.
func TestRoundTrip(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		c := claims(w, rapid.Bool()).Draw(t, "claims")
		var sealed []byte
		if rapid.Bool().Draw(t, "face") {
			c.Holder = nil // both would not fit beside long zones
			c.Zones, c.Schedule = c.Zones[:1], nil
			c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{1}}
			ref := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "reference")
			s, err := pass.Seal(w.rand, w.seal, c.Binding(), map[pass.ModelID][]byte{w.model: ref})
			if err != nil {
				t.Fatal(err)
			}
			c.Face.Models, c.Face.Sealed, sealed = s.Models, s.Hash, s.Bytes
		}
		signed, err := pass.Sign(nil, w.issuer, c)
		if err != nil {
			t.Fatal(err)
		}
		text, err := pass.Join(signed, sealed)
		if err != nil {
			t.Fatal(err)
		}
		p, err := pass.Parse(text)
		if err != nil || p.Text() != text {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(p.Claims(), c) {
			t.Fatalf("%+v\nwant\n%+v", p.Claims(), c)
		}
		again, err := pass.Sign(nil, w.issuer, p.Claims())
		if err != nil || !bytes.Equal(again, signed) {
			t.Fatal("signing what a pass says gives other bytes")
		}
	})
}

// TestAnyFlip: a pass with one changed bit, anywhere in its text, is refused.
func TestAnyFlip(t *testing.T) {
	w := newWorld(t)
	texts := []string{w.issueFace(t, w.plain(t, 1), 128), w.issue(t, w.plain(t, 2), nil)}
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.SampledFrom(texts).Draw(t, "pass"))
		text[rapid.IntRange(0, len(text)-1).Draw(t, "character")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		p, err := pass.Parse(string(text))
		if err == nil {
			_, err = p.Verify(w.trust, "front", noon)
		}
		if _, ok := pass.ReasonOf(err); !ok {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	w := newWorld(f)
	w.publish(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := pass.Parse(text)
		if err != nil {
			if _, ok := pass.ReasonOf(err); !ok || p != nil {
				t.Fatalf("a pass, or an error that is no refusal: %v", err)
			}
			return
		}
		if p.Text() != text || p.Size() > pass.MaxSize {
			t.Fatalf("%q is written as %q", text, p.Text())
		}
		c := p.Claims()
		if err := c.Check(); err != nil {
			t.Fatalf("read, and cannot be: %v", err)
		}
		if _, ok := p.SealID(); ok != (c.Kind() == pass.Face) {
			t.Fatal("a kind that does not fit the sealed reference")
		}
		if _, err := p.Verify(w.trust, c.Zones[0], c.NotBefore); err == nil {
			t.Fatal("a pass that the key never signed is good")
		}
	})
}
