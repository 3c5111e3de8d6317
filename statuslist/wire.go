package statuslist

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
)

// tokenType is the media type in the protected header (draft section 5.2).
const tokenType = "application/statuslist+cwt"

// maxTime is the last second of the year 9999, the latest time that is written
// or read.
const maxTime = 253402300799

// protected is the protected header: algorithm, key id and type (RFC 9596).
type protected struct {
	Alg   int    `cbor:"1,keyasint"`
	KeyID []byte `cbor:"4,keyasint"`
	Type  string `cbor:"16,keyasint"`
}

// claims is the payload (draft section 5.2).
type claims struct {
	URI     string `cbor:"2,keyasint"`
	Expires int64  `cbor:"4,keyasint"`
	Issued  int64  `cbor:"6,keyasint"`
	List    lst    `cbor:"65533,keyasint"`
	TTL     int64  `cbor:"65534,keyasint,omitempty"`
}

// lst is a StatusList (draft section 4.3), always of one bit.
type lst struct {
	Bits int    `cbor:"bits"`
	Lst  []byte `cbor:"lst"`
}

// Sign returns the list as a signed token: a tagged COSE_Sign1 with ES256. It
// fails with [ErrSize] for a list of a wrong size and with [ErrMalformed] for a
// header that [Verify] would refuse.
func Sign(rand io.Reader, key crypto.Signer, h Header, l *List) ([]byte, error) {
	if n := l.Len(); n < 8 || n > MaxSize {
		return nil, ErrSize
	}
	_, id, err := cose.SignerID(key)
	if err != nil {
		return nil, err
	}
	packed, err := deflate(l.bits)
	if err != nil {
		return nil, err
	}
	c := claims{
		URI: h.URI, Expires: h.Expires.Unix(), Issued: h.Issued.Unix(),
		TTL: int64(h.TTL / time.Second), List: lst{Bits: 1, Lst: packed},
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	payload, err := cose.Marshal(c)
	if err != nil {
		return nil, err
	}
	head := protected{Alg: cose.AlgES256, KeyID: id[:], Type: tokenType}
	m, err := cose.NewSign1(rand, key, head, payload, nil)
	if err != nil {
		return nil, err
	}
	return m.Encode()
}

// Verify reads a token that must be about uri, be signed by one of keys, and
// not have expired at the time given. The signature is checked before anything
// is believed or inflated. It fails with [ErrMalformed], [ErrUnknownKey],
// [ErrSignature], [ErrOtherList] or [ErrExpired], and then the token is nil.
func Verify(data []byte, keys map[KeyID]*ecdsa.PublicKey, uri string, at time.Time) (*Token, error) {
	m, id, err := parse(data)
	if err != nil {
		return nil, err
	}
	pub, ok := keys[id]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
	}
	if err := m.Verify(pub, nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	t, err := read(m.Payload)
	if err != nil {
		return nil, err
	}
	if t.header.URI != uri {
		return nil, fmt.Errorf("%w: it is %q", ErrOtherList, t.header.URI)
	}
	if !at.Before(t.header.Expires) {
		return nil, t.expired()
	}
	return t, nil
}

// parse takes the signed message apart as far as is needed to find its key.
func parse(data []byte) (*cose.Sign1, KeyID, error) {
	m, err := cose.ParseSign1(data)
	if err != nil {
		return nil, KeyID{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var head protected
	if err := cose.Unmarshal(m.Protected, &head); err != nil {
		return nil, KeyID{}, fmt.Errorf("%w: protected header: %w", ErrMalformed, err)
	}
	if head.Alg != cose.AlgES256 || len(head.KeyID) != cose.KeyIDSize || head.Type != tokenType {
		return nil, KeyID{}, fmt.Errorf("%w: wrong algorithm, key id or type", ErrMalformed)
	}
	if !m.PlainHeader() {
		return nil, KeyID{}, fmt.Errorf("%w: the unprotected header is not empty", ErrMalformed)
	}
	return m, KeyID(head.KeyID), nil
}

// read turns a payload into a token. It does not check who signed it.
func read(payload []byte) (*Token, error) {
	var c claims
	if err := cose.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	bits, err := inflate(c.List.Lst)
	if err != nil {
		return nil, err
	}
	return &Token{
		header: Header{
			URI: c.URI, Issued: time.Unix(c.Issued, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
			TTL: time.Duration(c.TTL) * time.Second,
		},
		list: List{bits: bits},
	}, nil
}

func (c claims) check() error {
	switch {
	case c.URI == "" || len(c.URI) > 255:
		return fmt.Errorf("%w: the subject is empty or longer than 255 bytes", ErrMalformed)
	case c.Issued < 0 || c.Expires <= c.Issued || c.Expires > maxTime:
		return fmt.Errorf("%w: the expiry is not after the time of issue", ErrMalformed)
	case c.TTL < 0 || c.TTL > maxTTL:
		return fmt.Errorf("%w: the time to live is negative or over a year", ErrMalformed)
	case c.List.Bits != 1:
		return fmt.Errorf("%w: %d bits for each entry instead of 1", ErrMalformed, c.List.Bits)
	}
	return nil
}

// maxTTL is a year in seconds; longer makes no sense and could overflow.
const maxTTL = 366 * 24 * 3600

// deflate packs bits in the zlib format (RFC 1950) at the highest level.
func deflate(bits []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := zlib.NewWriterLevel(&buf, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(bits); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// inflate unpacks zlib data that gives at least 1 and at most MaxSize/8 bytes,
// and refuses a preset dictionary and anything after the end.
func inflate(packed []byte) ([]byte, error) {
	src := bytes.NewReader(packed)
	r, err := zlib.NewReader(src)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	defer r.Close()
	bits, err := io.ReadAll(io.LimitReader(r, MaxSize/8+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(bits) == 0 || len(bits) > MaxSize/8 {
		return nil, fmt.Errorf("%w: the list is empty or has more than %d entries", ErrMalformed, MaxSize)
	}
	if src.Len() != 0 {
		return nil, fmt.Errorf("%w: bytes after the end of the list", ErrMalformed)
	}
	return bits, nil
}
