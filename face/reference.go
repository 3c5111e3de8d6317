package face

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// Reference is a holder's face in the form that a pass seals: for each extract
// model some whole numbers of a few bits. It exists in memory only between
// extraction and sealing, or between opening and comparing. Wipe it.
type Reference []byte

// Wipe zeroes the reference.
func (r Reference) Wipe() { clear(r) }

// Format prints how long the reference is, never what is in it.
func (r Reference) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "reference of %d bytes", len(r)) }

// ReferenceModel names the references that a set of models makes: the first 8
// bytes of a SHA-256 over the extract models' hashes, what goes into them, and
// the encoding. Two engines with the same name can compare each other's
// references.
func ReferenceModel(m models.Manifest) pass.ModelID {
	type extractor struct {
		SHA256 string
		Input  models.Input
	}
	named := struct {
		Extract  []extractor
		Encoding models.Reference
	}{Encoding: m.Reference}
	for _, model := range m.Models {
		if model.Role == models.Extract {
			in := model.Input
			in.Crop = "" // words for people
			named.Extract = append(named.Extract, extractor{model.SHA256, in})
		}
	}
	text, err := json.Marshal(named)
	if err != nil {
		panic("face: a manifest that was decoded cannot be encoded: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return pass.ModelID(sum[:8])
}

// Reference encodes the probe for sealing. It needs a grant to enrol: a probe
// extracted for a comparison or a measurement can never become a reference.
func (p *Probe) Reference() (Reference, error) {
	if p.engine == nil {
		return nil, consent.ErrNoGrant
	}
	if err := p.grant.Check(consent.Enrol, p.engine.now()); err != nil {
		return nil, err
	}
	return p.engine.codec.encode(p.parts), nil
}

// codec turns feature vectors into references and back.
type codec struct{ parts []part }

// part is the encoding of one extract model's vector: project it onto a few
// directions, cut off what is far out, and round to a few bits.
type part struct {
	models.Part
	rows []float32 // Dimensions x Floats, orthonormal
}

// newCodec reads the projections. A matrix is stored as big-endian int16, rows
// after each other, in units of 1/32767.
func newCodec(r models.Reference, read func(models.Part) ([]byte, error)) (codec, error) {
	var c codec
	for _, p := range r.Parts {
		raw, err := read(p)
		if err != nil {
			return codec{}, err
		}
		if len(raw) != 2*p.Dimensions*p.Floats {
			return codec{}, fmt.Errorf("%w: projection %s has %d bytes, not %d", models.ErrInvalid, p.Projection, len(raw), 2*p.Dimensions*p.Floats)
		}
		rows := make([]float32, p.Dimensions*p.Floats)
		for i := range rows {
			rows[i] = float32(int16(binary.BigEndian.Uint16(raw[2*i:]))) / math.MaxInt16
		}
		c.parts = append(c.parts, part{p, rows})
	}
	return c, nil
}

// project is the vector in the part's directions, scaled to length 1. The zero
// vector stays zero.
func (p part) project(v []float32) []float32 {
	out := make([]float32, p.Dimensions)
	for j := range out {
		row := p.rows[j*p.Floats : (j+1)*p.Floats]
		var sum float32
		for i, x := range v[:len(row)] {
			sum += row[i] * x
		}
		out[j] = sum
	}
	unit(out)
	return out
}

// top is the largest magnitude of an encoded value: codes run from 0, which
// stands for -top, to 2*top.
func (p part) top() int { return 1<<(p.Bits-1) - 1 }

// step is what one unit of a code stands for in a vector of length 1, whose
// values have the standard deviation 1/sqrt(Dimensions).
func (p part) step() float64 {
	return p.Clip / math.Sqrt(float64(p.Dimensions)) / float64(p.top())
}

func (c codec) encode(parts [][]float32) Reference {
	w := bits{bytes: make([]byte, c.length())}
	for i, p := range c.parts {
		for _, x := range parts[i] {
			code := int(math.Round(float64(x) / p.step()))
			w.write(uint(min(p.top(), max(-p.top(), code))+p.top()), p.Bits)
		}
	}
	return w.bytes
}

// decode returns [ErrReference] for bytes that encode cannot have made.
func (c codec) decode(r Reference) ([][]float32, error) {
	if len(r) != c.length() {
		return nil, fmt.Errorf("%w: %d bytes, not %d", ErrReference, len(r), c.length())
	}
	b := bits{bytes: r}
	var parts [][]float32
	for _, p := range c.parts {
		v := make([]float32, p.Dimensions)
		parts = append(parts, v)
		for j := range v {
			code := int(b.read(p.Bits))
			if code > 2*p.top() {
				wipe(parts)
				return nil, fmt.Errorf("%w: a value is out of range", ErrReference)
			}
			v[j] = float32(code - p.top())
		}
		if length(v) == 0 {
			wipe(parts)
			return nil, fmt.Errorf("%w: it is empty", ErrReference)
		}
	}
	if b.rest() != 0 {
		wipe(parts)
		return nil, fmt.Errorf("%w: its last bits are not zero", ErrReference)
	}
	return parts, nil
}

// length is the size of a reference in bytes.
func (c codec) length() int {
	n := 0
	for _, p := range c.parts {
		n += p.Dimensions * p.Bits
	}
	return (n + 7) / 8
}

func wipe(parts [][]float32) {
	for _, p := range parts {
		clear(p)
	}
}

// bits writes and reads numbers of a few bits, the highest bit first.
type bits struct {
	bytes []byte
	at    int // in bits
}

func (b *bits) write(v uint, n int) {
	for i := n - 1; i >= 0; i-- {
		b.bytes[b.at/8] |= byte(v>>i&1) << (7 - b.at%8)
		b.at++
	}
}

func (b *bits) read(n int) (v uint) {
	for range n {
		v = v<<1 | uint(b.bytes[b.at/8]>>(7-b.at%8)&1)
		b.at++
	}
	return v
}

// rest is what is left in the last byte.
func (b *bits) rest() uint { return b.read(len(b.bytes)*8 - b.at) }
