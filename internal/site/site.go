// Package site is a site as folders on disk: the controller's half, of which an
// [Office] takes hold to change something and which a [Publisher] makes bundles
// from, and a station's, a [Vault]. The command line has both in one folder;
// processes of their own have one each.
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
//	controller/join/ID.json         codes with which doors and stations join, hashed
//	controller/doors/ID.json        doors and stations that joined
//	controller/pins/NUMBER.json     PINs, worth nothing without a pepper
//	controller/taking/NAME          a mark for each door or PIN that is being taken away
//	controller/refused.json         which secrets of stations are refused since a theft
//	controller/bundle/              the newest bundle, its number and the key that signs it
//	controller/counts/DAY.json      what doors counted, by zone and day
//	station/sealing/ID.pem          the sealing keys; their owner's alone
//	station/peppers/ZONE.pem        what PINs are checked with; their owner's alone
//	station/doors/ID.json           the doors whose fingerprints somebody compared
//
// The command line, judging a pass as a door does, reads site.json, issuers, one
// status list and one sealing key, each by name, so that its cost does not
// depend on how many people have passes, and writes nothing. Whoever has the
// controller's half alone can open no reference and try no PIN.
//
// This package never keeps a picture, a reference (sealed or not), a score, a
// pass, the code of a PIN, or who went where and when. Restoring an old copy of
// the folder brings back the status lists of that day, and with them passes
// revoked since: restore only to revoke everything. Doors notice, because the
// number of the bundle is lower than one they have.
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

func (f folder) config() string      { return f.path("site.json") }
func (f folder) record() string      { return f.path("record.jsonl") }
func (f folder) controller() string  { return f.path("controller") }
func (f folder) issuers() string     { return f.path("controller", "issuers") }
func (f folder) issuingKey() string  { return f.path("controller", "issuing-key.pem") }
func (f folder) lock() string        { return f.path("controller", "lock") }
func (f folder) pending() string     { return f.path("controller", "pending") }
func (f folder) passes() string      { return f.path("controller", "passes") }
func (f folder) allocated() string   { return f.path("controller", "allocated") }
func (f folder) statuses() string    { return f.path("controller", "status") }
func (f folder) join() string        { return f.path("controller", "join") }
func (f folder) members() string     { return f.path("controller", "doors") }
func (f folder) pins() string        { return f.path("controller", "pins") }
func (f folder) taking() string      { return f.path("controller", "taking") }
func (f folder) refused() string     { return f.path("controller", "refused.json") }
func (f folder) bundles() string     { return f.path("controller", "bundle") }
func (f folder) counts() string      { return f.path("controller", "counts") }
func (f folder) addressFile() string { return f.path("controller", "address") }
func (f folder) station() string     { return f.path("station") }

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
	} {
		all = errors.Join(all, durable.Disk{}.Folder(dir.path, dir.mode))
	}
	return errors.Join(all, f.laterFolders())
}

// laterFolders makes those that sites of the first version do not have.
func (f folder) laterFolders() error {
	return ensure(f.join(), f.members(), f.pins(), f.taking(), f.bundles(), filepath.Join(f.bundles(), "pins"), f.counts())
}

// ensure makes folders that are for their owner only, where they are missing.
func ensure(dirs ...string) (all error) {
	for _, dir := range dirs {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, durable.Disk{}.Folder(dir, 0o700))
		}
	}
	return all
}

// sweep removes what a crash left half written. The lock must be held.
func (f folder) sweep() error {
	dirs := []string{f.path(), f.issuers(), f.statuses(), f.allocated(), f.pending(), f.controller(), f.join(), f.members(), f.pins(), f.taking(), f.counts()}
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
