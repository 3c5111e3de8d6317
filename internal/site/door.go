package site

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Door is what a door reads of a site: public files, and the one sealing key
// that a pass names. It writes nothing and takes no lock.
type Door struct {
	Config Config
	f      folder
	keys   map[pass.KeyID]*ecdsa.PublicKey
}

// OpenDoor reads what a door needs to judge a pass.
func OpenDoor(dir string) (*Door, error) {
	config, err := Read(dir)
	if err != nil {
		return nil, err
	}
	d := &Door{Config: config, f: folder(dir)}
	d.keys, err = d.f.readIssuers()
	return d, err
}

// Trust is what the door believes.
func (d *Door) Trust() pass.Trust {
	return pass.Trust{Site: d.Config.ID, Keys: d.keys, Status: d, Location: d.Config.Location()}
}

// Status is a method of [pass.Statuses]. It reads the one list that is asked
// for, anew each time.
func (d *Door) Status(uri string, index uint32, at time.Time) (statuslist.Status, error) {
	list, err := strconv.ParseUint(strings.TrimPrefix(uri, "fl:"), 10, 32)
	if err != nil || pass.StatusURI(uint32(list)) != uri {
		return statuslist.Invalid, fmt.Errorf("%w: %q", statuslist.ErrNoList, uri)
	}
	token, err := readToken(d.f.status(uint32(list)), d.keys, uri, at)
	if err != nil {
		return statuslist.Invalid, err
	}
	return token.Status(index, at)
}

// SealingKeys returns the sealing key with an id, alone, or none if the site
// has no such key. It fails with [ErrNoKey] where the site has none at all. The
// caller wipes it.
func (d *Door) SealingKeys(id pass.KeyID) (pass.SealingKeys, error) {
	e, err := d.f.vault().readSealing(id)
	if err == nil {
		return pass.SealingKeys{id: e.key}, nil
	}
	if !errors.Is(err, ErrNoKey) {
		return nil, err
	}
	others, err := keyIDs(d.f.vault().sealing())
	if err != nil {
		return nil, err
	}
	if len(others) == 0 {
		return nil, fmt.Errorf("%w: there is no sealing key in %s", ErrNoKey, d.f.vault().sealing())
	}
	return nil, nil
}
