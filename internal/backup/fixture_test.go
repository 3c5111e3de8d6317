package backup

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io/fs"
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
	"github.com/facelatch/facelatch/ledger"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// someSite is a site that runs: a database, a ledger that is kept, and files.
type someSite struct {
	store  *store.Store
	folder string
	place  Place
	key    ed25519.PrivateKey
	stop   func()
}

const origin = "facelatch/test"

func newSite(t testing.TB, database string) *someSite {
	t.Helper()
	s := &someSite{folder: filepath.Join(t.TempDir(), "site"), key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))}
	s.place = Place{Folder: s.folder, Database: "controller/site.db", Ledger: "ledger"}
	must(t, os.MkdirAll(filepath.Join(s.folder, "controller"), 0o700))
	if database == "" {
		database = filepath.Join(s.folder, "controller", "site.db")
	}
	var err error
	s.store, err = store.Open(t.Context(), database)
	must(t, err)
	for path, mode := range map[string]fs.FileMode{
		"site.json": 0o644, "controller/issuing-key.pem": 0o600, "controller/lock": 0o600, "station/sealing/a.pem": 0o600,
		"controller/.unfinished-x": 0o600,
	} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(s.folder, path)), 0o700))
		must(t, os.WriteFile(filepath.Join(s.folder, path), []byte(path), mode))
	}
	must(t, keeper.Create(t.Context(), filepath.Join(s.folder, "ledger")))
	s.keep(t)
	return s
}

// keep keeps the ledger until the test ends or stop is called.
func (s *someSite) keep(t testing.TB) {
	t.Helper()
	k, err := keeper.New(keeper.Options{
		Folder: filepath.Join(s.folder, "ledger"), Origin: origin, Key: s.key, Queue: queue{s.store},
		Interval: time.Second, Quantum: 2, Poll: 5 * time.Millisecond,
	})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { k.Run(ctx) })
	s.stop = func() {
		cancel()
		running.Wait()
		s.store.Close()
	}
	t.Cleanup(s.stop)
}

// queue is the store's, for the keeper.
type queue struct{ store *store.Store }

func (q queue) Next(ctx context.Context, n int) (list []keeper.Waiting, err error) {
	err = q.store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Waiting(n)
		list = nil
		for _, r := range rows {
			list = append(list, keeper.Waiting{ID: int64(r.ID), Entry: r.Entry})
		}
		return err
	})
	return list, err
}

func (q queue) Recorded(ctx context.Context, list []keeper.Recorded) error {
	return q.store.Change(ctx, func(tx *store.Tx) error {
		for _, r := range list {
			if err := tx.NoteIndex(store.QueueID(r.ID), r.Index); err != nil {
				return err
			}
		}
		return nil
	})
}

func (q queue) Reached(ctx context.Context) (uint64, error) { return 0, nil }

// act does something that is recorded: a place is given away, and the ledger says
// so.
func (s *someSite) act(t testing.TB, place uint32) {
	t.Helper()
	c, err := ledger.Pad(rand.Reader)
	must(t, err)
	var id store.QueueID
	must(t, s.store.Change(t.Context(), func(tx *store.Tx) (err error) {
		if err := tx.AddList(1, 1700000000); err != nil {
			return err
		}
		if _, err := tx.TakePlace(1, place); err != nil {
			return err
		}
		id, err = tx.Enqueue(c.Encode())
		return err
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = s.store.Recorded(ctx, id)
	must(t, err)
}

func (s *someSite) source() Source {
	return Source{
		Store: s.store, Folder: s.folder, Except: []string{s.place.Database, s.place.Ledger}, Ledger: filepath.Join(s.folder, "ledger"),
		Site: "abcdefghijklm", Program: "test", Now: func() time.Time { return time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC) },
	}
}

// packed is a backup of a small site, unencrypted.
func packed(t testing.TB) []byte {
	t.Helper()
	s := newSite(t, "")
	for i := range uint32(3) {
		s.act(t, i)
	}
	var b bytes.Buffer
	_, err := Pack(t.Context(), s.source(), &b)
	must(t, err)
	s.stop()
	return b.Bytes()
}

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	must(t, err)
	return i
}

func encrypted(t testing.TB, plain []byte, to age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	must(t, err)
	_, err = w.Write(plain)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// rows is everything in a database.
func rows(t testing.TB, s *store.Store) map[string][][]any {
	t.Helper()
	all := make(map[string][][]any)
	must(t, s.Read(t.Context(), func(tx *store.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			err := tx.Rows(table, func(values []any) error {
				row := make([]any, len(values))
				for i, v := range values {
					if b, ok := v.([]byte); ok {
						v = bytes.Clone(b)
					}
					row[i] = v
				}
				all[table.Name] = append(all[table.Name], row)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

// nothingBeside checks that a folder has these entries only.
func nothingBeside(t testing.TB, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !reflect.DeepEqual(got, names) && len(got)+len(names) > 0 {
		t.Errorf("in the folder: %s, want %s", strings.Join(got, " "), strings.Join(names, " "))
	}
}
