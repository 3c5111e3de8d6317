// Package cose holds the few parts of COSE (RFC 9052) that Facelatch's signed
// and sealed objects are made of, each with exactly one encoding: deterministic
// CBOR, COSE_Sign1 with ES256 in low-S form, COSE_Encrypt0 with A256GCM, and
// key ids taken from a key's own thumbprint.
//
// It never chooses an algorithm from what a message says, never tries one key
// after another, and never accepts a second encoding of the same message. It
// reads no clock and no file.
package cose

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// ErrEncoding is returned for bytes that are not the one deterministic
// encoding (RFC 8949 section 4.2.1) of the value that was asked for. That
// covers unknown and duplicate map keys, wrong types, trailing bytes,
// indefinite lengths, tags, long-form integers and unsorted maps.
var ErrEncoding = errors.New("not the deterministic encoding of this message")

// mode is both directions of the one CBOR dialect that is spoken here. Wide
// differs in nothing but how long an array may be.
type mode struct {
	enc  cbor.EncMode
	dec  cbor.DecMode
	wide cbor.DecMode
}

const (
	maxArray     = 64
	maxWideArray = 1 << 15
)

// dialect is built once and never changes; its options are constants, so
// failing to build it is a mistake in this file and nothing else.
var dialect = mustDialect()

func mustDialect() mode {
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode{enc: enc, dec: mustDecode(maxArray), wide: mustDecode(maxWideArray)}
}

func mustDecode(array int) cbor.DecMode {
	dec, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels:   8,
		MaxArrayElements:  array,
		MaxMapPairs:       16,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return dec
}

// Marshal returns the deterministic encoding of v.
func Marshal(v any) ([]byte, error) { return dialect.enc.Marshal(v) }

// Unmarshal decodes data into v, a pointer to a struct, and refuses data unless
// encoding v again gives the same bytes. The error wraps [ErrEncoding].
func Unmarshal(data []byte, v any) error { return unmarshal(dialect.dec, data, v) }

// UnmarshalWide is [Unmarshal] for what may hold long arrays: 32768 elements
// instead of 64. The caller bounds the length of data, and checks its signature
// first.
func UnmarshalWide(data []byte, v any) error { return unmarshal(dialect.wide, data, v) }

func unmarshal(dec cbor.DecMode, data []byte, v any) error {
	if err := dec.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	again, err := dialect.enc.Marshal(v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("%w: it does not encode to the same bytes", ErrEncoding)
	}
	return nil
}
