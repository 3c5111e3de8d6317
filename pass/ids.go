package pass

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
)

// SiteID names a site: 8 random bytes, written as 13 characters of lower-case
// base32 without padding.
type SiteID [8]byte

// ID is a pass id: 16 random bytes, written as 32 hexadecimal digits.
type ID [16]byte

// ModelID names a model that makes references: 8 bytes, written as 16
// hexadecimal digits.
type ModelID [8]byte

// Hash16 is the first 16 bytes of a SHA-256, written as 32 hexadecimal digits.
type Hash16 [16]byte

var siteEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewSiteID reads a new id from rand.
func NewSiteID(rand io.Reader) (id SiteID, err error) {
	_, err = io.ReadFull(rand, id[:])
	return id, err
}

// ParseSiteID reads the 13 characters of a site id.
func ParseSiteID(s string) (SiteID, error) {
	b, err := siteEncoding.DecodeString(s)
	if err != nil || len(b) != len(SiteID{}) || siteEncoding.EncodeToString(b) != s {
		return SiteID{}, fmt.Errorf("a site id is 13 characters a-z and 2-7, not %q", s)
	}
	return SiteID(b), nil
}

// String returns the 13 characters.
func (id SiteID) String() string { return siteEncoding.EncodeToString(id[:]) }

// MarshalText returns the 13 characters.
func (id SiteID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the 13 characters.
func (id *SiteID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseSiteID(string(text))
	return err
}

// NewID reads a new id from rand.
func NewID(rand io.Reader) (id ID, err error) {
	_, err = io.ReadFull(rand, id[:])
	return id, err
}

// ParseID reads the 32 digits of a pass id.
func ParseID(s string) (id ID, err error) {
	err = id.UnmarshalText([]byte(s))
	return id, err
}

// String returns the 32 digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Short returns the first eight digits: what stands on a card, and what people call
// a pass by. Two passes of a site may have the same.
func (id ID) Short() string { return id.String()[:8] }

// MarshalText returns the 32 digits.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the 32 digits.
func (id *ID) UnmarshalText(text []byte) error { return unhex(id[:], text, "pass id") }

// String returns the 16 digits.
func (id ModelID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns the 16 digits.
func (id ModelID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the 16 digits.
func (id *ModelID) UnmarshalText(text []byte) error { return unhex(id[:], text, "model id") }

// String returns the 32 digits.
func (h Hash16) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the 32 digits.
func (h Hash16) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the 32 digits.
func (h *Hash16) UnmarshalText(text []byte) error { return unhex(h[:], text, "hash") }

// unhex reads exactly len(dst) bytes, in lower case only, so that an id has one
// spelling.
func unhex(dst, text []byte, what string) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(dst) || hex.EncodeToString(b) != string(text) {
		return fmt.Errorf("a %s is %d lower-case hexadecimal digits", what, 2*len(dst))
	}
	copy(dst, b)
	return nil
}
