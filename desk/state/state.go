// Package state is the folder in which a desk keeps what must outlive a power cut.
// All of it is written so that a cut at any moment leaves what was there before or
// what came after, whole:
//
//	desk.json       who the desk is, and whom it believes; written last when it joins
//	key.pem         the key of its certificate; its owner's alone
//	signing.json    the keys that results are signed with: which signs, which are published still
//	signing/ID.pem  the one that signs; its owner's alone
//	statuses.json   which results were revoked, one bit each
//	configuration   what the controller said last, as it came
//	outbox/         results on their way to a relying party, encrypted to it (package handover)
//	counts/DAY.json counts of whole days, rounded, that the controller does not have yet
//	lock            held by the one program that may write here
//
// It never keeps a picture, a name, a document number, a result in clear, or which
// result was whose. Nothing here is written because somebody was checked, with one
// exception: a result that a relying party has not acknowledged yet lies in outbox/,
// so the time of that file tells that a check ended, for 24 hours at most.
//
// What remains: whoever can read the disk of a desk without a TPM has its keys, and
// whoever puts back an old copy of the whole folder takes back revocations.
package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/facelatch/facelatch/internal/durable"
)

var (
	// ErrNotJoined is returned for a folder in which no desk is.
	ErrNotJoined = errors.New("this desk has not joined a site yet")
	// ErrJoined is returned for joining where a desk is already.
	ErrJoined = errors.New("a desk has joined a site here already: to join anew, remove this folder")
	// ErrBusy is returned while another program has the folder.
	ErrBusy = errors.New("another facelatch is using this folder")
	// ErrExposed is returned for a secret that others may read.
	ErrExposed = errors.New("others than the owner can read this")
	// ErrDamaged is returned for a file that is not in its form.
	ErrDamaged = errors.New("the file is damaged")
	// ErrMissing is returned for what is not there.
	ErrMissing = errors.New("it is not there")
)

// Disk changes files durably; [durable.Disk] is one. After an error the change
// may have happened.
type Disk interface {
	// Write makes or replaces a file at once.
	Write(path string, data []byte, mode fs.FileMode) error
	// Remove removes a file. One that is not there is removed already.
	Remove(path string) error
	// Folder makes a folder and those above it.
	Folder(path string, mode fs.FileMode) error
}

const (
	// secret is the mode of whatever nobody else may read. Everything here has it.
	secret = 0o600
	// format is of every file here that is JSON.
	format = 1
	// maxConfiguration is the largest configuration that is kept, in bytes.
	maxConfiguration = 4 << 20
)

// Folder is a desk's folder, which this program alone has. It is safe for
// concurrent use.
type Folder struct {
	dir  string
	disk Disk
	lock *os.File

	mu sync.Mutex // held by whoever writes
}

// Open makes the folder if need be, takes it, and removes what a crash left
// unfinished. It fails with [ErrBusy].
func Open(dir string, disk Disk) (*Folder, error) {
	f := &Folder{dir: dir, disk: disk}
	folders := []string{dir, f.path("signing"), f.path("counts"), f.Outbox()}
	for _, folder := range folders {
		if err := disk.Folder(folder, 0o700); err != nil {
			return nil, err
		}
	}
	var err error
	if f.lock, err = take(f.path("lock")); err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if err := durable.Sweep(folder); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

// take locks a file until it is closed, however the program ends.
func take(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, secret)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = fmt.Errorf("%w: %s", ErrBusy, filepath.Dir(path))
		}
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.lock.Close() }

// Dir returns the folder's path.
func (f *Folder) Dir() string { return f.dir }

// Outbox returns the folder in which package handover keeps results on their way.
func (f *Folder) Outbox() string { return f.path("outbox") }

// Configuration reads what was saved last. It is not judged here: whoever reads it
// decodes it as strictly as when it came. It fails with [ErrMissing].
func (f *Folder) Configuration() ([]byte, error) {
	return read(f.path("configuration"), maxConfiguration)
}

// SaveConfiguration replaces the configuration.
func (f *Folder) SaveConfiguration(data []byte) error {
	if len(data) > maxConfiguration {
		return fmt.Errorf("a configuration of %d bytes: %d are the most", len(data), maxConfiguration)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.disk.Write(f.path("configuration"), data, secret)
}

func (f *Folder) path(names ...string) string {
	return filepath.Join(append([]string{f.dir}, names...)...)
}

// read reads a file that only its owner may read. It fails with [ErrMissing],
// [ErrExposed], and [ErrDamaged] for one that is larger than any can be.
func read(path string, largest int64) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrMissing, path)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: chmod 600 %s, and consider it stolen if others had access", ErrExposed, path)
	}
	data, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err == nil && int64(len(data)) > largest {
		return nil, damaged(path, errors.New("it is too large"))
	}
	return data, err
}

func damaged(path string, why error) error {
	return fmt.Errorf("%w: %s: %w", ErrDamaged, path, why)
}

// readJSON reads a file into v: one value, with no member that v does not have and
// nothing after it.
func readJSON(path string, v any) error {
	data, err := read(path, 8<<20)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return damaged(path, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return damaged(path, errors.New("there is something after it"))
	}
	return nil
}

// writeJSON is the inverse of readJSON.
func (f *Folder) writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.disk.Write(path, append(data, '\n'), secret)
}
