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
	"errors"

	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/durable"
)

var (
	// ErrNotJoined is returned for a folder in which no door is.
	ErrNotJoined = errors.New("this door has not joined a site yet: facelatch edge join")
	// ErrJoined is returned for joining where a door is already.
	ErrJoined = errors.New("a door has joined a site here already: to join anew, remove this folder")
	// ErrBusy is returned while another program has the folder.
	ErrBusy = durable.ErrBusy
	// ErrExposed is returned for a secret that others may read.
	ErrExposed = durable.ErrExposed
	// ErrDamaged is returned for a file that is not in its form.
	ErrDamaged = durable.ErrDamaged
	// ErrMissing is returned for what is not there.
	ErrMissing = durable.ErrMissing
)

// Folder is a door's folder, which this program alone has. It is not safe for
// concurrent use but for reading: whoever owns it writes from one goroutine, or
// holds a lock of its own.
type Folder struct {
	counts.Book
	own *durable.Folder
}

// Open makes the folder if need be, takes it, and removes what a crash left
// unfinished. It fails with [ErrBusy].
func Open(dir string, disk durable.Files) (*Folder, error) {
	own, err := durable.Take(dir, disk, "objects", counts.Inside)
	if err != nil {
		return nil, err
	}
	return &Folder{counts.BookIn(own), own}, nil
}

// Peek returns a folder for reading alone, whoever has it, and whether somebody
// does. Nothing of it may be written, and it needs no Close.
func Peek(dir string) (f *Folder, taken bool) {
	own, taken := durable.Peek(dir)
	return &Folder{counts.BookIn(own), own}, taken
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.own.Close() }

// Dir returns the folder's path, for what another part of the door keeps there.
func (f *Folder) Dir() string { return f.own.Dir() }
