package bundle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// What is sealed is [keys, pepper] in deterministic CBOR: an array of
// [secret, until], and a pepper or an empty string (requirement [B-62]). It is
// written and read here by hand, because an encoder leaves copies in buffers
// that nobody clears. Times take five bytes, or nine after the year 2106.
const (
	arrayOf   = 0x80 // plus the number of elements, up to 23
	bytesNone = 0x40
	uint32Of  = 0x1a // followed by four bytes
	uint64Of  = 0x1b // followed by eight bytes
)

// bytesOf32 is the head of a secret.
func bytesOf32() []byte { return []byte{0x58, secretSize} }

func (s Secrets) check() error {
	if len(s.Sealing) > MaxEpochs {
		return fmt.Errorf("%w: %d sealing keys, more than %d", ErrSecrets, len(s.Sealing), MaxEpochs)
	}
	for i, e := range s.Sealing {
		if !e.Key.OK() {
			return fmt.Errorf("%w: sealing key %d is empty or wiped", ErrSecrets, i)
		}
		if err := checkTime(e.Until); err != nil || e.Until.Unix() < minTime {
			return fmt.Errorf("%w: sealing key %d has an end that is no time", ErrSecrets, i)
		}
	}
	if e, twice := duplicate(s.Sealing, compareEpochs); twice {
		return fmt.Errorf("%w: two sealing keys have the id %s", ErrSecrets, e.Key.ID())
	}
	if s.Pepper.vault != nil && !s.Pepper.OK() {
		return fmt.Errorf("%w: the pepper was wiped", ErrSecrets)
	}
	return nil
}

func compareEpochs(a, b EpochKey) int { return compareKeyIDs(a.Key.ID(), b.Key.ID()) }

// minTime is the first second whose encoding takes five bytes; no real time is
// before it.
const minTime = 1 << 16

// encode returns the plaintext in a buffer that the caller clears.
func (s Secrets) encode() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	// Large enough never to grow, which would leave a copy behind.
	out := make([]byte, 0, 2+MaxEpochs*(1+2+secretSize+9)+2+secretSize)
	out = append(out, arrayOf+2, arrayOf+byte(len(s.Sealing)))
	for _, e := range slices.SortedFunc(slices.Values(s.Sealing), compareEpochs) {
		secret := e.Key.Export()
		out = append(append(append(out, arrayOf+2), bytesOf32()...), secret...)
		clear(secret)
		out = appendTime(out, uint64(e.Until.Unix()))
	}
	if s.Pepper.vault == nil {
		return append(out, bytesNone), nil
	}
	return append(append(out, bytesOf32()...), s.Pepper.vault.secret[:]...), nil
}

func appendTime(out []byte, n uint64) []byte {
	if n < 1<<32 {
		return binary.BigEndian.AppendUint32(append(out, uint32Of), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(out, uint64Of), n)
}

// decodeSecrets is the exact inverse of encode. The caller clears plaintext.
func decodeSecrets(plaintext []byte) (Secrets, error) {
	s, rest, ok := cutEpochs(plaintext)
	if ok {
		s.Pepper, ok = readPepper(rest)
	}
	if ok && s.check() == nil && slices.IsSortedFunc(s.Sealing, compareEpochs) {
		return s, nil
	}
	s.Wipe()
	return Secrets{}, ErrSecrets
}

func cutEpochs(b []byte) (s Secrets, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != arrayOf+2 || b[1] < arrayOf || b[1] > arrayOf+MaxEpochs {
		return s, nil, false
	}
	rest = b[2:]
	for range b[1] - arrayOf {
		var secret []byte
		var until time.Time
		if secret, until, rest, ok = cutEpoch(rest); !ok {
			return s, nil, false
		}
		key, err := pass.ImportSealingKey(secret)
		if err != nil {
			return s, nil, false
		}
		s.Sealing = append(s.Sealing, EpochKey{Key: key, Until: until})
	}
	return s, rest, true
}

// cutEpoch takes one key and its end off the front.
func cutEpoch(b []byte) (secret []byte, until time.Time, rest []byte, ok bool) {
	if len(b) < 3+secretSize+5 || b[0] != arrayOf+2 || !bytes.Equal(b[1:3], bytesOf32()) {
		return nil, until, nil, false
	}
	secret, b = b[3:3+secretSize], b[3+secretSize:]
	var n uint64
	switch {
	case b[0] == uint32Of:
		n, rest = uint64(binary.BigEndian.Uint32(b[1:5])), b[5:]
	case b[0] == uint64Of && len(b) >= 9:
		n, rest = binary.BigEndian.Uint64(b[1:9]), b[9:]
		ok = n >= 1<<32
	default:
		return nil, until, nil, false
	}
	if b[0] == uint32Of {
		ok = n >= minTime
	}
	if !ok || n > latest {
		return nil, until, nil, false
	}
	return secret, time.Unix(int64(n), 0).UTC(), rest, true
}

func readPepper(b []byte) (Pepper, bool) {
	if len(b) == 1 && b[0] == bytesNone {
		return Pepper{}, true
	}
	if len(b) != 2+secretSize || !bytes.Equal(b[:2], bytesOf32()) {
		return Pepper{}, false
	}
	p, err := ImportPepper(b[2:])
	return p, err == nil
}
