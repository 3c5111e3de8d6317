// Package demo tries Facelatch on one machine: it starts controller, station, door
// and desk as separate processes, each with its own folder and its own keys, and
// shows where to look.
//
// A demo's site is marked as one for good: its doors say so on the screen. This
// package decides nothing, sees no face and keeps nothing of one; it only runs
// the program's own commands, as a person would at a terminal, and never reaches
// into what they keep.
package demo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// DefaultAddr is where the front page of a demo is found.
const DefaultAddr = "127.0.0.1:8080"

// DefaultData is the folder of a demo.
const DefaultData = "facelatch-demo"

// mark is the file that tells a demo's folder from any other. It is the first
// to be made and the last to be removed, so that Clean can finish what was
// interrupted.
const mark = "this-is-a-facelatch-demo"

var (
	// ErrNotADemo is returned for a folder that is not empty and not a demo's.
	ErrNotADemo = errors.New("no demo made this folder, or what is in it is not a demo's")
	// ErrNoDemo is returned for cleaning where there is nothing.
	ErrNoDemo = errors.New("there is no demo here")
	// ErrRunning is returned for a folder whose demo is running.
	ErrRunning = errors.New("this demo is running; stop it first")
)

// Config is what a demo needs to know.
type Config struct {
	// Addr is where the front page listens. Door, station, controller and desk take
	// the ports that follow, or free ones.
	Addr string
	// Data is the one folder in which everything stays.
	Data string
	// Program is the path of the facelatch program.
	Program string
	// Out is told what happens.
	Out io.Writer
	// Verbose prints all that the parts say. What they complain of stands in
	// Data/logs.
	Verbose bool
}

// folder is where the parts of a demo lie.
type folder string

func (f folder) mark() string       { return filepath.Join(string(f), mark) }
func (f folder) lock() string       { return filepath.Join(string(f), "lock") }
func (f folder) controller() string { return filepath.Join(string(f), "controller") }
func (f folder) station() string    { return filepath.Join(string(f), "station") }
func (f folder) door() string       { return filepath.Join(string(f), "door") }
func (f folder) desk() string       { return filepath.Join(string(f), "desk") }
func (f folder) doorConfig() string { return filepath.Join(string(f), "door.yaml") }
func (f folder) logs() string       { return filepath.Join(string(f), "logs") }
func (f folder) authority() string  { return filepath.Join(string(f), "ca.pem") }

// claim makes the folder, or takes one that a demo made before.
func (f folder) claim() error {
	entries, err := os.ReadDir(string(f))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(f.mark()); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s: %w", f, ErrNotADemo)
	}
	if err := os.MkdirAll(f.logs(), 0o700); err != nil {
		return err
	}
	return os.WriteFile(f.mark(), []byte("facelatch demo --clean removes this folder\n"), 0o600)
}

// Clean removes the folder of a demo and everything in it, and nothing else. A
// folder that is not there is [ErrNoDemo].
func Clean(data string) error {
	f := folder(data)
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", data, ErrNoDemo)
	}
	if _, err := os.Stat(f.mark()); err != nil {
		return fmt.Errorf("%s: %w", data, ErrNotADemo)
	}
	unlock, err := f.hold()
	if err != nil {
		return err
	}
	defer unlock()
	entries, err := os.ReadDir(data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == mark {
			continue
		}
		if err := os.RemoveAll(filepath.Join(data, e.Name())); err != nil {
			return err
		}
	}
	return os.RemoveAll(data)
}
