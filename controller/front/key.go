package front

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/internal/durable"
)

// keyName is the file of the key that seals what browsers carry between the halves
// of using a passkey. Controllers behind one address have the same.
const keyName = "web-key"

// ErrKey is returned for a key file that is damaged or that others can read.
var ErrKey = errors.New("the key of the controller's pages cannot be used")

// readKey reads the key, and makes it where there is none.
func readKey(dir string) (key [32]byte, err error) {
	path := filepath.Join(dir, "controller", keyName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		var fresh [32]byte
		_, _ = rand.Read(fresh[:]) // never fails (Go 1.24)
		err = durable.Disk{}.Create(path, fresh[:], 0o600)
		if errors.Is(err, fs.ErrExist) || err == nil {
			data, err = os.ReadFile(path) // another controller may have been quicker
		}
	}
	if err != nil {
		return key, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return key, err
	}
	if len(data) != len(key) || info.Mode().Perm()&0o077 != 0 {
		return key, fmt.Errorf("%w: %s has to have %d bytes and be its owner's alone", ErrKey, path, len(key))
	}
	copy(key[:], data)
	return key, nil
}
