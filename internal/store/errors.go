package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNotFound is returned where there is no such row.
	ErrNotFound = errors.New("there is no such row")
	// ErrConflict is returned for a version that is no longer the newest, for what
	// has to be unique and is not, and for a row that others refer to.
	ErrConflict = errors.New("somebody else was first")
	// ErrUnavailable is returned when the database cannot be reached, is full or
	// too busy. A change may have been made or not.
	ErrUnavailable = errors.New("the database is not available")
	// ErrDamaged is returned for a database that is not what this program wrote.
	ErrDamaged = errors.New("the database is damaged")
	// ErrNewer is returned for a database that a newer version of this program has
	// changed: this one must not touch it.
	ErrNewer = errors.New("the database was changed by a newer version of this program")
)

// translate says what a driver's error means. The driver's own stays in the
// chain.
func translate(err error) error {
	if err == nil || known(err) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return explain(sqliteMeaning(lite.Code()), err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return explain(postgresMeaning(pg.Code), err)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return explain(ErrUnavailable, err) // no connection, or it broke
}

func explain(meaning, err error) error {
	if meaning == nil {
		return fmt.Errorf("database: %w", err)
	}
	return fmt.Errorf("%w: %w", meaning, err)
}

func known(err error) bool {
	for _, e := range []error{ErrNotFound, ErrConflict, ErrUnavailable, ErrDamaged, ErrNewer} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// sqliteMeaning reads SQLite's extended result codes.
func sqliteMeaning(code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return ErrConflict
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return ErrDamaged
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_MISUSE:
		return nil // a mistake in this program
	}
	return ErrUnavailable
}

// postgresMeaning reads PostgreSQL's SQLSTATE: two characters for the class.
func postgresMeaning(state string) error {
	switch state {
	case "23505", "23503": // unique_violation, foreign_key_violation
		return ErrConflict
	case "22021", "22P05": // a text that cannot be in the database: so there is no such row
		return ErrNotFound
	case "40001", "40P01": // serialization_failure, deadlock_detected: tried again
		return ErrUnavailable
	}
	switch state[:min(2, len(state))] {
	case "08", "53", "57", "58", "55", "3D", "28": // connection, resources, shutdown, system, not ready, no such database, not let in
		return ErrUnavailable
	case "XX":
		return ErrDamaged
	}
	return nil
}

// tryAgain says that PostgreSQL undid a transaction because of another one.
func tryAgain(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// lostLine says that an error is about the connection, and not about what was to
// be done on it.
func lostLine(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08")
	}
	return !errors.As(err, new(*sqlite.Error))
}
