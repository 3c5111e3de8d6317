package bundle

import (
	"crypto/sha256"
	"errors"
	"fmt"
)

// Largest objects, in bytes.
const (
	// MaxListObject is the largest signed status list.
	MaxListObject = 256 << 10
	// MaxPINsObject is the largest signed object of PINs.
	MaxPINsObject = 4 << 20
)

// ErrObject is returned for bytes that are not the object that was named.
var ErrObject = errors.New("this is not the object that was asked for")

// Object names bytes by what they are, so that anybody may carry them. The zero
// value names nothing.
type Object struct {
	// SHA256 is the hash of the bytes.
	SHA256 [32]byte
	// Size is how many there are.
	Size uint32
}

// ObjectOf returns the name of data, which must be shorter than 4 GiB.
func ObjectOf(data []byte) Object {
	return Object{SHA256: sha256.Sum256(data), Size: uint32(len(data))}
}

// Match returns nil if data is the object. It fails with [ErrObject].
func (o Object) Match(data []byte) error {
	if len(data) != int(o.Size) || sha256.Sum256(data) != o.SHA256 {
		return ErrObject
	}
	return nil
}

// IsZero returns whether o names nothing.
func (o Object) IsZero() bool { return o == Object{} }

// String returns the hash in hexadecimal digits: the last part of the path
// under which a controller serves the object.
func (o Object) String() string { return fmt.Sprintf("%x", o.SHA256) }

func (o Object) check(largest uint32) error {
	if o.SHA256 == ([32]byte{}) || o.Size == 0 || o.Size > largest {
		return fmt.Errorf("an object without a hash, empty, or larger than %d bytes", largest)
	}
	return nil
}
