package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestBackupWhileRunning copies a site of either database that is at work, and
// restores it: each row that says it was recorded has its entry in the ledger.
func TestBackupWhileRunning(t *testing.T) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			if testing.Short() && kind == "postgres" {
				t.Skip("it was done without the race detector")
			}
			database := ""
			if kind == "postgres" {
				database = pgtest.Shared(t).Database()
			}
			s := newSite(t, database)
			s.act(t, 60000)
			running, stop := context.WithCancel(t.Context())
			var workers sync.WaitGroup
			for w := range uint32(4) {
				workers.Go(func() {
					for i := uint32(0); running.Err() == nil; i++ {
						s.act(t, w*10000+i)
					}
				})
			}
			me := identity(t)
			for i := range testenv.Count(3, 100) {
				file := filepath.Join(t.TempDir(), "a.age")
				m, err := Create(t.Context(), s.source(), file, []age.Recipient{me.Recipient()})
				must(t, err)
				restored(t, s, file, me, m, i == 0)
			}
			stop()
			workers.Wait()
		})
	}
}

// restored restores a backup and checks what came of it.
func restored(t *testing.T, s *someSite, file string, me age.Identity, m Manifest, first bool) {
	t.Helper()
	place := s.place
	place.Folder = filepath.Join(t.TempDir(), "again")
	f, err := os.Open(file)
	must(t, err)
	defer f.Close()
	got, err := Restore(t.Context(), f, []age.Identity{me}, place)
	must(t, err)
	if !reflect.DeepEqual(got, m) || !Waits(place.Folder) {
		t.Errorf("restored %+v of %+v", got, m)
	}
	again, err := store.Open(t.Context(), filepath.Join(place.Staged(), "controller", "site.db"))
	must(t, err)
	defer again.Close()
	size, root, err := keeper.State(t.Context(), filepath.Join(place.Staged(), "ledger"))
	must(t, err)
	if size != m.Ledger.Size || root != m.Ledger.Root {
		t.Errorf("the ledger has %d entries of %d", size, m.Ledger.Size)
	}
	all := rows(t, again)
	for _, row := range all["ledger_queue"] {
		if index, recorded := row[2].(int64); recorded && uint64(index) >= size {
			t.Errorf("entry %d is noted, and the ledger has %d", index, size)
		}
	}
	if n := len(all["status_places"]); n == 0 || n != len(all["ledger_queue"]) {
		t.Errorf("%d places and %d entries: not of one moment", n, len(all["ledger_queue"]))
	}
	if first {
		wholeFolder(t, place.Staged())
	}
}

// wholeFolder checks the files of a restored folder.
func wholeFolder(t *testing.T, folder string) {
	t.Helper()
	nothingBeside(t, folder, "controller", "ledger", "restored.json", "site.json")
	nothingBeside(t, filepath.Join(folder, "controller"), "issuing-key.pem", "site.db", "site.db-shm", "site.db-wal")
	data, err := os.ReadFile(filepath.Join(folder, "controller", "issuing-key.pem"))
	must(t, err)
	info, err := os.Stat(filepath.Join(folder, "controller", "issuing-key.pem"))
	must(t, err)
	if string(data) != "controller/issuing-key.pem" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v", data, info.Mode())
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestSameFormOfBothDatabases: what is in a backup does not tell which database
// it came from.
func TestSameFormOfBothDatabases(t *testing.T) {
	lite := newSite(t, "")
	for i := range uint32(5) {
		lite.act(t, i)
	}
	lite.stop()
	me := identity(t)
	var first bytes.Buffer
	source := lite.source()
	var err error
	source.Store, err = store.Open(t.Context(), filepath.Join(lite.folder, "controller", "site.db"))
	must(t, err)
	defer source.Store.Close()
	_, err = Pack(t.Context(), source, &first)
	must(t, err)
	place := lite.place
	place.Folder = filepath.Join(t.TempDir(), "again")
	_, err = Restore(t.Context(), bytes.NewReader(encrypted(t, first.Bytes(), me.Recipient())), []age.Identity{me}, place)
	must(t, err)
	url := pgtest.Shared(t).Database()
	must(t, Move(t.Context(), filepath.Join(place.Staged(), "controller", "site.db"), url))
	other := source
	other.Store, err = store.Open(t.Context(), url)
	must(t, err)
	defer other.Store.Close()
	var second bytes.Buffer
	_, err = Pack(t.Context(), other, &second)
	must(t, err)
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same site in another database has another backup")
	}
}

// TestDamaged: a backup with any part changed, missing or too much is refused,
// with a reason, and nothing is left behind.
func TestDamaged(t *testing.T) {
	plain := packed(t)
	me, other := identity(t), identity(t)
	whole := encrypted(t, plain, me.Recipient())
	changed := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	type bad struct {
		data []byte
		want error
	}
	cases := map[string]bad{
		"empty":               {nil, ErrDamaged},
		"something else":      {[]byte("PK\x03\x04 hello"), ErrDamaged},
		"for another":         {encrypted(t, plain, other.Recipient()), ErrIdentity},
		"with something more": {append(bytes.Clone(whole), 0), ErrDamaged},
		"not packed":          {encrypted(t, []byte("hello"), me.Recipient()), ErrDamaged},
		"nothing in it":       {encrypted(t, nil, me.Recipient()), ErrDamaged},
		"gzip twice":          {encrypted(t, append(bytes.Clone(plain), plain...), me.Recipient()), ErrDamaged},
		"cut inside":          {encrypted(t, plain[:len(plain)/2], me.Recipient()), ErrDamaged},
		"a byte behind":       {encrypted(t, append(bytes.Clone(plain), 1), me.Recipient()), ErrDamaged},
	}
	for _, n := range []int{1, 100, len(whole) / 2, len(whole) - 17, len(whole) - 1} {
		cases["cut to "+string(rune('a'+n%26))] = bad{whole[:n], ErrDamaged}
		cases["changed at "+string(rune('a'+n%26))] = bad{changed(n), nil} // a changed header is for nobody
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			place := Place{Folder: filepath.Join(dir, "site"), Database: "controller/site.db", Ledger: "ledger"}
			m, err := Restore(t.Context(), bytes.NewReader(c.data), []age.Identity{me}, place)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !reflect.DeepEqual(m, Manifest{}) {
				t.Errorf("%v", err)
			}
			nothingBeside(t, dir)
			if _, err := Check(t.Context(), bytes.NewReader(c.data), []age.Identity{me}); err == nil {
				t.Error("checked, and found good")
			}
		})
	}
}

// part is an entry of an archive.
type part struct {
	name string
	data []byte
}

func parts(t testing.TB, plain []byte) (list []part) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(plain))
	must(t, err)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		must(t, err)
		data, err := io.ReadAll(r)
		must(t, err)
		list = append(list, part{h.Name, data})
	}
}

func repacked(t testing.TB, list []part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, p := range list {
		must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: p.name, Size: int64(len(p.data)), Mode: 0o600}))
		_, err := w.Write(p.data)
		must(t, err)
	}
	must(t, w.Close())
	must(t, z.Close())
	return b.Bytes()
}

// TestPutTogetherWrongly: an archive that somebody made anew of other parts.
func TestPutTogetherWrongly(t *testing.T) {
	list := parts(t, packed(t))
	at := func(prefix string) int {
		for i, p := range list {
			if strings.HasPrefix(p.name, prefix) {
				return i
			}
		}
		t.Fatal(prefix)
		return 0
	}
	replace := func(prefix string, change func(string) string) []part {
		out := append([]part(nil), list...)
		i := at(prefix)
		out[i] = part{out[i].name, []byte(change(string(out[i].data)))}
		return out
	}
	without := func(prefix string) []part {
		i := at(prefix)
		return append(append([]part(nil), list[:i]...), list[i+1:]...)
	}
	with := func(i int, p part) []part {
		return append(append(append([]part(nil), list[:i]...), p), list[i:]...)
	}
	swap := func(old, by string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, by, 1) }
	}
	for name, made := range map[string][]part{
		"no manifest":           without("backup.json"),
		"no end":                without("end.json"),
		"a table is missing":    without("tables/status_places/"),
		"the ledger is missing": without("ledger/"),
		"a file is missing":     without("files/"),
		"a file twice":          with(at("end.json"), list[at("files/site.json")]),
		"a file above":          with(at("end.json"), part{"files/../x", nil}),
		"an absolute file":      with(at("end.json"), part{"files//etc/x", nil}),
		"something unknown":     with(at("end.json"), part{"readme", nil}),
		"rows at the end":       with(at("end.json"), part{"tables/status_places/000001.jsonl", nil}),
		"another value":         replace("tables/status_places/", swap("[1,0,", "[1,7,")),
		"another entry":         replace("ledger/", swap("commitment", "commitmenT")),
		"a longer part":         replace("ledger/", func(s string) string { return s + "x" }),
		"another file":          replace("files/site.json", func(s string) string { return s + "x" }),
		"an unknown member":     replace("backup.json", swap(`"made"`, `"x": 1, "made"`)),
		"other columns":         replace("backup.json", swap(`"place"`, `"face"`)),
		"no such schema":        replace("backup.json", swap(`"schema": `, `"schema": 9`)),
		"another form":          replace("backup.json", swap(`"format": 1`, `"format": 2`)),
		"a larger ledger":       replace("backup.json", swap(`"size": `, `"size": 1`)),
	} {
		t.Run(name, func(t *testing.T) {
			dir, me := t.TempDir(), identity(t)
			place := Place{Folder: filepath.Join(dir, "site"), Database: "controller/site.db", Ledger: "ledger"}
			_, err := Restore(t.Context(), bytes.NewReader(encrypted(t, repacked(t, made), me.Recipient())), []age.Identity{me}, place)
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrFormat) {
				t.Errorf("%v", err)
			}
			nothingBeside(t, dir)
		})
	}
}

// TestPlaces: what is there is never written over, in either direction.
func TestPlaces(t *testing.T) {
	plain, me := packed(t), identity(t)
	data := encrypted(t, plain, me.Recipient())
	restore := func(folder string) error {
		_, err := Restore(t.Context(), bytes.NewReader(data), []age.Identity{me}, Place{Folder: folder, Database: "controller/site.db", Ledger: "ledger"})
		return err
	}
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "full", "x"), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, "empty"), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, "empty.restoring", "left"), 0o700)) // by a crash
	if err := restore(filepath.Join(dir, "full")); !errors.Is(err, ErrExists) {
		t.Errorf("a folder that is full: %v", err)
	}
	must(t, restore(filepath.Join(dir, "empty")))
	if err := restore(filepath.Join(dir, "empty")); !errors.Is(err, ErrExists) {
		t.Errorf("twice: %v", err)
	}
	must(t, restore(filepath.Join(dir, "absent")))
	nothingBeside(t, dir, "absent.restored", "empty", "empty.restored", "full")
	s := newSite(t, "")
	file := filepath.Join(dir, "there")
	must(t, os.WriteFile(file, []byte("mine"), 0o600))
	if _, err := Create(t.Context(), s.source(), file, []age.Recipient{me.Recipient()}); !errors.Is(err, ErrExists) {
		t.Errorf("a file that is there: %v", err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "mine" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestLinks: a site's folder with a link in it is not copied as if it were whole.
func TestLinks(t *testing.T) {
	s := newSite(t, "")
	must(t, os.Symlink("/etc/passwd", filepath.Join(s.folder, "controller", "key.pem")))
	dir := t.TempDir()
	_, err := Create(t.Context(), s.source(), filepath.Join(dir, "a.age"), []age.Recipient{identity(t).Recipient()})
	if !errors.Is(err, ErrLink) {
		t.Errorf("%v", err)
	}
	nothingBeside(t, dir)
}

// TestStationIsNotCopied: what a station keeps is in no backup, nor is anything
// in clear outside of the encryption.
func TestStationIsNotCopied(t *testing.T) {
	s := newSite(t, "")
	must(t, os.WriteFile(filepath.Join(s.folder, "station", "sealing", "a.pem"), []byte("the-sealing-key"), 0o600))
	var b bytes.Buffer
	_, err := Pack(t.Context(), s.source(), &b)
	must(t, err)
	for _, p := range parts(t, b.Bytes()) {
		if strings.Contains(p.name, "station") || bytes.Contains(p.data, []byte("the-sealing-key")) {
			t.Errorf("%s is in the backup", p.name)
		}
	}
	file := filepath.Join(t.TempDir(), "a.age")
	_, err = Create(t.Context(), s.source(), file, []age.Recipient{identity(t).Recipient()})
	must(t, err)
	data, err := os.ReadFile(file)
	must(t, err)
	info, err := os.Stat(file)
	must(t, err)
	if bytes.Contains(data, []byte("issuing-key")) || info.Mode().Perm() != 0o600 {
		t.Errorf("the file can be read: %v", info.Mode())
	}
}

func TestKeys(t *testing.T) {
	me := identity(t)
	if _, err := ParseRecipients(strings.NewReader("# mine\n" + me.Recipient().String() + "\n")); err != nil {
		t.Error(err)
	}
	if _, err := ParseIdentities(strings.NewReader(me.String())); err != nil {
		t.Error(err)
	}
	secret := "AGE-SECRET-KEY-1NOTONE"
	for _, text := range []string{"", "hello", secret, me.String() + "x"} {
		if _, err := ParseRecipients(strings.NewReader(text)); !errors.Is(err, ErrKey) {
			t.Errorf("recipient: %v", err)
		}
		if _, err := ParseIdentities(strings.NewReader(text)); !errors.Is(err, ErrKey) || strings.Contains(err.Error(), "NOTONE") {
			t.Errorf("identity: %v", err)
		}
	}
}

// TestOlderSchemas: a backup that an earlier version made is restored as what it
// was, and opened as what this version has.
func TestOlderSchemas(t *testing.T) {
	me := identity(t)
	for schema := int64(1); schema <= store.Newest(); schema++ {
		folder := t.TempDir()
		s, err := store.OpenEmpty(t.Context(), filepath.Join(folder, "old.db"), schema)
		must(t, err)
		must(t, s.Change(t.Context(), func(tx *store.Tx) error { return tx.AddList(7, 1700000000) }))
		var b bytes.Buffer
		_, err = Pack(t.Context(), Source{Store: s, Folder: t.TempDir(), Now: func() time.Time { return noon }}, &b)
		must(t, err)
		must(t, s.Close())
		place := Place{Folder: filepath.Join(folder, "site"), Database: "controller/site.db", Ledger: "ledger"}
		m, err := Restore(t.Context(), bytes.NewReader(encrypted(t, b.Bytes(), me.Recipient())), []age.Identity{me}, place)
		must(t, err)
		again, err := store.Open(t.Context(), filepath.Join(place.Staged(), "controller", "site.db"))
		must(t, err)
		must(t, again.Read(t.Context(), func(tx *store.Tx) error {
			if list, err := tx.NewestList(); err != nil || list != 7 || m.Schema > schema {
				t.Errorf("schema %d, from %d: list %d, %v", m.Schema, schema, list, err)
			}
			return nil
		}))
		must(t, again.Close())
	}
}
