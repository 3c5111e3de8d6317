package doctor

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/backup"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/issue"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var noon = time.Date(2027, 3, 8, 12, 0, 0, 0, time.UTC)

// newSite is a site with a pass, a backup and a bundle, that nobody serves.
func newSite(t testing.TB, database string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	_, err := site.CreateIn(dir, database, site.Config{
		Name: "Garden Court", Zones: []string{"front"}, Timezone: "UTC", Policy: site.Policy{PlainDays: 731, Threshold: "fmr-1e-4"},
	}, noon, true)
	must(t, err)
	o := open(t, dir)
	must(t, o.Keep(site.KeepOptions{Interval: time.Second}))
	c, err := o.Controller(t.Context())
	must(t, err)
	made, err := c.Prepare(t.Context(), "desk", issue.Request{Zones: []string{"front"}, NotBefore: noon, Expires: noon.AddDate(0, 6, 0)})
	must(t, err)
	_, err = c.Sign(t.Context(), "desk", issue.ToSign{ID: made[0].ID})
	must(t, err)
	must(t, c.Complete(t.Context(), "desk", made[0].ID))
	p, err := o.Publisher(t.Context(), site.Extras{})
	must(t, err)
	_, _, err = p.Publish(t.Context())
	must(t, err)
	must(t, o.Close())
	must(t, backup.Remember(dir, backup.Note{Made: noon, File: "/backups/a.age"}))
	return dir
}

func open(t testing.TB, dir string) *site.Office {
	t.Helper()
	o, err := site.OpenOffice(dir, func() time.Time { return noon })
	must(t, err)
	return o
}

// examine returns what is said of one thing: the worst of it.
func examine(t testing.TB, dir, what string) Finding {
	t.Helper()
	all, err := Patient{Dir: dir, Home: home.Dir(filepath.Join(t.TempDir(), "none")), Now: noon.Add(time.Hour)}.Examine(t.Context())
	must(t, err)
	order := []State{Good, Look, Wrong}
	worst := Finding{State: Good}
	for _, f := range all {
		if f.What == what && slices.Index(order, f.State) >= slices.Index(order, worst.State) {
			worst = f
		}
		if f.State != Good && f.Do == "" && what != "clock" && f.What != "clock" {
			t.Errorf("%s: nobody is told what to do: %s", f.What, f.Says)
		}
		if strings.Contains(f.Says+f.Do, "\n") {
			t.Errorf("%s: more than a line: %q", f.What, f.Says)
		}
	}
	return worst
}

// TestHealthy: at a site of either database on which nothing is wrong, nothing is
// found wrong.
func TestHealthy(t *testing.T) {
	for name, database := range map[string]string{"sqlite": "", "postgres": pgtest.Shared(t).Database()} {
		t.Run(name, func(t *testing.T) {
			dir := newSite(t, database)
			all, err := Patient{Dir: dir, Home: home.Dir(t.TempDir()), Now: noon.Add(time.Hour)}.Examine(t.Context())
			must(t, err)
			for _, f := range all {
				if f.State == Wrong || f.State == Look && f.What != "clock" && f.What != "models" && f.What != "disk" {
					t.Errorf("%s: %s: %s", f.What, f.State, f.Says)
				}
			}
			for _, what := range []string{"site", "keys", "certificates", "clock", "disk", "models", "database", "queue", "ledger", "doors", "backup"} {
				if !slices.ContainsFunc(all, func(f Finding) bool { return f.What == what }) {
					t.Errorf("nobody looked at the %s", what)
				}
			}
		})
	}
}

// TestIllnesses: each thing that can be wrong is found, as what it is.
func TestIllnesses(t *testing.T) {
	change := func(f func(tx *store.Tx) error) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			o := open(t, dir)
			must(t, o.Store().Change(t.Context(), f))
			must(t, o.Store().Close())
		}
	}
	path := func(dir string, below ...string) string { return filepath.Join(append([]string{dir}, below...)...) }
	for name, c := range map[string]struct {
		harm  func(t *testing.T, dir string)
		what  string
		state State
		says  string
	}{
		"a key that others can read": {func(t *testing.T, dir string) { must(t, os.Chmod(path(dir, "controller", "issuing-key.pem"), 0o640)) }, "keys", Wrong, "others"},
		"a station's key that others can read": {func(t *testing.T, dir string) {
			keys, err := filepath.Glob(path(dir, "station", "sealing", "*.pem"))
			must(t, err)
			must(t, os.Chmod(keys[0], 0o604))
		}, "keys", Wrong, "others"},
		"the database can be read": {func(t *testing.T, dir string) { must(t, os.Chmod(path(dir, "controller", "site.db"), 0o644)) }, "keys", Wrong, "others"},
		"a key is gone":            {func(t *testing.T, dir string) { must(t, os.Remove(path(dir, "controller", "issuing-key.pem"))) }, "keys", Wrong, "passes are signed"},
		"the key for tickets is damaged": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(path(dir, "controller", "ticket-key.pem"), []byte("x"), 0o600))
		}, "keys", Wrong, "tickets"},
		"the ledger's key is gone": {func(t *testing.T, dir string) { must(t, os.Remove(path(dir, "controller", "ledger-key.pem"))) }, "keys", Wrong, "ledger"},
		"a key is damaged": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(path(dir, "controller", "bundle", "signing-key.pem"), []byte("x"), 0o600))
		}, "keys", Wrong, "bundles"},
		"a crash left a file":     {func(t *testing.T, dir string) { must(t, os.WriteFile(path(dir, ".unfinished-x"), nil, 0o600)) }, "files", Look, "unfinished"},
		"a place nobody knows of": {change(func(tx *store.Tx) error { _, err := tx.TakePlace(0, 7); return firstOf(err, tx.SetPlace(0, 7, 0)) }), "database", Wrong, "no pass was issued"},
		"the database is garbled": {garble, "database", Wrong, "damaged"},
		"the database is gone":    {lose, "database", Wrong, "there is none"},
		"an older database":       {older, "database", Look, "older version, 1"},
		"the queue is long":       {change(func(tx *store.Tx) error { return enqueue(tx, longQueue+1) }), "queue", Wrong, "10001 entries"},
		"something waits":         {change(func(tx *store.Tx) error { return enqueue(tx, 1) }), "queue", Look, "1 entries"},
		"the ledger is gone": {func(t *testing.T, dir string) {
			must(t, os.Rename(path(dir, "ledger", "log"), path(dir, "ledger", "away")))
		}, "ledger", Wrong, ""},
		"the ledger is new": {func(t *testing.T, dir string) {
			must(t, os.RemoveAll(path(dir, "ledger")))
			must(t, keeper.Create(context.Background(), path(dir, "ledger")))
		}, "ledger", Wrong, "it has 0 entries"},
		"an entry was changed": {changeEntry, "ledger", Wrong, ""},
		"no backup":            {func(t *testing.T, dir string) { must(t, os.Remove(path(dir, backup.NoteName))) }, "backup", Look, "none"},
		"an old backup": {func(t *testing.T, dir string) {
			must(t, backup.Remember(dir, backup.Note{Made: noon.AddDate(0, 0, -20)}))
		}, "backup", Look, "20 days"},
		"a door that is silent":  {change(func(tx *store.Tx) error { return tx.PutMember(door("Side door", "approved", -10)) }), "doors", Look, "Side door has sent nothing for 10 days"},
		"a door nobody approved": {change(func(tx *store.Tx) error { return tx.PutMember(door("Side door", "joined", -2)) }), "doors", Look, "nobody has approved"},
		"no site":                {func(t *testing.T, dir string) { must(t, os.Remove(path(dir, "site.json"))) }, "site", Wrong, "not a site"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := newSite(t, "")
			c.harm(t, dir)
			_, before := os.Stat(filepath.Join(dir, "controller", "site.db"))
			f := examine(t, dir, c.what)
			if _, after := os.Stat(filepath.Join(dir, "controller", "site.db")); (before == nil) != (after == nil) {
				t.Error("the doctor made a database")
			}
			if f.State != c.state || !strings.Contains(f.Says, c.says) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func enqueue(tx *store.Tx, n int) error {
	for range n {
		if _, err := tx.Enqueue([]byte("x")); err != nil {
			return err
		}
	}
	return nil
}

func door(name, state string, days int) store.MemberRow {
	return store.MemberRow{
		ID: [8]byte{1}, Kind: "door", Name: name, Zone: "front", TLSKey: []byte{1}, RelayKey: []byte{1}, State: state,
		Joined: noon.AddDate(0, 0, days).Unix(),
	}
}

// garble writes something else over the database.
func garble(t *testing.T, dir string) {
	t.Helper()
	file := filepath.Join(dir, "controller", "site.db")
	for _, end := range []string{"-wal", "-shm"} {
		_ = os.Remove(file + end)
	}
	must(t, os.WriteFile(file, []byte(strings.Repeat("garbled ", 2000)), 0o600))
}

// lose removes the database.
func lose(t *testing.T, dir string) {
	t.Helper()
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(filepath.Join(dir, "controller", "site.db"+end))
	}
}

// older puts a database of the first schema in the place of the site's.
func older(t *testing.T, dir string) {
	t.Helper()
	lose(t, dir)
	s, err := store.OpenEmpty(t.Context(), filepath.Join(dir, "controller", "site.db"), 1)
	must(t, err)
	must(t, s.Close())
}

// changeEntry changes a byte of a published entry.
func changeEntry(t *testing.T, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(filepath.Join(dir, "ledger"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.Contains(path, "entries") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data[len(data)/2] ^= 1
		if err := os.Remove(path); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}))
}

// TestRoom judges free space.
func TestRoom(t *testing.T) {
	for _, c := range []struct {
		free, files, freeFiles uint64
		want                   State
	}{
		{50 << 30, 1 << 20, 1 << 19, Good},
		{500 << 20, 1 << 20, 1 << 19, Look},
		{50 << 20, 1 << 20, 1 << 19, Wrong},
		{50 << 30, 1 << 20, 10, Wrong},
		{50 << 30, 0, 0, Good},
	} {
		if f := room(c.free, c.files, c.freeFiles); f.State != c.want {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}
