// Package durabletest is a disk on which changes go wrong, for tests of what is kept
// on one. It is for tests only and will never be a part of the program.
package durabletest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/facelatch/facelatch/internal/durable"
)

// Fault is what happens to one change of a disk.
type Fault string

// The ways in which a change goes wrong.
const (
	Failed    Fault = "failed"
	Persisted Fault = "failed but persisted"
	Crash     Fault = "crashed before"
	Torn      Fault = "crashed in the middle"
	CrashDone Fault = "crashed after"
)

// Faults are all of them.
func Faults() []Fault { return []Fault{Failed, Persisted, Crash, Torn, CrashDone} }

var (
	// ErrFault is what a change that failed returns.
	ErrFault = errors.New("the disk failed")
	// ErrCrash is what [Attempt] returns after a crash.
	ErrCrash = errors.New("the power was cut")
)

// Disk is a disk on which one change goes wrong: the one numbered At, from 1; 0 for
// none. It does what [durable.Disk] does and flushes nothing, which is what takes
// time: that everything is flushed is tested there.
type Disk struct {
	Steps, At int
	Fault     Fault

	mu sync.Mutex // guards Steps while changes are made
}

func (d *Disk) change(do, half func() error) error {
	d.mu.Lock()
	d.Steps++
	this := d.Steps == d.At
	d.mu.Unlock()
	if !this {
		return do()
	}
	switch d.Fault {
	case Failed:
		return ErrFault
	case Crash:
		panic(ErrCrash)
	case Torn:
		if err := half(); err != nil {
			return err
		}
		panic(ErrCrash)
	}
	if err := do(); err != nil {
		return err
	}
	if d.Fault == CrashDone {
		panic(ErrCrash)
	}
	return ErrFault
}

// Write makes or replaces a file at once.
func (d *Disk) Write(path string, data []byte, mode fs.FileMode) error {
	return d.change(
		func() error {
			f, err := os.CreateTemp(filepath.Dir(path), durable.Temporary)
			if err != nil {
				return err
			}
			_, err = f.Write(data)
			return errors.Join(err, f.Chmod(mode), f.Close(), os.Rename(f.Name(), path))
		},
		func() error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), durable.Temporary+"X"), data[:len(data)/2], mode)
		})
}

// Remove removes a file.
func (d *Disk) Remove(path string) error {
	return d.change(func() error {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}, func() error { return nil })
}

// Folder makes a folder and those above it.
func (d *Disk) Folder(path string, mode fs.FileMode) error {
	return d.change(func() error { return os.MkdirAll(path, mode) }, func() error { return nil })
}

// Attempt runs f, and returns what a crash in it throws as an error.
func Attempt(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != any(ErrCrash) {
				panic(r)
			}
			err = ErrCrash
		}
	}()
	return f()
}
