package pass

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/internal/cose"
)

// TestReferencesByHand: what is written by hand is what the encoder gives.
func TestReferencesByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		refs := rapid.MapOfN(
			rapid.Custom(func(t *rapid.T) ModelID { return ModelID(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "id")) }),
			rapid.SliceOfN(rapid.Byte(), 1, MaxReference), 1, MaxModels).Draw(t, "references")
		models := slices.SortedFunc(maps.Keys(refs), func(a, b ModelID) int { return bytes.Compare(a[:], b[:]) })
		got, err := encodeReferences(models, refs)
		if err != nil {
			t.Fatal(err)
		}
		want, err := cose.Marshal(refs)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%x\nwant\n%x, %v", got, want, err)
		}
		back, err := decodeReferences(got)
		if err != nil || !back.sameModels(models) {
			t.Fatal(err)
		}
		for m, ref := range refs {
			if b, ok := back.Get(m); !ok || !bytes.Equal(b, ref) {
				t.Fatalf("%x, want %x", b, ref)
			}
		}
		back.Wipe()
		if !bytes.Equal(want, bytes.Repeat([]byte{0}, len(want))) && !bytes.Equal(got, make([]byte, len(got))) {
			t.Fatal("a wiped buffer still holds something")
		}
	})
}

func TestReferencesRefused(t *testing.T) {
	id := ModelID{1}
	for name, refs := range map[string]map[ModelID][]byte{
		"none": {}, "empty": {id: {}}, "long": {id: make([]byte, MaxReference+1)},
		"three": {{1}: {1}, {2}: {1}, {3}: {1}},
	} {
		models := slices.Collect(maps.Keys(refs))
		if out, err := encodeReferences(models, refs); err == nil || out != nil {
			t.Errorf("%s: written", name)
		}
	}
	good, err := encodeReferences([]ModelID{id}, map[ModelID][]byte{id: {1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if refs, err := decodeReferences(slices.Clone(good[:n])); err == nil || refs != nil {
			t.Errorf("the first %d bytes are read", n)
		}
	}
	broken := append(slices.Clone(good), 0)
	if _, err := decodeReferences(broken); err == nil || !bytes.Equal(broken, make([]byte, len(broken))) {
		t.Error("what could not be read was not cleared")
	}
}

// TestReferencesDoNotPrint: no verb shows a reference.
func TestReferencesDoNotPrint(t *testing.T) {
	refs := &References{plaintext: []byte("SECRETS"), entries: []entry{{reference: []byte("SECRETS")}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		out := fmt.Sprintf(verb, refs)
		if strings.Contains(out, "SECRET") || strings.Contains(out, "534543") || strings.Contains(out, "83") {
			t.Errorf("%s prints %s", verb, out)
		}
	}
}

func FuzzReferences(f *testing.F) {
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		refs, err := decodeReferences(slices.Clone(plaintext))
		if err != nil {
			if refs != nil {
				t.Fatal("references and an error")
			}
			return
		}
		var models []ModelID
		byModel := map[ModelID][]byte{}
		for _, e := range refs.entries {
			models = append(models, e.model)
			byModel[e.model] = e.reference
		}
		if again, err := encodeReferences(models, byModel); err != nil || !bytes.Equal(again, plaintext) {
			t.Fatalf("%x is written as %x, %v", plaintext, again, err)
		}
	})
}
