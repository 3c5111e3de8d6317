package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"

	"github.com/facelatch/facelatch/internal/durable"
)

// ParseRecipients reads age recipients, one a line; lines that begin with # and
// empty ones are nothing. It fails with [ErrKey].
func ParseRecipients(r io.Reader) ([]age.Recipient, error) {
	list, err := age.ParseRecipients(r)
	if err != nil || len(list) == 0 {
		return nil, fmt.Errorf("%w: a recipient begins with age1, and age-keygen -y prints it", ErrKey)
	}
	return list, nil
}

// ParseIdentities reads age identities, as age-keygen writes them. It fails with
// [ErrKey], whose message has nothing of what was read.
func ParseIdentities(r io.Reader) ([]age.Identity, error) {
	list, err := age.ParseIdentities(r)
	if err != nil || len(list) == 0 {
		return nil, fmt.Errorf("%w: an identity begins with AGE-SECRET-KEY-1, and age-keygen makes one", ErrKey)
	}
	return list, nil
}

// Create writes a backup to a new file for its owner only. It is whole and on the
// disk, or not there. It fails with [ErrExists].
func Create(ctx context.Context, s Source, path string, to []age.Recipient) (Manifest, error) {
	if _, err := os.Lstat(path); err == nil {
		return Manifest{}, fmt.Errorf("%w: %s", ErrExists, path)
	}
	temp := filepath.Join(filepath.Dir(path), durable.Temporary+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Manifest{}, err
	}
	defer os.Remove(temp)
	m, err := sealed(ctx, s, f, to)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return Manifest{}, err
	}
	if err := os.Link(temp, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%w: %s", ErrExists, path)
		}
		return Manifest{}, err
	}
	return m, syncFolder(filepath.Dir(path))
}

func sealed(ctx context.Context, s Source, w io.Writer, to []age.Recipient) (Manifest, error) {
	encrypted, err := age.Encrypt(w, to...)
	if err != nil {
		return Manifest{}, err
	}
	m, err := Pack(ctx, s, encrypted)
	return m, errors.Join(err, encrypted.Close())
}

// Read reads an encrypted backup to its end. It fails with [ErrIdentity],
// [ErrDamaged] and [ErrFormat].
func Read(ctx context.Context, r io.Reader, with []age.Identity, to Sink) (Manifest, error) {
	plain, err := age.Decrypt(r, with...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return Manifest{}, fmt.Errorf("%w: it was made for another recipient", ErrIdentity)
	case err != nil:
		return Manifest{}, fmt.Errorf("%w: it is not, or not wholly, a file of age", ErrDamaged)
	}
	m, err := Unpack(ctx, plain, to)
	if err != nil {
		return Manifest{}, err
	}
	// age has checked the last of it once it says that this was the end.
	if n, err := io.Copy(io.Discard, plain); err != nil || n > 0 {
		return Manifest{}, fmt.Errorf("%w: there is something behind its end", ErrDamaged)
	}
	return m, nil
}

func syncFolder(path string) error {
	// Removing what is not there changes nothing and flushes the folder.
	return durable.Disk{}.Remove(filepath.Join(path, durable.Temporary+"none"))
}
