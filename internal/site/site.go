// Package site is a site as a folder on disk, for the command line and for
// trying things out, until a controller, stations and doors run as processes of
// their own. The folder keeps apart what they will keep apart:
//
//	site.json                       what the site is; public
//	record.jsonl                    what its operator did; public
//	controller/issuers/ID.pem       the public keys that passes are signed with; public
//	controller/status/N.cwt         the signed status lists; public
//	controller/issuing-key.pem      the key that passes are signed with; its owner's alone
//	controller/allocated/N.bits     the places that were ever given away, one bit for each
//	controller/passes/AB/ID.json    the docket of each pass
//	controller/pending/ID           a mark for each docket that is open
//	controller/lock                 held by whoever issues or revokes
//	station/sealing/ID.pem          the sealing keys; their owner's alone
//
// A door reads site.json, issuers, one status list and one sealing key, each by
// name, so that its cost does not depend on how many people have passes, and
// writes nothing.
//
// This package never keeps a picture, a reference (sealed or not), a score, a
// pass, or who went where and when. Restoring an old copy of the folder brings
// back the status lists of that day, and with them passes revoked since:
// restore only to revoke everything.
package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/pass"
)

var (
	// ErrNotASite is returned for a folder that is not a site.
	ErrNotASite = errors.New("not a site: facelatch site init makes one")
	// ErrExists is returned for making a site where something is already.
	ErrExists = errors.New("there is something in this folder already")
	// ErrConfig is returned for a site.json that cannot be used; the message
	// names the field.
	ErrConfig = errors.New("not a usable site.json")
	// ErrNoKey is returned when a key is not there.
	ErrNoKey = errors.New("the key is missing")
	// ErrExposed is returned for a secret key in a file that others may read.
	ErrExposed = errors.New("others than the owner can read this key")
	// ErrBusy is returned when somebody else holds the lock for long.
	ErrBusy = errors.New("somebody else is issuing or revoking at this site; try again")
	// ErrDamaged is returned for a file that is not in its form.
	ErrDamaged = errors.New("the file is damaged")
)

// Disk changes files durably; [durable.Disk] is one. After an error the change
// may have happened.
type Disk interface {
	// Write makes or replaces a file at once.
	Write(path string, data []byte, mode fs.FileMode) error
	// Create makes a file and fails with [fs.ErrExist] if there is one.
	Create(path string, data []byte, mode fs.FileMode) error
	// Extend makes a file size bytes long and then adds data.
	Extend(path string, size int64, data []byte) error
	// Remove removes a file, which need not be there.
	Remove(path string) error
}

const (
	secret = 0o600 // for the owner alone
	public = 0o644
)

// folder is the path of a site.
type folder string

func (f folder) path(parts ...string) string {
	return filepath.Join(append([]string{string(f)}, parts...)...)
}

func (f folder) config() string     { return f.path("site.json") }
func (f folder) record() string     { return f.path("record.jsonl") }
func (f folder) controller() string { return f.path("controller") }
func (f folder) issuers() string    { return f.path("controller", "issuers") }
func (f folder) issuingKey() string { return f.path("controller", "issuing-key.pem") }
func (f folder) lock() string       { return f.path("controller", "lock") }
func (f folder) pending() string    { return f.path("controller", "pending") }
func (f folder) passes() string     { return f.path("controller", "passes") }
func (f folder) allocated() string  { return f.path("controller", "allocated") }
func (f folder) statuses() string   { return f.path("controller", "status") }
func (f folder) sealing() string    { return f.path("station", "sealing") }

func (f folder) status(list uint32) string {
	return filepath.Join(f.statuses(), fmt.Sprintf("%d.cwt", list))
}

func (f folder) taken(list uint32) string {
	return filepath.Join(f.allocated(), fmt.Sprintf("%d.bits", list))
}

func (f folder) docket(id pass.ID) string {
	name := id.String()
	return filepath.Join(f.passes(), name[:2], name+".json")
}

// folders makes the folders of a new site.
func (f folder) folders() error {
	var all error
	for _, dir := range []struct {
		path string
		mode fs.FileMode
	}{
		{f.issuers(), 0o755},
		{f.statuses(), 0o755},
		{f.allocated(), 0o700},
		{f.pending(), 0o700},
		{f.passes(), 0o700},
		{f.path("station"), 0o700},
		{f.sealing(), 0o700},
	} {
		all = errors.Join(all, durable.Disk{}.Folder(dir.path, dir.mode))
	}
	return all
}

// sweep removes what a crash left half written. The lock must be held.
func (f folder) sweep() error {
	dirs := []string{f.path(), f.issuers(), f.statuses(), f.allocated(), f.pending(), f.sealing()}
	entries, all := os.ReadDir(f.passes())
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(f.passes(), e.Name()))
		}
	}
	for _, dir := range dirs {
		all = errors.Join(all, durable.Sweep(dir))
	}
	return all
}

// read reads a file of a known largest size.
func read(path string, largest int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > largest {
		return nil, fmt.Errorf("%w: %s has %d bytes", ErrDamaged, path, info.Size())
	}
	return os.ReadFile(path)
}
