package state

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/pass"
)

// Bundle reads the bundle that is held, which one of signers must have signed.
// It fails with [ErrMissing] where there is none, and with [ErrDamaged].
func (f *Folder) Bundle(signers map[pass.KeyID]*ecdsa.PublicKey, site pass.SiteID) (*bundle.Bundle, error) {
	path := f.path("bundle")
	data, err := read(path, bundle.MaxSize)
	if err != nil {
		return nil, err
	}
	b, err := bundle.Verify(data, signers, site)
	if err != nil {
		return nil, damaged(path, err)
	}
	return b, nil
}

// SaveBundle replaces the bundle. What it names must have been saved before, so
// that there is never a bundle without its objects.
func (f *Folder) SaveBundle(b *bundle.Bundle) error {
	return f.disk.Write(f.path("bundle"), b.Encoded(), secret)
}

// Object reads an object, which is not believed before its hash was compared. It
// fails with [ErrMissing] and [ErrDamaged].
func (f *Folder) Object(o bundle.Object) ([]byte, error) {
	path := f.path("objects", o.String())
	data, err := read(path, int64(o.Size))
	if err != nil {
		return nil, err
	}
	if err := o.Match(data); err != nil {
		return nil, damaged(path, err)
	}
	return data, nil
}

// SaveObject keeps an object under its name.
func (f *Folder) SaveObject(data []byte) error {
	return f.disk.Write(f.path("objects", bundle.ObjectOf(data).String()), data, secret)
}

// Retain removes the objects that are not named. Nothing is lost if it fails.
func (f *Folder) Retain(named []bundle.Object) error {
	entries, err := os.ReadDir(f.path("objects"))
	if err != nil {
		return err
	}
	keep := make(map[string]bool, len(named))
	for _, o := range named {
		keep[o.String()] = true
	}
	for _, e := range entries {
		if !keep[e.Name()] {
			err = errors.Join(err, f.disk.Remove(f.path("objects", e.Name())))
		}
	}
	return err
}

// Secrets reads what stations sealed to the door, sealed as it came. It fails
// with [ErrMissing] and [ErrDamaged].
func (f *Folder) Secrets() (texts [][]byte, err error) {
	err = readJSON(f.path("secrets.json"), &texts)
	return texts, err
}

// SaveSecrets replaces them; none removes the file.
func (f *Folder) SaveSecrets(texts [][]byte) error {
	if len(texts) == 0 {
		return f.disk.Remove(f.path("secrets.json"))
	}
	return f.writeJSON(f.path("secrets.json"), texts)
}

// LoadMark is a method of [timekeeper.Store].
func (f *Folder) LoadMark() (m timekeeper.Mark, err error) {
	err = readJSON(f.path("mark.json"), &m)
	if errors.Is(err, ErrMissing) {
		return timekeeper.Mark{}, timekeeper.ErrNoMark
	}
	if err != nil {
		return timekeeper.Mark{}, err
	}
	return m, nil
}

// SaveMark is a method of [timekeeper.Store].
func (f *Folder) SaveMark(m timekeeper.Mark) error { return f.writeJSON(f.path("mark.json"), m) }

// day is how a day is written, in the name of a file and to the controller.
const day = "2006-01-02"

// SaveCounts keeps the counts of a day that is over until the controller has
// them. They were rounded before, and one file is written for a day.
func (f *Folder) SaveCounts(d string, counts map[string]string) error {
	if _, err := time.Parse(day, d); err != nil {
		return fmt.Errorf("%q is not a day", d)
	}
	return f.writeJSON(f.path("counts", d+".json"), counts)
}

// Days lists the days whose counts are kept, the oldest first.
func (f *Folder) Days() ([]string, error) {
	files, err := filepath.Glob(f.path("counts", "*.json"))
	var days []string
	for _, file := range files {
		days = append(days, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	slices.Sort(days)
	return days, err
}

// Counts reads the counts of a day.
func (f *Folder) Counts(d string) (counts map[string]string, err error) {
	err = readJSON(f.path("counts", d+".json"), &counts)
	return counts, err
}

// RemoveCounts forgets a day that the controller has, or that is too old.
func (f *Folder) RemoveCounts(d string) error { return f.disk.Remove(f.path("counts", d+".json")) }
