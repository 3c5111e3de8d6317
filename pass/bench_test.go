package pass_test

import (
	"testing"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// BenchmarkParseVerify is what a door does before it looks at a face.
func BenchmarkParseVerify(b *testing.B) {
	w := newWorld(b)
	text := w.issueFace(b, w.plain(b, 1), 128)
	b.ReportAllocs()
	for b.Loop() {
		p, err := pass.Parse(text)
		must(b, err)
		_, err = p.Verify(w.trust, "front", noon)
		must(b, err)
	}
}

func BenchmarkParse(b *testing.B) {
	w := newWorld(b)
	text := w.issueFace(b, w.plain(b, 1), 128)
	b.ReportAllocs()
	for b.Loop() {
		_, err := pass.Parse(text)
		must(b, err)
	}
}

func BenchmarkOpen(b *testing.B) {
	w := newWorld(b)
	v, err := parse(b, w.issueFace(b, w.plain(b, 1), 128)).Verify(w.trust, "front", noon)
	must(b, err)
	keys := pass.SealingKeys{w.seal.ID(): w.seal}
	b.ReportAllocs()
	for b.Loop() {
		refs, err := v.Open(keys)
		must(b, err)
		refs.Wipe()
	}
}

func BenchmarkSeal(b *testing.B) {
	w := newWorld(b)
	c := w.plain(b, 1)
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{1}}
	refs := map[pass.ModelID][]byte{w.model: reference(128)}
	b.ReportAllocs()
	for b.Loop() {
		_, err := pass.Seal(w.rand, w.seal, c.Binding(), refs)
		must(b, err)
	}
}

func BenchmarkSign(b *testing.B) {
	w := newWorld(b)
	c := w.plain(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		_, err := pass.Sign(nil, w.issuer, c)
		must(b, err)
	}
}

// BenchmarkPopulation is BenchmarkParseVerify at a site with one pass and at
// one with ten million, 153 lists: the two must not differ.
func BenchmarkPopulation(b *testing.B) {
	for name, lists := range map[string]int{"passes=1": 1, "passes=10000000": 153} {
		w := newWorld(b)
		c := w.plain(b, 1)
		c.Status.List = uint32(lists - 1)
		text := w.issue(b, c, nil)
		var tokens []*statuslist.Token
		for n := range lists {
			l, err := statuslist.New(statuslist.DefaultSize)
			must(b, err)
			must(b, l.Set(1, statuslist.Valid))
			h := statuslist.Header{URI: pass.StatusURI(uint32(n)), Issued: noon, Expires: noon.Add(year)}
			data, err := statuslist.Sign(nil, w.issuer, h, l)
			must(b, err)
			token, err := statuslist.Verify(data, w.trust.Keys, h.URI, noon)
			must(b, err)
			tokens = append(tokens, token)
		}
		w.trust.Status = statuslist.NewSet(tokens...)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p, err := pass.Parse(text)
				must(b, err)
				_, err = p.Verify(w.trust, "front", noon)
				must(b, err)
			}
		})
	}
}
