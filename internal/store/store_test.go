package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// each runs a test on both databases, each time with an empty one of its own.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) *Store)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(t testing.TB) *Store { return mustOpen(t, filepath.Join(t.TempDir(), "site.db")) })
	})
	t.Run("postgres", func(t *testing.T) {
		server := pgtest.Shared(t)
		test(t, func(t testing.TB) *Store { return mustOpen(t, server.Database()) })
	})
}

func mustOpen(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// scratch makes a table that no schema has.
func scratch(t testing.TB, s *Store) {
	t.Helper()
	must(t, s.Change(t.Context(), func(tx *Tx) error {
		return tx.run(s.dialect.schema("CREATE TABLE scratch (\n n INTEGER NOT NULL PRIMARY KEY\n) STRICT;"))
	}))
}

func count(t testing.TB, s *Store) (n int64) {
	t.Helper()
	must(t, s.Read(t.Context(), func(tx *Tx) (err error) {
		n, err = one(tx, value[int64], "SELECT count(*) FROM scratch")
		return err
	}))
	return n
}

func add(n int) func(*Tx) error {
	return func(tx *Tx) error { return tx.run("INSERT INTO scratch (n) VALUES (?)", n) }
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConformanceOfTransactions(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		scratch(t, s)
		t.Run("what failed is not kept", func(t *testing.T) { failed(t, s) })
		t.Run("a snapshot stays", func(t *testing.T) { snapshot(t, s) })
		t.Run("a panic keeps nothing", func(t *testing.T) { panicked(t, s) })
		t.Run("cancelled before it began", func(t *testing.T) { cancelled(t, s) })
		t.Run("many at once", func(t *testing.T) { together(t, s) })
		t.Run("reading does not write", func(t *testing.T) {
			if err := s.Read(t.Context(), add(77)); err == nil {
				t.Error("a transaction that reads has written")
			}
		})
		t.Run("counting at once loses nothing", func(t *testing.T) { lost(t, s) })
	})
}

func failed(t *testing.T, s *Store) {
	before := count(t, s)
	mine := errors.New("mine")
	err := s.Change(t.Context(), func(tx *Tx) error {
		if err := add(1)(tx); err != nil {
			return err
		}
		return mine
	})
	if !errors.Is(err, mine) {
		t.Errorf("the error became %v", err)
	}
	must(t, s.Change(t.Context(), add(2)))
	if err := s.Change(t.Context(), add(2)); !errors.Is(err, ErrConflict) {
		t.Errorf("twice the same key: %v", err)
	}
	if got := count(t, s); got != before+1 {
		t.Errorf("%d rows, want %d", got, before+1)
	}
	err = s.Read(t.Context(), func(tx *Tx) error {
		_, err := one(tx, value[int64], "SELECT n FROM scratch WHERE n = ?", -5)
		return err
	})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("no row: %v", err)
	}
}

func snapshot(t *testing.T, s *Store) {
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		before, err := one(tx, value[int64], "SELECT count(*) FROM scratch")
		if err != nil {
			return err
		}
		must(t, s.Change(t.Context(), add(3)))
		after, err := one(tx, value[int64], "SELECT count(*) FROM scratch")
		if before != after {
			t.Errorf("%d rows, and then %d", before, after)
		}
		return err
	}))
}

func panicked(t *testing.T, s *Store) {
	before := count(t, s)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost")
			}
		}()
		_ = s.Change(t.Context(), func(tx *Tx) error {
			must(t, add(4)(tx))
			panic("as tests do")
		})
	}()
	must(t, s.Change(t.Context(), add(5)))
	if got := count(t, s); got != before+1 {
		t.Errorf("%d rows, want %d", got, before+1)
	}
}

func cancelled(t *testing.T, s *Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := count(t, s)
	if err := s.Change(ctx, add(6)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if got := count(t, s); got != before {
		t.Errorf("%d rows, want %d", got, before)
	}
}

// together has many add at once, of whom every third fails.
func together(t *testing.T, s *Store) {
	before := count(t, s)
	const callers, each = 16, 12
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := range each {
				err := s.Change(t.Context(), func(tx *Tx) error {
					if err := add(1000 + c*each + i)(tx); err != nil {
						return err
					}
					if i%3 == 0 {
						return errors.New("not this one")
					}
					return nil
				})
				if (err == nil) != (i%3 != 0) {
					t.Errorf("%d: %v", i, err)
				}
			}
		})
	}
	all.Wait()
	if got, want := count(t, s), before+callers*each*2/3; got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
}

// lost has many read a number and write the next: none may be lost.
func lost(t *testing.T, s *Store) {
	var start int64
	must(t, s.Read(t.Context(), func(tx *Tx) (err error) {
		start, err = one(tx, value[int64], "SELECT max(n) FROM scratch")
		return err
	}))
	const callers, each = 4, 5
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				err := s.Change(t.Context(), func(tx *Tx) error {
					n, err := one(tx, value[int64], "SELECT max(n) FROM scratch")
					if err != nil {
						return err
					}
					return add(int(n) + 1)(tx)
				})
				// PostgreSQL may say that the key is there, which is as true.
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		n, err := one(tx, value[int64], "SELECT max(n) FROM scratch")
		if n != start+callers*each {
			t.Errorf("counted to %d, want %d", n, start+callers*each)
		}
		return err
	}))
}

func TestConformanceOfLeases(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		take := func(owner string, length time.Duration, want bool) {
			t.Helper()
			must(t, s.Change(t.Context(), func(tx *Tx) error {
				got, err := tx.Lease("ledger", owner, length)
				if got != want {
					t.Errorf("%s got the lease: %t", owner, got)
				}
				return err
			}))
		}
		take("a", time.Hour, true)
		take("b", time.Hour, false)
		take("a", -time.Second, true) // and it runs out
		take("b", time.Hour, true)
		take("a", time.Hour, false)
		must(t, s.Change(t.Context(), func(tx *Tx) error { return tx.Release("ledger", "a") }))
		take("a", time.Hour, false)
		must(t, s.Change(t.Context(), func(tx *Tx) error { return tx.Release("ledger", "b") }))
		take("a", time.Hour, true)
		must(t, s.Read(t.Context(), func(tx *Tx) error {
			held, err := tx.Holds("ledger", "a")
			if !held {
				t.Error("a does not hold what it has")
			}
			return err
		}))
	})
}

// TestOpenAtOnce opens a new database from many sides: one makes the schema.
func TestOpenAtOnce(t *testing.T) {
	test := func(t *testing.T, url string) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				s, err := Open(t.Context(), url)
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "a %b?#.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.Shared(t).Database()) })
}

// TestTheFileIsItsOwners: nobody else on the machine may read what is in it.
func TestTheFileIsItsOwners(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, "sqlite://"+filepath.Join(dir, "site.db"))
	scratch(t, s)
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
}

// TestNewerSchema: what a newer version has changed is left alone.
func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s, err := Open(t.Context(), path)
	must(t, err)
	must(t, s.Change(t.Context(), func(tx *Tx) error {
		return tx.run("INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)")
	}))
	must(t, s.Close())
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer schema: %v", err)
	}
}

// TestUnusable: what cannot be opened says so.
func TestUnusable(t *testing.T) {
	dir := t.TempDir()
	notOne := filepath.Join(dir, "not one")
	must(t, os.WriteFile(notOne, []byte("this is a letter and no database, and long enough for a header: it goes on and on and on and on and on"), 0o600))
	for url, want := range map[string]error{
		notOne:                                  ErrDamaged,
		filepath.Join(dir, "none", "x.db"):      ErrUnavailable,
		"mysql://localhost/x":                   ErrUnavailable,
		"postgres:///x?host=" + dir + "&user=x": ErrUnavailable,
		"postgres://[":                          ErrUnavailable,
	} {
		if _, err := Open(t.Context(), url); !errors.Is(err, want) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestGoneAndBack: while PostgreSQL is away changes fail, and afterwards all that
// was acknowledged is there.
func TestGoneAndBack(t *testing.T) {
	server := pgtest.Start(t)
	s := mustOpen(t, server.Database())
	scratch(t, s)
	n := 0
	for round := range testenv.Count(2, 20) {
		for range 5 {
			must(t, s.Change(t.Context(), add(n)))
			n++
		}
		server.Kill()
		if err := s.Change(t.Context(), add(-1-round)); !errors.Is(err, ErrUnavailable) {
			t.Errorf("without a server: %v", err)
		}
		if err := s.Read(t.Context(), func(tx *Tx) error { return nil }); !errors.Is(err, ErrUnavailable) {
			t.Errorf("reading without a server: %v", err)
		}
		server.Restart()
		if got := count(t, s); got != int64(n) {
			t.Errorf("%d rows, want %d", got, n)
		}
	}
}

func TestRebind(t *testing.T) {
	for query, want := range map[string]string{
		"":                      "",
		"SELECT 1":              "SELECT 1",
		"a = ? AND b IN (?, ?)": "a = $1 AND b IN ($2, $3)",
	} {
		if got := postgresDialect.rebind(query); got != want {
			t.Errorf("%q became %q", query, got)
		}
		if got := liteDialect.rebind(query); got != query {
			t.Errorf("%q became %q", query, got)
		}
	}
	if fmt.Sprint(liteDialect) == "" {
		t.Error("a dialect without a name")
	}
}
