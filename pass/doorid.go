package pass

import (
	"encoding/hex"
	"io"
)

// DoorID names a door: 8 random bytes, written as 16 hexadecimal digits.
type DoorID [8]byte

// NewDoorID reads a new id from rand.
func NewDoorID(rand io.Reader) (id DoorID, err error) {
	_, err = io.ReadFull(rand, id[:])
	return id, err
}

// ParseDoorID reads the 16 digits of a door id.
func ParseDoorID(s string) (id DoorID, err error) {
	err = id.UnmarshalText([]byte(s))
	return id, err
}

// String returns the 16 digits.
func (id DoorID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns the 16 digits.
func (id DoorID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the 16 digits.
func (id *DoorID) UnmarshalText(text []byte) error { return unhex(id[:], text, "door id") }
