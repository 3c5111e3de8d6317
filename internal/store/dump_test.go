package store

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/internal/store/pgtest"
)

// dumped is everything in a database.
type dumped struct {
	tables   []Table
	rows     map[string][][]any
	counters map[string]int64
}

func dump(t *testing.T, s *Store) (d dumped) {
	t.Helper()
	d.rows, d.counters = make(map[string][][]any), make(map[string]int64)
	must(t, s.Read(t.Context(), func(tx *Tx) (err error) {
		if d.tables, err = tx.Tables(); err != nil {
			return err
		}
		for _, table := range d.tables {
			err := tx.Rows(table, func(values []any) error {
				row := slices.Clone(values)
				for i, v := range row {
					if b, ok := v.([]byte); ok {
						row[i] = slices.Clone(b)
					}
				}
				d.rows[table.Name] = append(d.rows[table.Name], row)
				return nil
			})
			if err != nil {
				return err
			}
			last, counts, err := tx.Counter(table)
			if err != nil {
				return err
			}
			if counts {
				d.counters[table.Name] = last
			}
		}
		return nil
	}))
	return d
}

func load(t *testing.T, s *Store, d dumped) {
	t.Helper()
	must(t, s.Change(t.Context(), func(tx *Tx) error {
		for _, table := range d.tables {
			if err := tx.Insert(table, d.rows[table.Name]); err != nil {
				return err
			}
			if last, counts := d.counters[table.Name]; counts {
				if err := tx.SetCounter(table, last); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// filled puts something into tables with keys of several kinds, references and
// numbers that the database gives.
func filled(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.Change(t.Context(), func(tx *Tx) error {
		for i := range 70 {
			if err := tx.run(`INSERT INTO status_places (list, place, status) VALUES (?, ?, ?)`, i/40, i, i%2); err != nil {
				return err
			}
			if err := tx.run(`INSERT INTO status_changes (list) VALUES (?)`, i); err != nil {
				return err
			}
		}
		if err := tx.run(`DELETE FROM status_changes WHERE list > 50`); err != nil {
			return err
		}
		if err := tx.run(`INSERT INTO pins (number, state, not_before, expires, hours) VALUES (?, ?, ?, ?, ?)`,
			"12345678", "issued", 1<<40, -1, "一 ' \x01"); err != nil {
			return err
		}
		return tx.run(`INSERT INTO pin_zones (zone, number, salt, tag) VALUES (?, ?, ?, ?)`, "front", "12345678", make([]byte, 16), make([]byte, 32))
	}))
}

// TestConformanceOfCopies: what is in one database can be put into the other and
// back, and is the same.
func TestConformanceOfCopies(t *testing.T) {
	lite := mustOpen(t, filepath.Join(t.TempDir(), "a.db"))
	filled(t, lite)
	want := dump(t, lite)
	if len(want.tables) < 20 || len(want.rows["status_places"]) != 70 || want.counters["status_changes"] != 70 {
		t.Fatalf("%d tables, %d rows, %v", len(want.tables), len(want.rows["status_places"]), want.counters)
	}
	server := pgtest.Shared(t)
	for _, url := range []string{server.Database(), filepath.Join(t.TempDir(), "b.db")} {
		schema, err := lite.Schema(t.Context())
		must(t, err)
		s, err := OpenEmpty(t.Context(), url, schema)
		must(t, err)
		load(t, s, want)
		if got := dump(t, s); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the copy differs", s.Kind())
		}
		must(t, s.Change(t.Context(), func(tx *Tx) error { return tx.run(`INSERT INTO status_changes (list) VALUES (1)`) }))
		if got := dump(t, s).counters["status_changes"]; got != 71 {
			t.Errorf("%s: the next number is %d", s.Kind(), got)
		}
		must(t, s.Close())
		if _, err := OpenEmpty(t.Context(), url, schema); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("a database that is full: %v", err)
		}
	}
}

// TestCopiesOfEverySchema: a copy of an older schema is opened as the newest.
func TestCopiesOfEverySchema(t *testing.T) {
	for schema := int64(1); schema <= Newest(); schema++ {
		path := filepath.Join(t.TempDir(), "old.db")
		s, err := OpenEmpty(t.Context(), path, schema)
		must(t, err)
		must(t, s.Close())
		again := mustOpen(t, path)
		if got, err := again.Schema(t.Context()); err != nil || got != Newest() {
			t.Errorf("schema %d became %d, %v", schema, got, err)
		}
	}
	for _, schema := range []int64{0, -1, Newest() + 1} {
		if _, err := OpenEmpty(t.Context(), filepath.Join(t.TempDir(), "x.db"), schema); !errors.Is(err, ErrNewer) {
			t.Errorf("schema %d: %v", schema, err)
		}
	}
}

// TestInsertOfAnotherShape refuses rows that do not fit, and keeps nothing.
func TestInsertOfAnotherShape(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "a.db"))
	table := dump(t, s).tables[slices.IndexFunc(dump(t, s).tables, func(x Table) bool { return x.Name == "status_places" })]
	err := s.Change(t.Context(), func(tx *Tx) error {
		return tx.Insert(table, [][]any{{int64(1), int64(1), int64(0)}, {int64(1)}})
	})
	if !errors.Is(err, ErrDamaged) || len(dump(t, s).rows["status_places"]) != 0 {
		t.Errorf("%v", err)
	}
}
