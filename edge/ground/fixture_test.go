package ground

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quick is a disk for tests that write much and cut no power inside a change: it
// waits for no platter.
type quick struct{}

func (quick) Write(path string, data []byte, mode fs.FileMode) error {
	if err := os.WriteFile(path+".new", data, mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (quick) Remove(path string) error { return os.RemoveAll(path) }

func (quick) Folder(path string, mode fs.FileMode) error { return os.MkdirAll(path, mode) }

// clock is a machine's clocks, turned by hand. It is safe for concurrent use.
type clock struct {
	mu   sync.Mutex
	wall time.Time
	boot string
	up   time.Duration
}

func (c *clock) Read() (timekeeper.Reading, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return timekeeper.Reading{Wall: c.wall, Boot: c.boot, Up: c.up}, nil
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.wall }

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall, c.up = c.wall.Add(d), c.up+d
}

func (c *clock) turn(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.wall = c.wall.Add(d) }

func (c *clock) reboot() { c.mu.Lock(); defer c.mu.Unlock(); c.boot, c.up = c.boot+"b", time.Second }

// world is a site and one door of it.
type world struct {
	t     testing.TB
	clock *clock
	site  *edgetest.Site
	dir   string
	disk  durable.Files
	log   *slog.Logger // nil for none
	fetch int          // how many objects were fetched
	// cannotAsk is why movements cannot be seen; nil if they can.
	cannotAsk error
	// ledger is the site's; nil if it has none.
	ledger ledger.Source
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		t: t, dir: filepath.Join(t.TempDir(), "door"), disk: durable.Disk{}, site: edgetest.New(t),
		clock: &clock{wall: time.Now().UTC().Truncate(time.Second), boot: "a", up: time.Hour},
	}
	w.site.Now = w.clock.now
	return w
}

// join makes the door in its folder.
func (w *world) join(address string) *world {
	w.t.Helper()
	f, err := state.Open(w.dir, w.disk)
	must(w.t, err)
	must(w.t, f.Join(w.site.Identity(address)))
	must(w.t, f.Close())
	return w
}

func (w *world) config() config.Config {
	c := config.Default()
	c.State, c.TPM, c.Kiosk.Hosts = w.dir, "off", []string{"door.local"}
	return c
}

func (w *world) open() (*Ground, error) {
	return Open(w.config(), Options{Disk: w.disk, Clock: w.clock, Log: w.log, Models: []pass.ModelID{edgetest.Model(), {8}}, CannotAsk: w.cannotAsk})
}

// start opens the door, which ends with the test if nobody closes it before.
func (w *world) start() *Ground {
	w.t.Helper()
	g, err := w.open()
	must(w.t, err)
	w.t.Cleanup(func() { g.folder.Close() })
	return g
}

// cut is what a power cut leaves of a door.
func cut(g *Ground) { g.folder.Close() }

func (w *world) take(g *Ground, data []byte) error {
	return g.take(w.t.Context(), data, w.ledger, func(o bundleObject) ([]byte, error) {
		w.fetch++
		return w.site.Object(o)
	})
}

// judge judges a pass at the door.
func judge(t testing.TB, g *Ground, text string) error {
	t.Helper()
	p, err := pass.Parse(text)
	must(t, err)
	b := g.Basis()
	if !b.PlainOK {
		return &pass.Refusal{Reason: pass.ReasonBundleExpired}
	}
	_, err = p.Verify(b.Trust, b.Zone, g.Now())
	return err
}

func wantReason(t testing.TB, what string, err error, want pass.Reason) {
	t.Helper()
	if got, ok := pass.ReasonOf(err); !ok || got != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// files lists all files of the door, with what is in them and when they were
// written.
func (w *world) files() map[string]string {
	w.t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || e.IsDir() {
			return errors.Join(err)
		}
		data, err := os.ReadFile(path)
		all[path] = info.Mode().String() + info.ModTime().String() + string(data)
		return err
	})
	must(w.t, err)
	return all
}
