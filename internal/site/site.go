// Package site is a site: the controller's half, an [Office], which keeps what it
// has to remember in a database and its keys in a folder, and from which a
// [Publisher] makes bundles; and a station's half, a [Vault], which is a folder.
// The command line has both in one folder; processes of their own have one each.
//
//	site.json                       what the site is; public
//	controller/issuers/ID.pem       the public keys that passes are signed with; public
//	controller/status/N.cwt         the signed status lists; public
//	notices/                        what people agreed to, and agree to now; public
//	ledger/                         what its operator did; see package keeper
//	controller/site.db              the database, unless it is elsewhere
//	controller/database             where it is then
//	controller/issuing-key.pem      the key that passes are signed with; its owner's alone
//	controller/ledger-key.pem       the key that the ledger's checkpoints are signed with
//	controller/bundle/              the key that signs bundles
//	station/sealing/ID.pem          the sealing keys; their owner's alone
//	station/peppers/ZONE.pem        what PINs are checked with; their owner's alone
//	station/doors/ID.json           the doors whose fingerprints somebody compared
//	station/over.json               since when sealing keys are not needed, if some are not
//
// What counts is in the database: the configuration, the places that were ever
// given away, a docket for each pass, doors, stations and the codes with which
// they join, PINs, counts, the newest bundles, and the queue of the ledger. Public
// files are written from it. What gives a right is recorded in the ledger first;
// what takes one away takes effect at once, and its record is queued in the same
// transaction. Any number of processes may be at work.
//
// The command line, judging a pass as a door does, reads site.json, issuers, one
// status list and one sealing key, each by name, so that its cost does not
// depend on how many people have passes, and writes nothing. Whoever has the
// controller's half alone can open no reference and try no PIN.
//
// This package never keeps a picture, a reference (sealed or not), a score, a
// pass, the code of a PIN, or who went where and when. Restoring an old copy of
// the database brings back the status lists of that day, and with them passes
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
)

var (
	// ErrNotASite is returned for a folder that is not a site.
	ErrNotASite = errors.New("not a site: facelatch site init makes one")
	// ErrNotWhole is returned for a site of which a part is gone.
	ErrNotWhole = errors.New("not whole")
	// ErrExists is returned for making a site where something is already.
	ErrExists = errors.New("there is something in this folder already")
	// ErrConfig is returned for a site.json that cannot be used; the message
	// names the field.
	ErrConfig = errors.New("not a usable site.json")
	// ErrNoKey is returned when a key is not there.
	ErrNoKey = errors.New("the key is missing")
	// ErrExposed is returned for a secret key in a file that others may read.
	ErrExposed = errors.New("others than the owner can read this key")
	// ErrBusy is returned when somebody else is at work at a station for long.
	ErrBusy = errors.New("somebody else is at work at this station; try again")
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

func (f folder) config() string       { return f.path("site.json") }
func (f folder) ledger() string       { return f.path("ledger") }
func (f folder) controller() string   { return f.path("controller") }
func (f folder) database() string     { return f.path("controller", "site.db") }
func (f folder) databaseFile() string { return f.path("controller", "database") }
func (f folder) issuers() string      { return f.path("controller", "issuers") }
func (f folder) issuingKey() string   { return f.path("controller", "issuing-key.pem") }
func (f folder) ledgerKey() string    { return f.path("controller", "ledger-key.pem") }
func (f folder) statuses() string     { return f.path("controller", "status") }
func (f folder) bundles() string      { return f.path("controller", "bundle") }
func (f folder) bundleKey() string    { return f.path("controller", "bundle", "signing-key.pem") }
func (f folder) ticketKey() string    { return f.path("controller", "ticket-key.pem") }
func (f folder) addressFile() string  { return f.path("controller", "address") }
func (f folder) station() string      { return f.path("station") }

func (f folder) status(list uint32) string {
	return filepath.Join(f.statuses(), fmt.Sprintf("%d.cwt", list))
}

// folders makes the folders of a new site.
func (f folder) folders() error {
	disk := durable.Disk{}
	return errors.Join(disk.Folder(f.issuers(), 0o755), disk.Folder(f.statuses(), 0o755), f.laterFolders())
}

// laterFolders makes those that may be missing.
func (f folder) laterFolders() error {
	err := ensure(f.bundles())
	if _, missing := os.Stat(f.path("notices")); isNew(missing) {
		err = errors.Join(err, durable.Disk{}.Folder(f.path("notices"), 0o755))
	}
	return err
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
