package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNotEmpty is returned for a database that should have been empty.
var ErrNotEmpty = errors.New("the database is not empty")

// OpenEmpty opens a database that has nothing in it and gives it the schema of a
// number, from which [Open] goes on later. It fails with [ErrNotEmpty], and with
// [ErrNewer] for a schema that this program does not know.
func OpenEmpty(ctx context.Context, url string, schema int64) (*Store, error) {
	s, err := open(url)
	if err != nil {
		return nil, err
	}
	if err := s.makeEmpty(ctx, schema); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) makeEmpty(ctx context.Context, schema int64) error {
	known, err := s.dialect.migrations()
	if err != nil {
		return err
	}
	if last := known[len(known)-1].Version; schema < 1 || schema > last {
		return fmt.Errorf("%w: schema %d, and this one knows 1 to %d", ErrNewer, schema, last)
	}
	var names []string
	err = s.Read(ctx, func(tx *Tx) (err error) {
		names, err = list(tx, value[string], tx.dialect.tables())
		return err
	})
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return ErrNotEmpty
	}
	return s.migrate(ctx, schema)
}

// Newest returns the number of the newest schema that this program knows.
func Newest() int64 {
	all, err := liteDialect.migrations()
	if err != nil || len(all) == 0 {
		return 0 // they are part of the program, and tests read them
	}
	return all[len(all)-1].Version
}

// insertTogether is how many rows one statement inserts.
const insertTogether = 32

// Insert adds rows to a table, with a value of its type for each column.
func (tx *Tx) Insert(t Table, rows [][]any) error {
	for some := range slices.Chunk(rows, insertTogether) {
		args := make([]any, 0, len(some)*len(t.Columns))
		for _, row := range some {
			if len(row) != len(t.Columns) {
				return fmt.Errorf("%w: a row of %s has %d columns, not %d", ErrDamaged, t.Name, len(row), len(t.Columns))
			}
			args = append(args, row...)
		}
		if err := tx.run(tx.insertion(t, len(some)), args...); err != nil {
			return err
		}
	}
	return nil
}

// insertion is the statement that inserts some rows.
func (tx *Tx) insertion(t Table, rows int) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quote(c.Name)
	}
	overriding := ""
	if tx.dialect == postgresDialect {
		overriding = " OVERRIDING SYSTEM VALUE" // numbers that the database gave elsewhere
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ") + ")"
	return "INSERT INTO " + quote(t.Name) + " (" + strings.Join(names, ", ") + ")" + overriding +
		" VALUES " + strings.TrimSuffix(strings.Repeat(row+", ", rows), ", ")
}

// SetCounter has a table give numbers above last from now on.
func (tx *Tx) SetCounter(t Table, last int64) error {
	column, err := tx.counterColumn(t)
	if err != nil {
		return err
	}
	if column == "" {
		return fmt.Errorf("%w: %s numbers nothing", ErrDamaged, t.Name)
	}
	if last <= 0 {
		return nil
	}
	if tx.dialect == postgresDialect {
		_, err := one(tx, value[int64], `SELECT setval(CAST(pg_get_serial_sequence(quote_ident(?), ?) AS regclass), ?)`, t.Name, column, last)
		return err
	}
	if err := tx.run(`DELETE FROM sqlite_sequence WHERE name = ?`, t.Name); err != nil {
		return err
	}
	return tx.run(`INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)`, t.Name, last)
}
