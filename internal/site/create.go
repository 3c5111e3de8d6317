package site

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// Create makes a site in a folder that is empty or not there, with the halves of
// the controller and of a station. It fills in c.Format and c.ID. site.json
// comes last: without it the folder is not a site, whatever else was made. It
// fails with [ErrExists] or [ErrConfig].
func Create(dir string, c Config, now time.Time) (Config, error) {
	return CreateIn(dir, "", c, now, true)
}

// CreateController is [Create] without the half of a station: the stations of
// this site have folders of their own, see [OpenVault].
func CreateController(dir string, c Config, now time.Time) (Config, error) {
	return CreateIn(dir, "", c, now, false)
}

// CreateIn is [Create] with a database elsewhere, as [store.Open] takes its
// address, in which there is no site yet; an empty one is a file in the folder.
func CreateIn(dir, database string, c Config, now time.Time, station bool) (Config, error) {
	id, err := pass.NewSiteID(rand.Reader)
	if err != nil {
		return Config{}, err
	}
	c.Format, c.ID = Format, id
	if err := c.valid(); err != nil {
		return Config{}, err
	}
	made, err := claim(dir)
	if err != nil {
		return Config{}, err
	}
	if err := fill(folder(dir), database, c, now, station); err != nil {
		return Config{}, errors.Join(err, clean(dir, made))
	}
	return c, nil
}

// claim makes the folder its caller's, and returns whether it made it; if it is
// there it must be empty. Making the folder of the controller is what decides
// between two who try at once, because only one can: who fails has made nothing
// and may remove nothing.
func claim(dir string) (made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return false, err
	}
	err = os.Mkdir(dir, 0o755)
	if made = err == nil; !made && !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	if err := empty(dir); err != nil {
		return false, err
	}
	err = os.Mkdir(folder(dir).controller(), 0o755)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%w: somebody else is making a site in %s", ErrExists, dir)
	}
	if err != nil {
		return false, err
	}
	return made, nil
}

// empty fails with [ErrExists] if there is anything in a folder.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return err
	}
	if _, err := os.Stat(folder(dir).config()); err == nil {
		return fmt.Errorf("%w: %s is a site; choose another folder", ErrExists, dir)
	}
	return fmt.Errorf("%w: %s is not empty; choose another folder", ErrExists, dir)
}

// clean leaves a folder as claim found it. The claim is given up last; from then
// on the folder may be somebody else's, so that it is removed only if empty.
func clean(dir string, made bool) error {
	entries, all := os.ReadDir(dir)
	claimed := folder(dir).controller()
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); path != claimed {
			all = errors.Join(all, os.RemoveAll(path))
		}
	}
	all = errors.Join(all, os.RemoveAll(claimed))
	if made && all == nil {
		_ = os.Remove(dir) // fails if it is somebody else's by now
	}
	return all
}

func fill(f folder, database string, c Config, now time.Time, station bool) (err error) {
	disk := durable.Disk{}
	if err := errors.Join(f.folders(), disk.Folder(string(f), 0o755)); err != nil {
		return err
	}
	if database != "" {
		if err := SetDatabase(string(f), database); err != nil {
			return err
		}
	}
	key, err := f.makeIssuingKey(disk, rand.Reader)
	if err == nil {
		err = f.makeLedgerKey(disk)
	}
	if err == nil {
		err = keeper.Create(context.Background(), f.ledger())
	}
	if err != nil {
		return err
	}
	o, err := openStore(context.Background(), f, disk, func() time.Time { return now })
	if err != nil {
		return err
	}
	o.Config = c
	if err := o.found(key); err != nil {
		return errors.Join(err, o.abandon())
	}
	if station {
		if err := o.firstKey(); err != nil {
			return errors.Join(err, o.abandon())
		}
	}
	return o.Close() // which shows site.json
}

// found writes a site into its database, and has the ledger begin with it.
func (o *Office) found(key *ecdsa.PrivateKey) error {
	id, err := pass.KeyIDOf(&key.PublicKey)
	if err != nil {
		return err
	}
	data, err := Encode(o.Config)
	if err != nil {
		return err
	}
	details := map[string]string{"site": o.Config.ID.String(), "name": o.Config.Name, "issuing-key": id.String()}
	if o.Config.Demo {
		details["demo"] = "yes"
	}
	err = o.take(context.Background(), func(tx *store.Tx) ([]store.QueueID, error) {
		queued, _, err := o.tell(tx, Operator, "site-created", details)
		if err == nil {
			err = tx.CreateSite(store.SiteRow{ID: o.Config.ID, Demo: o.Config.Demo, Config: data})
		}
		if err == nil {
			err = tx.AddList(0, o.now().Unix())
		}
		return []store.QueueID{queued}, err
	})
	if errors.Is(err, store.ErrConflict) {
		err = fmt.Errorf("%w: there is a site in this database", ErrExists)
	}
	return err
}

// abandon closes an office of a site that comes to nothing.
func (o *Office) abandon() error {
	o.stopKeeping()
	return o.store.Close()
}

// firstKey makes the station's half, with a sealing key.
func (o *Office) firstKey() error {
	v, err := openVault(o.f.station(), o.Config.ID, o.disk, officeLedger{o}, o.now)
	if err != nil {
		return err
	}
	defer v.Close()
	key, err := v.SealingKey()
	key.Wipe()
	return err
}
