package site

import (
	"crypto/rand"
	"errors"
	"os"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/record"
	"github.com/facelatch/facelatch/issue"
)

// Office is the controller's half of a site, held by one process at a time. It
// is not safe for concurrent use.
type Office struct {
	Config Config
	f      folder
	disk   Disk
	lock   *os.File
	now    func() time.Time
	// unfinished is why something that was being taken away, when a program
	// stopped, is not recorded yet. It keeps anything from being given.
	unfinished error
}

// OpenOffice waits for its turn and takes hold of a site until Close.
func OpenOffice(dir string, now func() time.Time) (*Office, error) {
	return openOffice(dir, durable.Disk{}, now)
}

func openOffice(dir string, disk Disk, now func() time.Time) (*Office, error) {
	config, err := Read(dir)
	if err != nil {
		return nil, err
	}
	o := &Office{Config: config, f: folder(dir), disk: disk, now: now}
	if o.lock, err = o.f.acquire(); err != nil {
		return nil, err
	}
	if err := errors.Join(o.f.mustSayDemo(config), o.f.laterFolders()); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	o.unfinished = o.finishTaking()
	return o, nil
}

// Close lets others have their turn.
func (o *Office) Close() error { return o.lock.Close() }

// Controller reads the issuing key and starts a controller, which finishes what
// was interrupted and sweeps up what was left half written.
func (o *Office) Controller() (*issue.Controller, error) {
	key, err := o.f.readIssuingKey()
	if err != nil {
		return nil, err
	}
	if err := o.f.mustBeIssuer(&key.PublicKey); err != nil {
		return nil, err
	}
	return issue.Start(issue.Parts{
		Policy: o.Config.Issuing(), Key: key, Rand: rand.Reader, Now: o.now,
		Dockets: dockets{o.f, o.disk},
		Lists:   newLists(o.f, o.disk, key),
		Record:  o.record(),
	})
}

func (o *Office) record() record.Log { return record.Log{Path: o.f.record(), Disk: o.disk} }

// Tell records an act about the site, in clear. What is to be recorded must not
// be done if it fails.
func (o *Office) Tell(act string, details map[string]string) error {
	if o.unfinished != nil {
		return o.unfinished
	}
	return o.record().Site(o.now(), act, details)
}
