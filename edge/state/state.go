// Package state is the folder in which a door keeps what must outlive a power
// cut. All of it is written so that a cut at any moment leaves what was there
// before or what came after, whole:
//
//	door.json       who the door is, and whom it believes; written last when it joins
//	key.pem         the key of its certificate; its owner's alone
//	relay-key.pem   the key that stations seal secrets to; its owner's alone
//	bundle          the signed bundle
//	objects/HASH    the status lists and PINs that the bundle names
//	secrets.json    what stations sealed to the door, sealed still; its owner's alone
//	mark.json       the marks of time (package timekeeper)
//	counts/DAY.json counts of whole days, rounded, that the controller does not have yet
//	lock            held by the one program that may write here
//
// It never keeps a picture, a reference, a pass, a key in clear that came from
// a station, or anything about who passed or when: nothing here is written
// because somebody came by, so that not even the times of files tell.
//
// What remains: whoever can read the disk of a door without a TPM has its keys,
// and whoever puts back an old copy of the whole folder puts back its time (see
// packages timekeeper and tpm).
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/facelatch/facelatch/internal/durable"
)

var (
	// ErrNotJoined is returned for a folder in which no door is.
	ErrNotJoined = errors.New("this door has not joined a site yet: facelatch edge join")
	// ErrJoined is returned for joining where a door is already.
	ErrJoined = errors.New("a door has joined a site here already: to join anew, remove this folder")
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

// secret is the mode of whatever nobody else may read. Everything here has it.
const secret = 0o600

// Folder is a door's folder, which this program alone has. It is not safe for
// concurrent use but for reading: whoever owns it writes from one goroutine, or
// holds a lock of its own.
type Folder struct {
	dir  string
	disk Disk
	lock *os.File
}

// Open makes the folder if need be, takes it, and removes what a crash left
// unfinished. It fails with [ErrBusy].
func Open(dir string, disk Disk) (*Folder, error) {
	f := &Folder{dir: dir, disk: disk}
	for _, folder := range []string{dir, f.path("objects"), f.path("counts")} {
		if err := disk.Folder(folder, 0o700); err != nil {
			return nil, err
		}
	}
	var err error
	if f.lock, err = take(f.path("lock")); err != nil {
		return nil, err
	}
	for _, folder := range []string{dir, f.path("objects"), f.path("counts")} {
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

// Dir returns the folder's path, for what another part of the door keeps there.
func (f *Folder) Dir() string { return f.dir }

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

// readJSON reads a file into v, strictly.
func readJSON(path string, v any) error {
	data, err := read(path, 1<<20)
	if err != nil {
		return err
	}
	if err := strictly(data, v); err != nil {
		return damaged(path, err)
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
