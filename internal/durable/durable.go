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
// flushed to the disk; after an error the change may have happened.
type Disk struct{}

// Write makes or replaces a file: open, write and fsync a temporary file beside
// it, rename, fsync the folder.
func (Disk) Write(path string, data []byte, mode fs.FileMode) error {
	return place(path, data, mode, os.Rename)
}

// Create makes a file and fails with [fs.ErrExist] if there is one. Where the
// file system can (FAT cannot), it uses link(2), which never replaces, in the
// place of rename(2); elsewhere a crash may leave a part of the file.
func (Disk) Create(path string, data []byte, mode fs.FileMode) error {
	err := place(path, data, mode, os.Link)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) {
		return createDirectly(path, data, mode)
	}
	return err
}

func createDirectly(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncFolder(filepath.Dir(path))
}

// place writes a temporary file and gives it its name by move.
func place(path string, data []byte, mode fs.FileMode, move func(old, name string) error) (err error) {
	temp := filepath.Join(filepath.Dir(path), Temporary+rand.Text())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temp) // gone already after a rename
	_, err = f.Write(data)
	// The mode is set again because creation is subject to the umask.
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := move(temp, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// Extend makes a file size bytes long, by cutting what is beyond, and then adds
// data. It fails if the file is shorter. The file must exist.
func (Disk) Extend(path string, size int64, data []byte) (err error) {
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
	return f.Sync()
}

// Remove removes a file. One that is not there is removed already.
func (Disk) Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// Folder makes a folder and those above it. Existing ones are left as they are.
func (Disk) Folder(path string, mode fs.FileMode) error {
	if err := os.MkdirAll(path, mode); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
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
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}
