package pass

import (
	"bytes"
	"errors"
	"fmt"
)

// References are opened references. Whoever opened them calls Wipe, also after
// an error. They are not safe for concurrent use with Wipe.
type References struct {
	plaintext []byte
	entries   []entry
}

type entry struct {
	model     ModelID
	reference []byte // a part of References.plaintext
}

// Get returns the reference that a model made. It is a part of a buffer that
// Wipe zeroes.
func (r *References) Get(m ModelID) ([]byte, bool) {
	for _, e := range r.entries {
		if e.model == m {
			return e.reference, true
		}
	}
	return nil, false
}

// Wipe zeroes the references and forgets them. It may be called more than once.
func (r *References) Wipe() {
	clear(r.plaintext)
	*r = References{}
}

// Format prints that there are references, and never one of them.
func (r *References) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%d references", len(r.entries)) }

// What is sealed is a map from model id to reference, in deterministic CBOR
// (requirement [P-31]). It is written and read here by hand, because an encoder
// leaves copies in buffers that nobody clears.
const (
	mapOfOne    = 0xa1 // the head of a map with one pair; two is one more
	bytesOf8    = 0x48 // the head of a byte string of a model id's length
	bytesShort  = 0x40 // plus the length, below 24
	bytesLong   = 0x58 // followed by a length from 24 to 255
	bytesLonger = 0x59 // followed by a length of two bytes
)

var errReferences = errors.New("what was sealed is not a map of one or two references")

// encodeReferences returns the plaintext in a buffer that the caller clears.
func encodeReferences(models []ModelID, references map[ModelID][]byte) ([]byte, error) {
	if len(models) == 0 || len(models) > MaxModels {
		return nil, fmt.Errorf("%d references instead of 1 to %d", len(models), MaxModels)
	}
	// Large enough never to grow, which would leave a copy behind.
	out := make([]byte, 0, 1+MaxModels*(1+len(ModelID{})+3+MaxReference))
	out = append(out, mapOfOne+byte(len(models)-1))
	for _, m := range models {
		ref := references[m]
		if len(ref) == 0 || len(ref) > MaxReference {
			clear(out)
			return nil, fmt.Errorf("a reference of %d bytes instead of 1 to %d", len(ref), MaxReference)
		}
		out = append(append(out, bytesOf8), m[:]...)
		out = append(appendHead(out, len(ref)), ref...)
	}
	return out, nil
}

func appendHead(out []byte, n int) []byte {
	switch {
	case n < 24:
		return append(out, bytesShort+byte(n))
	case n < 256:
		return append(out, bytesLong, byte(n))
	}
	return append(out, bytesLonger, byte(n>>8), byte(n))
}

// decodeReferences is the exact inverse of encodeReferences. The result keeps
// plaintext, and clears it if it fails.
func decodeReferences(plaintext []byte) (*References, error) {
	r := &References{plaintext: plaintext}
	if len(plaintext) == 0 || plaintext[0] < mapOfOne || plaintext[0] >= mapOfOne+MaxModels {
		r.Wipe()
		return nil, errReferences
	}
	rest, ok := plaintext[1:], true
	for range plaintext[0] - mapOfOne + 1 {
		var e entry
		if e, rest, ok = cutEntry(rest); !ok || !r.add(e) {
			r.Wipe()
			return nil, errReferences
		}
	}
	if len(rest) != 0 {
		r.Wipe()
		return nil, errReferences
	}
	return r, nil
}

// add appends an entry if its model comes after the one before.
func (r *References) add(e entry) bool {
	if n := len(r.entries); n > 0 && bytes.Compare(r.entries[n-1].model[:], e.model[:]) >= 0 {
		return false
	}
	r.entries = append(r.entries, e)
	return true
}

// cutEntry takes one model id and its reference off the front.
func cutEntry(b []byte) (e entry, rest []byte, ok bool) {
	if len(b) < 10 || b[0] != bytesOf8 {
		return e, nil, false
	}
	e.model = ModelID(b[1:9])
	n, b, ok := cutHead(b[9:])
	if !ok || n == 0 || n > MaxReference || n > len(b) {
		return e, nil, false
	}
	e.reference = b[:n:n]
	return e, b[n:], true
}

// cutHead takes the head of a byte string off the front, shortest form only.
func cutHead(b []byte) (n int, rest []byte, ok bool) {
	switch {
	case b[0] >= bytesShort && b[0] < bytesShort+24:
		return int(b[0] - bytesShort), b[1:], true
	case b[0] == bytesLong && len(b) > 1 && b[1] >= 24:
		return int(b[1]), b[2:], true
	case b[0] == bytesLonger && len(b) > 2 && b[1] > 0:
		return int(b[1])<<8 | int(b[2]), b[3:], true
	}
	return 0, nil, false
}

// sameModels returns whether the references are those that a pass claims.
func (r *References) sameModels(models []ModelID) bool {
	if len(models) != len(r.entries) {
		return false
	}
	for i, e := range r.entries {
		if e.model != models[i] {
			return false
		}
	}
	return true
}
