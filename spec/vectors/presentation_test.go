package vectors_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

func asked(a vectors.Asked) (c pass.Challenge) {
	copy(c.Nonce[:], a.Nonce)
	copy(c.Door[:], a.Door)
	return c
}

// judgePresentation does what a door does with a presentation, in its order.
func (d door) judgePresentation(v vectors.Presentation) error {
	p, err := pass.ParsePresentation(v.Text)
	if err != nil {
		return err
	}
	ok, err := p.Pass().Verify(d.trust, v.Zone, v.At)
	if err != nil {
		return err
	}
	return p.Verify(ok, asked(v.Asked), v.At)
}

func TestPresentations(t *testing.T) {
	d := newDoor(t)
	all, err := vectors.ThePresentations()
	must(t, err)
	seen := map[pass.Reason]bool{}
	for _, v := range all.Presentations {
		t.Run(v.Name, func(t *testing.T) {
			reason, _ := pass.ReasonOf(d.judgePresentation(v))
			if string(reason) != v.Reason {
				t.Fatalf("%q, want %q", reason, v.Reason)
			}
			seen[reason] = true
		})
	}
	for _, r := range []pass.Reason{"", pass.ReasonNoPass, pass.ReasonMalformed, pass.ReasonBadPresentation} {
		if !seen[r] {
			t.Errorf("no vector for %q", r)
		}
	}
}

// TestPresentationSteps: what a phone has to build, in the order in which it
// does, is what this implementation signs.
func TestPresentationSteps(t *testing.T) {
	all, err := vectors.ThePresentations()
	must(t, err)
	key, err := all.Holder.PrivateKey()
	must(t, err)
	for _, v := range all.Presentations {
		if v.Steps == nil {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			text, err := pass.Present(nil, key, v.Steps.Pass, v.Steps.Signed, asked(v.Asked))
			must(t, err)
			if text != v.Text {
				t.Errorf("%s\nwant\n%s", text, v.Text)
			}
			m, err := cose.ParseSign1(v.Bytes)
			must(t, err)
			if !bytes.Equal(m.Payload, v.Steps.Payload) || !bytes.Equal(m.Signature, v.Steps.Signature) {
				t.Error("the steps are not those of the message")
			}
			toBe, err := cose.Marshal([]any{"Signature1", m.Protected, []byte("facelatch presentation 1"), m.Payload})
			must(t, err)
			if !bytes.Equal(toBe, v.Steps.ToBe) {
				t.Errorf("%x is signed", toBe)
			}
		})
	}
}

func TestChallenges(t *testing.T) {
	all, err := vectors.ThePresentations()
	must(t, err)
	for _, v := range all.Challenges {
		c, err := pass.ParseChallenge(v.Text)
		if (err != nil) != v.Error || c != asked(v.Asked) {
			t.Errorf("%s: %v, %v", v.Name, c, err)
		}
		if !v.Error && c.Text() != v.Text {
			t.Errorf("%s: written as %q", v.Name, c.Text())
		}
	}
}

// TestPresentationFlips: no change of one bit of an accepted presentation goes
// through.
func TestPresentationFlips(t *testing.T) {
	d := newDoor(t)
	all, err := vectors.ThePresentations()
	must(t, err)
	v := all.Presentations[0]
	good := v.Bytes
	for i := range 8 * len(good) {
		changed := bytes.Clone(good)
		changed[i/8] ^= 1 << (i % 8)
		v.Text = pass.PresentationPrefix + textOf(changed)[len(pass.Prefix):]
		if _, ok := pass.ReasonOf(d.judgePresentation(v)); !ok {
			t.Fatalf("bit %d of byte %d: accepted", i%8, i/8)
		}
	}
}

// TestByteByByte takes an accepted presentation apart by the specification's
// table, with no CBOR library at all.
func TestByteByByte(t *testing.T) {
	all, err := vectors.ThePresentations()
	must(t, err)
	v := all.Presentations[0]
	c := &cutter{t: t, rest: v.Bytes}
	c.want("d28443a10126a0")
	payload := &cutter{t: t, rest: c.byteString()}
	payload.want("a301")
	p, err := pass.Parse(textOf(payload.byteString()))
	must(t, err)
	if p.Text() != v.Steps.Pass {
		t.Error("another pass is inside")
	}
	payload.want("021a")
	if at := binary.BigEndian.Uint32(payload.next(4)); int64(at) != v.Steps.Signed.Unix() {
		t.Error("another time is inside")
	}
	payload.want("0350")
	if !bytes.Equal(payload.next(16), v.Asked.Nonce) {
		t.Error("another nonce is inside")
	}
	c.want("5840")
	if !bytes.Equal(c.next(64), v.Steps.Signature) || len(c.rest)+len(payload.rest) != 0 {
		t.Error("another signature, or something after the end")
	}
}

// cutter takes bytes off the front.
type cutter struct {
	t    *testing.T
	rest []byte
}

func (c *cutter) next(n int) []byte {
	out := c.rest[:n]
	c.rest = c.rest[n:]
	return out
}

func (c *cutter) want(digits string) {
	c.t.Helper()
	if got := hex.EncodeToString(c.next(len(digits) / 2)); got != digits {
		c.t.Fatalf("%s, want %s", got, digits)
	}
}

// byteString takes a byte string of 24 to 65535 bytes.
func (c *cutter) byteString() []byte {
	if c.next(1)[0] == 0x58 {
		return c.next(int(c.next(1)[0]))
	}
	return c.next(int(binary.BigEndian.Uint16(c.next(2))))
}
