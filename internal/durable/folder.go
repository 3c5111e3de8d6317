package durable

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

var (
	// ErrBusy is returned while another program has the folder.
	ErrBusy = errors.New("another facelatch is using this folder")
	// ErrExposed is returned for a secret that others may read.
	ErrExposed = errors.New("others than the owner can read this")
	// ErrDamaged is returned for a file that is not in its form.
	ErrDamaged = errors.New("the file is damaged")
	// ErrMissing is returned for what is not there.
	ErrMissing = errors.New("it is not there")
)

// Files changes files durably; [Disk] is one. After an error the change may have
// happened.
type Files interface {
	// Write makes or replaces a file at once.
	Write(path string, data []byte, mode fs.FileMode) error
	// Remove removes a file. One that is not there is removed already.
	Remove(path string) error
	// Folder makes a folder and those above it.
	Folder(path string, mode fs.FileMode) error
}

// Mode is that of every file in a [Folder]: nobody else may read it.
const Mode fs.FileMode = 0o600

// Folder is a folder that one program has, and of which only the owner may read
// anything. It is safe for concurrent use, as far as each file is read or written by
// itself.
type Folder struct {
	dir  string
	disk Files
	lock *os.File
}

// Take makes a folder and folders in it if need be, takes it until [Folder.Close] or
// the end of the program, however it ends, and removes what a crash left unfinished.
// It fails with [ErrBusy].
func Take(dir string, disk Files, inside ...string) (*Folder, error) {
	f := &Folder{dir: dir, disk: disk}
	folders := []string{dir}
	for _, name := range inside {
		folders = append(folders, f.Path(name))
	}
	for _, folder := range folders {
		if err := disk.Folder(folder, 0o700); err != nil {
			return nil, err
		}
	}
	var err error
	if f.lock, err = take(f.Path("lock")); err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if err := Sweep(folder); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

func take(path string) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, Mode)
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

// Peek returns a folder for reading alone, whoever has it, and whether somebody does.
// Nothing of it may be written, and it needs no Close.
func Peek(dir string) (f *Folder, taken bool) {
	f = &Folder{dir: dir}
	lock, err := os.Open(f.Path("lock"))
	if err != nil {
		return f, false
	}
	defer lock.Close()
	// A shared lock keeps nobody out who starts at this moment for longer than this
	// takes.
	err = unix.Flock(int(lock.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	return f, errors.Is(err, unix.EWOULDBLOCK)
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.lock.Close() }

// Dir returns the folder's path.
func (f *Folder) Dir() string { return f.dir }

// Path returns the path of what is in the folder.
func (f *Folder) Path(names ...string) string {
	return filepath.Join(append([]string{f.dir}, names...)...)
}

// Read reads a file. It fails with [ErrMissing], [ErrExposed], and [ErrDamaged] for
// one that is larger than any can be.
func (f *Folder) Read(name string, largest int64) ([]byte, error) {
	path := f.Path(name)
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
		return nil, f.Damaged(name, errors.New("it is too large"))
	}
	return data, err
}

// Damaged is an [ErrDamaged] about a file, and why.
func (f *Folder) Damaged(name string, why error) error {
	return fmt.Errorf("%w: %s: %w", ErrDamaged, f.Path(name), why)
}

// maxJSON is the largest file that is read as JSON, in bytes.
const maxJSON = 8 << 20

// ReadJSON reads a file into v: one value, with no member that v does not have and
// nothing after it. The errors are those of [Folder.Read].
func (f *Folder) ReadJSON(name string, v any) error {
	data, err := f.Read(name, maxJSON)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return f.Damaged(name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return f.Damaged(name, errors.New("there is something after it"))
	}
	return nil
}

// Write makes or replaces a file.
func (f *Folder) Write(name string, data []byte) error {
	return f.disk.Write(f.Path(name), data, Mode)
}

// WriteJSON is the inverse of [Folder.ReadJSON].
func (f *Folder) WriteJSON(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.Write(name, append(data, '\n'))
}

// Remove removes a file. One that is not there is removed already.
func (f *Folder) Remove(name string) error { return f.disk.Remove(f.Path(name)) }
