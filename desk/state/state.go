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
//	control         a socket through which commands of this machine reach the desk that runs
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
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/durable"
)

var (
	// ErrNotJoined is returned for a folder in which no desk is.
	ErrNotJoined = errors.New("this desk has not joined a site yet")
	// ErrJoined is returned for joining where a desk is already.
	ErrJoined = errors.New("a desk has joined a site here already: to join anew, remove this folder")
	// ErrBusy is returned while another program has the folder.
	ErrBusy = durable.ErrBusy
	// ErrExposed is returned for a secret that others may read.
	ErrExposed = durable.ErrExposed
	// ErrDamaged is returned for a file that is not in its form.
	ErrDamaged = durable.ErrDamaged
	// ErrMissing is returned for what is not there.
	ErrMissing = durable.ErrMissing
)

const (
	// format is of every file here that is JSON.
	format = 1
	// maxConfiguration is the largest configuration that is kept, in bytes.
	maxConfiguration = 4 << 20

	configurationFile = "configuration"
	outboxFolder      = "outbox"
	signingFolder     = "signing"
)

// Folder is a desk's folder, which this program alone has. It is safe for
// concurrent use.
type Folder struct {
	counts.Book
	own *durable.Folder

	mu sync.Mutex // held by whoever changes what is in several files
}

// Open makes the folder if need be, takes it, and removes what a crash left
// unfinished. It fails with [ErrBusy].
func Open(dir string, disk durable.Files) (*Folder, error) {
	own, err := durable.Take(dir, disk, signingFolder, counts.Inside, outboxFolder)
	if err != nil {
		return nil, err
	}
	return &Folder{Book: counts.BookIn(own), own: own}, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.own.Close() }

// Dir returns the folder's path.
func (f *Folder) Dir() string { return f.own.Dir() }

// Outbox returns the folder in which package handover keeps results on their way.
func (f *Folder) Outbox() string { return f.own.Path(outboxFolder) }

// Configuration reads what was saved last. It is not judged here: whoever reads it
// decodes it as strictly as when it came. It fails with [ErrMissing].
func (f *Folder) Configuration() ([]byte, error) {
	return f.own.Read(configurationFile, maxConfiguration)
}

// ConfigurationSaved returns when it was saved. It fails with [ErrMissing].
func (f *Folder) ConfigurationSaved() (time.Time, error) {
	info, err := os.Stat(f.own.Path(configurationFile))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, ErrMissing
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// SaveConfiguration replaces the configuration.
func (f *Folder) SaveConfiguration(data []byte) error {
	if len(data) > maxConfiguration {
		return fmt.Errorf("a configuration of %d bytes: %d are the most", len(data), maxConfiguration)
	}
	return f.own.Write(configurationFile, data)
}
