package site

import (
	"crypto/rand"
	"os"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/record"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Office is the controller's and the station's side of a site, held by one
// process at a time.
type Office struct {
	Config Config
	f      folder
	disk   Disk
	lock   *os.File
	now    func() time.Time
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

// SealingKey returns the key of the epoch, making it where there is none, and
// removes those of which the last pass has expired. The caller wipes it.
func (o *Office) SealingKey() (pass.SealingKey, error) {
	ids, err := keyIDs(o.f.sealing())
	if err != nil {
		return pass.SealingKey{}, err
	}
	now := o.now()
	var best epoch
	for _, id := range ids {
		e, err := o.f.readSealing(id)
		if err == nil && now.After(e.last()) {
			err = o.retire(id, e.last())
		}
		if err != nil {
			e.key.Wipe()
			best.key.Wipe()
			return pass.SealingKey{}, err
		}
		if !now.Before(e.begins) && now.Before(e.ends) && e.begins.After(best.begins) {
			best, e = e, best
		}
		e.key.Wipe()
	}
	if best.begins.IsZero() {
		tell := func(id pass.KeyID) error { return tellOfKey(o.record(), now, id) }
		if best, err = o.f.makeSealing(o.disk, rand.Reader, now, tell); err != nil {
			return pass.SealingKey{}, err
		}
	}
	return best.key, nil
}

// grace is for how long the record has to say that the last pass of a sealing
// key has expired before the key is removed.
const grace = 30 * 24 * time.Hour

// retire removes a sealing key whose last pass expired at a time. A clock alone
// is not believed, because a key that a wrong one removed is gone for good, and
// with it each pass under it: since that time, by the dates in the record, a
// month must have passed in which no entry went back before it.
func (o *Office) retire(id pass.KeyID, last time.Time) error {
	f, err := os.Open(o.f.record())
	if err != nil {
		return err
	}
	defer f.Close()
	var since time.Time
	_, err = record.Verify(f, func(e record.Entry) {
		switch {
		case !e.At.After(last):
			since = time.Time{}
		case since.IsZero():
			since = e.At
		}
	})
	if err != nil || since.IsZero() || o.now().Sub(since) < grace {
		return err
	}
	return o.removeKey(id)
}

// removeKey takes a right away: the effect first, then the record.
func (o *Office) removeKey(id pass.KeyID) error {
	if err := o.disk.Remove(o.f.sealingPath(id)); err != nil {
		return err
	}
	return o.record().Site(o.now(), "sealing-key-removed", map[string]string{"sealing-key": id.String()})
}
