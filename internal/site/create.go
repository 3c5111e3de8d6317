package site

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/record"
	"github.com/facelatch/facelatch/pass"
)

// Create makes a site in a folder that is empty or not there, with the halves of
// the controller and of a station. It fills in c.Format and c.ID. site.json
// comes last: without it the folder is not a site, whatever else was made. It
// fails with [ErrExists] or [ErrConfig].
func Create(dir string, c Config, now time.Time) (Config, error) {
	return create(dir, c, now, true)
}

// CreateController is [Create] without the half of a station: the stations of
// this site have folders of their own, see [OpenVault].
func CreateController(dir string, c Config, now time.Time) (Config, error) {
	return create(dir, c, now, false)
}

func create(dir string, c Config, now time.Time, station bool) (Config, error) {
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
	if err := fill(folder(dir), c, now, station); err != nil {
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

func fill(f folder, c Config, now time.Time, station bool) error {
	disk := durable.Disk{}
	if err := errors.Join(f.folders(), disk.Folder(string(f), 0o755)); err != nil {
		return err
	}
	for path, mode := range map[string]fs.FileMode{f.record(): public, f.lock(): secret} {
		if err := disk.Create(path, nil, mode); err != nil {
			return err
		}
	}
	key, err := f.makeIssuingKey(disk, rand.Reader)
	if err != nil {
		return err
	}
	id, err := pass.KeyIDOf(&key.PublicKey)
	if err != nil {
		return err
	}
	log := record.Log{Path: f.record(), Disk: disk}
	details := map[string]string{"site": c.ID.String(), "name": c.Name, "issuing-key": id.String()}
	if c.Demo {
		details[demoDetail] = "yes"
	}
	if err := log.Site(now, createdAct, details); err != nil {
		return err
	}
	if err := newLists(f, disk, key).begin(0, now); err != nil {
		return err
	}
	if station {
		if err := firstKey(f, c.ID, log, now); err != nil {
			return err
		}
	}
	data, err := c.encode()
	if err != nil {
		return err
	}
	return disk.Create(f.config(), data, public)
}

// firstKey makes the station's half, with a sealing key.
func firstKey(f folder, site pass.SiteID, log record.Log, now time.Time) error {
	v, err := openVault(f.station(), site, durable.Disk{}, logLedger{log}, func() time.Time { return now })
	if err != nil {
		return err
	}
	defer v.Close()
	key, err := v.SealingKey()
	key.Wipe()
	return err
}
