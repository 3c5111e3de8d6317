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

// Create makes a site in a folder that is empty or not there. It fills in
// c.Format and c.ID. site.json comes last: without it the folder is not a site,
// whatever else was made. It fails with [ErrExists] or [ErrConfig].
func Create(dir string, c Config, now time.Time) (Config, error) {
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
	if err := fill(folder(dir), c, now); err != nil {
		return Config{}, errors.Join(err, clean(dir, made))
	}
	return c, nil
}

// claim returns whether it made the folder; if it is there it must be empty.
func claim(dir string) (made bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, durable.Disk{}.Folder(dir, 0o755)
	case err != nil:
		return false, err
	case len(entries) > 0:
		if _, err := os.Stat(folder(dir).config()); err == nil {
			return false, fmt.Errorf("%w: %s is a site; choose another folder", ErrExists, dir)
		}
		return false, fmt.Errorf("%w: %s is not empty; choose another folder", ErrExists, dir)
	}
	return false, nil
}

// clean leaves a folder as claim found it.
func clean(dir string, made bool) error {
	if made {
		return os.RemoveAll(dir)
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

func fill(f folder, c Config, now time.Time) error {
	disk := durable.Disk{}
	if err := f.folders(); err != nil {
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
	if err := log.Site(now, "site-created", details); err != nil {
		return err
	}
	if err := newLists(f, disk, key).begin(0, now); err != nil {
		return err
	}
	e, err := f.makeSealing(disk, rand.Reader, now, func(id pass.KeyID) error { return tellOfKey(log, now, id) })
	if err != nil {
		return err
	}
	e.key.Wipe()
	data, err := c.encode()
	if err != nil {
		return err
	}
	return disk.Create(f.config(), data, public)
}

// tellOfKey records that a sealing key was made.
func tellOfKey(log record.Log, now time.Time, id pass.KeyID) error {
	return log.Site(now, "sealing-key-made", map[string]string{"sealing-key": id.String()})
}
