package site

import (
	"errors"
	"strings"

	"github.com/facelatch/facelatch/internal/durable"
)

// ErrNoAddress is returned where nobody has said yet where doors reach the
// controller.
var ErrNoAddress = errors.New("nobody has said yet where doors reach the controller")

// SetAddress notes where doors reach the controller, as host:port.
func SetAddress(dir, address string) error {
	if old, err := Address(dir); err == nil && old == address {
		return nil
	}
	return durable.Disk{}.Write(folder(dir).addressFile(), []byte(address+"\n"), secret)
}

// Address returns where doors reach the controller. It fails with
// [ErrNoAddress].
func Address(dir string) (string, error) {
	data, err := read(folder(dir).addressFile(), 512)
	if isNew(err) {
		return "", ErrNoAddress
	}
	return strings.TrimSpace(string(data)), err
}
