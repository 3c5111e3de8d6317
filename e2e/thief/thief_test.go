package thief

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

// TestThief has people live at a site for a while, and then copies whole disks as a
// thief would: the controller's, with its database, its logs and its backups, and
// one door's. What the site's public page says of a thief is held to what is found.
func TestThief(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		burgle(t, nil)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		burgle(t, pgtest.Start(t))
	})
}

func burgle(t *testing.T, server *pgtest.Server) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	e := newEstate(t, ctx, server)
	must(t, e.door.UpToDate(ctx))
	e.Backup()
	passed := e.live()
	if server == nil || testenv.Count(0, 1) == 1 { // what PostgreSQL has is much
		e.controllerHas(steal(t, e.disks()...), passed, false)
		e.doorHas(steal(t, e.Door), passed)
	}
	e.dayEnds()
	e.Backup()
	office, door := e.raid()
	e.controllerHas(office, passed, true)
	e.doorHas(door, passed)
	e.publish(office, door)
}

// disks are the folders of the controller's machine.
func (e *estate) disks() []string {
	if e.server == nil {
		return []string{e.Controller}
	}
	return []string{e.Controller, e.server.Dir()}
}

// live lets people come in, at seconds in which nobody does anything else, and sees
// to it that no file is written more often than while nobody comes.
func (e *estate) live() moments {
	e.t.Helper()
	page, err := e.door.Connect(e.ctx)
	must(e.t, err)
	film, holder := rigtest.Film(page, nil), e.holder()
	defer func() { film.Stop(); page.Close() }()
	e.settle()
	quiet := watch(4*time.Second, append(e.disks(), e.Door)...)
	var passed moments
	busy := watch(0, append(e.disks(), e.Door)...)
	passed = e.entries(page, film, holder)
	changed := busy()
	for path, n := range changed {
		// A file of a beat may beat once more in one of two windows than in the other.
		if before := quiet()[path]; n > before+1 && !strings.HasPrefix(path, e.pgDir()) {
			e.t.Errorf("%s was written %d times while people came by, and %d times while nobody did", path, n, before)
		}
	}
	e.t.Logf("while people passed (%d s) these files changed: %v; and while nobody did: %v", passed.to-passed.from, names(changed), names(quiet()))
	time.Sleep(1100 * time.Millisecond) // what is done next is done in another second
	return passed
}

// settle waits until whatever was done before is written.
func (e *estate) settle() {
	e.t.Helper()
	var left map[string]int
	for range 30 {
		left = watch(2*time.Second, append(e.disks(), e.Door)...)()
		maps.DeleteFunc(left, func(path string, _ int) bool {
			return isExcused(path, clockwork()) || strings.HasPrefix(path, e.pgDir())
		})
		if len(left) == 0 {
			return
		}
	}
	e.t.Errorf("these files are written all the time, though nobody does anything: %v", names(left))
}

// pgDir is where PostgreSQL writes statistics of its own, by a beat of its own.
func (e *estate) pgDir() string {
	if e.server == nil {
		return "no folder"
	}
	return e.server.Dir()
}

func names(files map[string]int) (all []string) {
	for path := range files {
		all = append(all, filepath.Base(path))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// watch counts how often files change below some folders: for a time if one is
// given, or else until the counts are asked for.
func watch(d time.Duration, dirs ...string) (counted func() map[string]int) {
	done, ended := make(chan struct{}), make(chan struct{})
	changes := map[string]int{}
	go func() {
		defer close(ended)
		last := map[string]time.Time{}
		for first := true; ; first = false {
			for _, dir := range dirs {
				look(dir, first, last, changes)
			}
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	stop := sync.OnceFunc(func() { close(done); <-ended })
	if d > 0 {
		time.Sleep(d)
		stop()
	}
	return func() map[string]int { stop(); return changes }
}

// look counts what has changed since it was looked at last.
func look(dir string, first bool, last map[string]time.Time, changes map[string]int) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it may have been removed meanwhile
		}
		if info, err := d.Info(); err == nil {
			if !info.ModTime().Equal(last[path]) && !first {
				changes[path]++
			}
			last[path] = info.ModTime()
		}
		return nil
	})
}

// dayEnds sends the door's clock ahead, past midnight, when it tells the controller
// how many came: rounded.
func (e *estate) dayEnds() {
	e.t.Helper()
	there, err := time.LoadLocation(earlyThere(time.Now()))
	must(e.t, err)
	day := time.Now().In(there).Format(time.DateOnly)
	start := time.Now()
	must(e.t, e.apart.Advance(e.ctx, 24*time.Hour))
	e.t.Logf("a day went by in %v", time.Since(start).Round(time.Second))
	db := e.open(e.database(e.Site()))
	var counts []store.CountRow
	for end := time.Now().Add(time.Minute); len(counts) == 0 && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		must(e.t, e.apart.Advance(e.ctx, time.Minute)) // for its next errand
		must(e.t, db.Read(e.ctx, func(tx *store.Tx) (err error) {
			counts, err = tx.Counts(day, day)
			return err
		}))
	}
	must(e.t, db.Close())
	if len(counts) == 0 {
		e.t.Errorf("the door never told its counts: %s", e.doorLog())
	}
	for _, c := range counts {
		if c.Least != 1 || c.Most != 4 {
			e.t.Errorf("%s in the zone %s: %d to %d, and not 1 to 4", c.Reason, c.Zone, c.Least, c.Most)
		}
	}
}

// doorLog is what the door has said.
func (e *estate) doorLog() string {
	data, err := os.ReadFile(filepath.Join(e.Door, "log", "door.log"))
	must(e.t, err)
	return string(data)
}

// database is the address of the database of a site in a folder.
func (e *estate) database(dir string) string {
	e.t.Helper()
	if e.server == nil {
		return filepath.Join(dir, "controller", "site.db")
	}
	text, err := os.ReadFile(filepath.Join(dir, "controller", "database"))
	must(e.t, err)
	return strings.TrimSpace(string(text))
}

func (e *estate) open(url string) *store.Store {
	e.t.Helper()
	db, err := store.Open(e.ctx, url)
	must(e.t, err)
	return db
}

// raid cuts the power of everything at once and takes the disks. The database is
// then read as well, on a machine of the thief's.
func (e *estate) raid() (office, door *loot) {
	e.t.Helper()
	e.Served.Kill()
	if e.server != nil {
		e.server.Kill()
	}
	must(e.t, e.apart.Kill())
	office, door = steal(e.t, e.disks()...), steal(e.t, e.Door)
	at := filepath.Join(e.t.(*testing.T).TempDir(), "copy")
	must(e.t, os.CopyFS(at, os.DirFS(e.Site())))
	if e.server != nil {
		e.server.Restart()
	}
	office.dump(e, e.database(at))
	return office, door
}

// dump reads all rows of a database.
func (l *loot) dump(e *estate, url string) {
	e.t.Helper()
	db := e.open(url)
	defer db.Close()
	must(e.t, db.Read(e.ctx, func(tx *store.Tx) error {
		tables, err := tx.Tables()
		for _, table := range tables {
			err := tx.Rows(table, func(values []any) error {
				for i, v := range values {
					name := table.Name + "." + table.Columns[i].Name
					switch v := v.(type) {
					case int64:
						l.pieces = append(l.pieces, piece{name: "database: ", column: name, number: v})
					case string:
						l.add("database: "+name, []byte(v))
					case []byte:
						l.add("database: "+name, slices.Clone(v))
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return err
	}))
}

// never reports what should not have been found.
func (e *estate) never(where string, found []finding) {
	e.t.Helper()
	e.found += len(found)
	for i, f := range found {
		if i == 20 {
			e.t.Errorf("%s: and %d more", where, len(found)-i)
			return
		}
		e.t.Errorf("%s: %s, in %s", where, f.what, f.where)
	}
}

// insider is a thief who lives there, and has a face pass and a PIN.
func (e *estate) insider() insider {
	e.t.Helper()
	p, err := pass.Parse(e.faces[1])
	must(e.t, err)
	in := insider{pass: p, trust: e.trust, code: e.codes[0], zone: rigtest.Zone}
	for _, entry := range e.pins().Entries {
		if entry.Number == e.numbers[0] {
			in.entry = entry
		}
	}
	if in.entry.Number == "" {
		e.t.Fatal("the PIN is not there")
	}
	return in
}

// pins is the object of PINs that the door holds.
func (e *estate) pins() *bundle.PINs {
	e.t.Helper()
	files, err := filepath.Glob(filepath.Join(e.door.State, "objects", "*"))
	must(e.t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(e.t, err)
		if p, err := bundle.VerifyPINs(data, e.trust.Keys, e.trust.Site, rigtest.Zone); err == nil {
			return p
		}
	}
	e.t.Fatal("the door has no PINs")
	return nil
}

// clockwork are parts of names whose times come from a clock, and from nobody who
// passed.
func clockwork() map[string]string {
	return map[string]string{
		"mark.json":       "a door saves the time every minute",
		"/door/state$":    "the folder in which it does",
		"/leases":         "a controller says every few seconds that it is there",
		"site.db":         "the same, in the file of the database; its rows are read apart",
		"/pg_":            "PostgreSQL's own, which notes transactions; its rows are read apart",
		"/base/":          "the same",
		"/global/":        "the same",
		"postmaster":      "the same",
		"/log/checkpoint": "the ledger's log signs its size anew now and then; entries are in other files",
		"/ledger/log$":    "the folder in which it does",
		".state":          "the ledger's log looks every minute whether there is something to tidy up",
	}
}

// controllerHas looks through the controller's disk. It has to be without any of
// what was planted, without a key that opens or checks it, and without a passage.
func (e *estate) controllerHas(l *loot, passed moments, rows bool) {
	e.t.Helper()
	const where = "on the controller's disk"
	e.t.Logf("%s: %v", where, l)
	e.never(where, l.seek(e.needles))
	e.never(where, l.words(aPINCode, e.codes...))
	e.never(where, l.words("a backup's key", "AGE-SECRET-KEY-1"))
	e.never(where, l.keys(e.insider()))
	e.never(where, l.passages(passed, clockwork()))
	if secrets := l.opened(e); len(secrets) > 0 {
		e.found++
		e.t.Errorf("%s is a key that opens what stations sealed to a door", where)
	}
	if rows && !slices.ContainsFunc(l.pieces, func(p piece) bool { return strings.Contains(string(p.data), e.labels[0]) }) {
		e.t.Error("the search does not find the labels, which are there")
	}
}

// doorHas looks through a door's disk.
func (e *estate) doorHas(l *loot, passed moments) {
	e.t.Helper()
	const where = "on the door's disk"
	e.t.Logf("%s: %v", where, l)
	e.never(where, l.seek(e.needles))
	e.never(where, l.words(aPINCode, e.codes...))
	e.never(where, l.words("a label", e.labels...))
	e.never(where, l.passages(passed, clockwork()))
}

// opened are the secrets that can be opened with the keys of doors among the loot.
func (l *loot) opened(e *estate) (all []bundle.Secrets) {
	var ids []pass.DoorID
	for _, p := range l.pieces {
		if p.name == "database: members.id" && len(p.data) == len(pass.DoorID{}) {
			ids = append(ids, pass.DoorID(p.data))
		}
	}
	for _, p := range l.pieces {
		key, err := bundle.ImportDoorKey(p.data)
		if err != nil || !strings.Contains(p.name, "RELAY KEY") {
			continue
		}
		for _, text := range l.pieces {
			for _, id := range ids {
				if len(text.data) < 1100 || len(text.data) > 16<<10 {
					continue
				}
				if s, err := key.OpenSecrets(text.data, e.trust.Site, id); err == nil {
					all = append(all, s)
				}
			}
		}
	}
	return all
}

// together is two loots as one.
func together(all ...*loot) *loot {
	l := &loot{sizes: map[string]int{}}
	for _, each := range all {
		l.pieces, l.files = append(l.pieces, each.pieces...), append(l.files, each.files...)
		maps.Copy(l.sizes, each.sizes)
	}
	return l
}
