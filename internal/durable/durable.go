// Package durable writes files so that they are still there, whole, after the
// power was cut: a file is seen either as it was or as it became.
//
// It never follows a half-written file with a whole one of the same name, never
// replaces a file that it was asked to create, and keeps nothing in memory.
//
// What remains: a disk that says it has written and has not, and a file system
// on which rename is not atomic. After fsync has failed once, Linux may drop
// the pages and let the next fsync succeed, so whoever gets an error here must
// take it that the change may be there, or not, or come back after a restart.
package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Temporary begins the name of every unfinished file. One that is found while
// nobody writes was left by a crash and can be removed.
const Temporary = ".unfinished-"

// Disk is the machine's file system. Its methods return after the change was
// flushed to the disk; after an error the change may have happened. The zero
// value is the one to use.
type Disk struct {
	// instead takes the place of fsync in tests of this package.
	instead func(*os.File) error
}

func (d Disk) fsync(f *os.File) error {
	if d.instead != nil {
		return d.instead(f)
	}
	return f.Sync()
}

// Write makes or replaces a file: open, write and fsync a temporary file beside
// it, rename, fsync the folder.
func (d Disk) Write(path string, data []byte, mode fs.FileMode) error {
	return d.place(path, data, mode, os.Rename)
}

// Create makes a file and fails with [fs.ErrExist] if there is one. Where the
// file system can (FAT cannot), it uses link(2), which never replaces, in the
// place of rename(2); elsewhere a crash may leave a part of the file.
func (d Disk) Create(path string, data []byte, mode fs.FileMode) error {
	err := d.place(path, data, mode, os.Link)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) {
		return d.createDirectly(path, data, mode)
	}
	return err
}

func (d Disk) createDirectly(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, d.fsync(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return d.syncFolder(filepath.Dir(path))
}

// place writes a temporary file and gives it its name by move.
func (d Disk) place(path string, data []byte, mode fs.FileMode, move func(old, name string) error) (err error) {
	temp := filepath.Join(filepath.Dir(path), Temporary+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temp) // gone already after a rename
	_, err = f.Write(data)
	// The mode is set again because creation is subject to the umask.
	if err = errors.Join(err, f.Chmod(mode), d.fsync(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := move(temp, path); err != nil {
		return err
	}
	return d.syncFolder(filepath.Dir(path))
}

// Extend makes a file size bytes long, by cutting what is beyond, and then adds
// data. It fails if the file is shorter. The file must exist.
func (d Disk) Extend(path string, size int64, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < size {
		return fmt.Errorf("%s has become shorter than %d bytes", path, size)
	}
	if err := f.Truncate(size); err != nil {
		return err
	}
	if _, err := f.WriteAt(data, size); err != nil {
		return err
	}
	return d.fsync(f)
}

// Remove removes a file. One that is not there is removed already.
func (d Disk) Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return d.syncFolder(filepath.Dir(path))
}

// Folder makes a folder and those above it. Existing ones are left as they are.
func (d Disk) Folder(path string, mode fs.FileMode) error {
	if err := os.MkdirAll(path, mode); err != nil {
		return err
	}
	return d.syncFolder(filepath.Dir(path))
}

// Sweep removes what a crash left unfinished in a folder. Nobody may be writing
// there.
func Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), Temporary) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// syncFolder makes a name in a folder durable. A file system that cannot fsync
// a folder says so with EINVAL; there is nothing more to be done on it.
func (d Disk) syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := d.fsync(f); !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}
