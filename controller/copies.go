package controller

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
)

// copies writes what doors fetch as files, under the paths that the controller has
// it at, so that any web server can serve it too. What only the doors of one zone
// may have is not among it. It is used by the goroutine of Serve alone.
type copies struct {
	dir    string
	disk   durable.Disk
	number uint64              // of the bundle that was written last
	named  map[string]struct{} // the objects of that one
}

// write writes what a bundle names, then the bundle, and then removes what neither
// it nor the one before names: whoever fetches in this order finds everything,
// whenever it is interrupted. It does nothing where the bundle is written already,
// or where dir is empty.
func (c *copies) write(p *site.Published) error {
	if c.dir == "" || c.number == p.Number {
		return nil
	}
	objects := filepath.Join(c.dir, filepath.FromSlash(doorapi.PathObjects))
	if err := os.MkdirAll(objects, 0o755); err != nil {
		return err
	}
	named := make(map[string]struct{})
	for hash, o := range p.Objects {
		if o.Zone != "" {
			continue
		}
		name := hex.EncodeToString(hash[:])
		named[name] = struct{}{}
		path := filepath.Join(objects, name)
		if _, err := os.Stat(path); err == nil {
			continue // what a hash names does not change
		}
		if err := c.disk.Write(path, o.Data, 0o644); err != nil {
			return err
		}
	}
	if err := c.disk.Write(filepath.Join(c.dir, filepath.FromSlash(doorapi.PathBundle)), p.Bundle, 0o644); err != nil {
		return err
	}
	keep := maps.Clone(named)
	maps.Copy(keep, c.named)
	c.number, c.named = p.Number, named
	return c.drop(objects, keep)
}

// spread makes a bundle known: to doors that wait, and as files. Doors hear of it
// whether or not it can be written.
func (s *Controller) spread(p *site.Published) {
	s.news.set(p)
	if err := s.copies.write(p); err != nil {
		s.ahead.say(s.say, "the copies for other web servers are out of date: "+err.Error())
	}
}

// drop removes objects that nobody will ask for any more, also those that a crash
// left.
func (c *copies) drop(dir string, keep map[string]struct{}) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, wanted := keep[f.Name()]; wanted {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
