// Package statetest is a disk on which changes go wrong, for tests of what a desk keeps.
// It is for tests only and will never be a part of the program.
package statetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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

// Disk is a disk on which one change goes wrong: the one numbered At, from 1; 0
// for none.
type Disk struct {
	Steps, At int
	Fault     Fault
}

func (d *Disk) change(do, half func() error) error {
	d.Steps++
	if d.Steps != d.At {
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

// Write is a method of state.Disk.
func (d *Disk) Write(path string, data []byte, mode fs.FileMode) error {
	return d.change(
		func() error { return durable.Disk{}.Write(path, data, mode) },
		func() error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), durable.Temporary+"X"), data[:len(data)/2], mode)
		})
}

// Remove is a method of state.Disk.
func (d *Disk) Remove(path string) error {
	return d.change(func() error { return durable.Disk{}.Remove(path) }, func() error { return nil })
}

// Folder is a method of state.Disk.
func (d *Disk) Folder(path string, mode fs.FileMode) error {
	return d.change(func() error { return durable.Disk{}.Folder(path, mode) }, func() error { return nil })
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
