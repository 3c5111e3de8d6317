package face

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

func defaultCodec(t testing.TB) codec {
	t.Helper()
	c, err := newCodec(models.Default().Reference, models.Projection)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func randomParts(c codec, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	var parts [][]float32
	for _, p := range c.parts {
		v := make([]float32, p.Dimensions)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		n := float32(length(v))
		for i := range v {
			v[i] /= n
		}
		parts = append(parts, v)
	}
	return parts
}

func TestReferenceSize(t *testing.T) {
	c := defaultCodec(t)
	if c.length() > 128 || c.length() != models.Default().Reference.Bytes() {
		t.Errorf("a reference takes %d bytes; the manifest says %d and the limit is 128", c.length(), models.Default().Reference.Bytes())
	}
}

// TestEncodingKeepsDirection bounds what rounding alone may cost.
func TestEncodingKeepsDirection(t *testing.T) {
	c := defaultCodec(t)
	for seed := range uint64(200) {
		parts := randomParts(c, seed)
		r := c.encode(parts)
		back, err := c.decode(r)
		if err != nil {
			t.Fatal(err)
		}
		if s := score(parts, back); s < 0.99 {
			t.Errorf("seed %d: a vector and its encoding score %v", seed, s)
		}
		if other := score(randomParts(c, seed+1000), back); other > 0.5 {
			t.Errorf("seed %d: two random vectors score %v", seed, other)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	c := defaultCodec(t)
	good := c.encode(randomParts(c, 1))
	lastBit := bytes.Clone(good)
	lastBit[len(lastBit)-1] |= 1
	outOfRange := bytes.Clone(good)
	outOfRange[0] |= 0xf8 // the first code of 5 bits is 31, and the largest is 30
	middling := c.encode([][]float32{make([]float32, 124), make([]float32, 80)})
	for name, r := range map[string]Reference{
		"empty": nil, "short": good[:len(good)-1], "long": append(bytes.Clone(good), 0),
		"last bits": lastBit, "out of range": outOfRange, "zero vector": middling,
	} {
		if parts, err := c.decode(r); !errors.Is(err, ErrReference) || parts != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReferenceIsNotPrinted(t *testing.T) {
	r := Reference("a face, sort of")
	for _, verb := range []string{"%v", "%s", "%x", "%+v", "%#v", "%q"} {
		if got := fmt.Sprintf(verb, r); got != "reference of 15 bytes" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	r.Wipe()
	if !bytes.Equal(r, make([]byte, 15)) {
		t.Error("not wiped")
	}
}

// TestReferenceModel changes with anything that changes references, and with
// nothing else.
func TestReferenceModel(t *testing.T) {
	want := ReferenceModel(models.Default())
	for name, change := range map[string]func(*models.Manifest){
		"model": func(m *models.Manifest) { m.Models[2].SHA256 = m.Models[3].SHA256 },
		"input": func(m *models.Manifest) { m.Models[2].Input.Mean[0]++ },
		"bits":  func(m *models.Manifest) { m.Reference.Parts[0].Bits++ },
		"clip":  func(m *models.Manifest) { m.Reference.Parts[1].Clip++ },
	} {
		m := models.Default()
		change(&m)
		if ReferenceModel(m) == want {
			t.Errorf("%s: the name stayed the same", name)
		}
	}
	m := models.Default()
	m.Name, m.Thresholds, m.Attack = "other", nil, 0.1
	if ReferenceModel(m) != want {
		t.Error("the name changed with what has no part in references")
	}
}

// FuzzDecodeReference: what decodes encodes to the same bytes, and an error
// comes with nothing.
func FuzzDecodeReference(f *testing.F) {
	c := defaultCodec(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		parts, err := c.decode(data)
		if err != nil {
			if parts != nil {
				t.Fatal("parts beside an error")
			}
			return
		}
		// Codes come back as whole numbers of steps.
		for i, p := range c.parts {
			for j := range parts[i] {
				parts[i][j] *= float32(p.step())
			}
		}
		if again := c.encode(parts); !bytes.Equal(again, data) {
			t.Fatalf("%x became %x", data, []byte(again))
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzDecodeReference") }
