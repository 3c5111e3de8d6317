package state

import (
	"crypto/ecdsa"
	"errors"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/pass"
)

const (
	bundleFile  = "bundle"
	secretsFile = "secrets.json"
	markFile    = "mark.json"
)

func objectFile(name string) string { return filepath.Join("objects", name) }

// Bundle reads the bundle that is held, which one of signers must have signed.
// It fails with [ErrMissing] where there is none, and with [ErrDamaged].
func (f *Folder) Bundle(signers map[pass.KeyID]*ecdsa.PublicKey, site pass.SiteID) (*bundle.Bundle, error) {
	data, err := f.own.Read(bundleFile, bundle.MaxSize)
	if err != nil {
		return nil, err
	}
	b, err := bundle.Verify(data, signers, site)
	if err != nil {
		return nil, f.own.Damaged(bundleFile, err)
	}
	return b, nil
}

// SaveBundle replaces the bundle. What it names must have been saved before, so
// that there is never a bundle without its objects.
func (f *Folder) SaveBundle(b *bundle.Bundle) error {
	return f.own.Write(bundleFile, b.Encoded())
}

// Object reads an object, which is not believed before its hash was compared. It
// fails with [ErrMissing] and [ErrDamaged].
func (f *Folder) Object(o bundle.Object) ([]byte, error) {
	name := objectFile(o.String())
	data, err := f.own.Read(name, int64(o.Size))
	if err != nil {
		return nil, err
	}
	if err := o.Match(data); err != nil {
		return nil, f.own.Damaged(name, err)
	}
	return data, nil
}

// SaveObject keeps an object under its name.
func (f *Folder) SaveObject(data []byte) error {
	return f.own.Write(objectFile(bundle.ObjectOf(data).String()), data)
}

// Retain removes the objects that are not named. Nothing is lost if it fails.
func (f *Folder) Retain(named []bundle.Object) error {
	entries, err := os.ReadDir(f.own.Path("objects"))
	if err != nil {
		return err
	}
	keep := make(map[string]bool, len(named))
	for _, o := range named {
		keep[o.String()] = true
	}
	for _, e := range entries {
		if !keep[e.Name()] {
			err = errors.Join(err, f.own.Remove(objectFile(e.Name())))
		}
	}
	return err
}

// Secrets reads what stations sealed to the door, sealed as it came. It fails
// with [ErrMissing] and [ErrDamaged].
func (f *Folder) Secrets() (texts [][]byte, err error) {
	err = f.own.ReadJSON(secretsFile, &texts)
	return texts, err
}

// SaveSecrets replaces them; none removes the file.
func (f *Folder) SaveSecrets(texts [][]byte) error {
	if len(texts) == 0 {
		return f.own.Remove(secretsFile)
	}
	return f.own.WriteJSON(secretsFile, texts)
}

// LoadMark is a method of [timekeeper.Store].
func (f *Folder) LoadMark() (m timekeeper.Mark, err error) {
	err = f.own.ReadJSON(markFile, &m)
	if errors.Is(err, ErrMissing) {
		return timekeeper.Mark{}, timekeeper.ErrNoMark
	}
	if err != nil {
		return timekeeper.Mark{}, err
	}
	return m, nil
}

// SaveMark is a method of [timekeeper.Store].
func (f *Folder) SaveMark(m timekeeper.Mark) error { return f.own.WriteJSON(markFile, m) }
