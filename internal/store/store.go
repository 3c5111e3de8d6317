// Package store keeps what a controller has to remember, in SQLite or in
// PostgreSQL: one set of queries, which one suite of tests holds both to.
//
// A [Store.Change] is durable when it returns nil. Callers that wait at the same
// time share one flush of the disk, each in a savepoint of its own. Queries are
// methods of [Tx], in a file for each subject; they know rows and no rules.
//
// There is no column in which a photograph, a reference, a score or a passage
// would fit, and tests read the live schema of both databases to keep it so. The
// package never stores a face pass, a sealing key, a pepper or the code of a PIN,
// and it writes nothing but the database: no log, no copy.
//
// What remains: a disk that says that it has written and has not; and erased
// rows, which SQLite overwrites in its file (secure_delete) but PostgreSQL leaves
// in free space and in its own log until it gets to it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Store is an open database. Its methods may be called at once. Several
// processes may have the same one open.
type Store struct {
	db      *sql.DB // reads; on SQLite it can do nothing else
	write   *sql.DB // one connection, for batches
	dialect dialect
	batches *batches
	noted   *bell
}

// Open opens a database, makes it where there is none (SQLite), and brings its
// schema up to date. url is sqlite:///path/file.db, the bare path of a file, or
// postgres://user@host/name?... as PostgreSQL's own programs take it. It fails
// with [ErrNewer], [ErrUnavailable] and [ErrDamaged].
func Open(ctx context.Context, url string) (*Store, error) {
	s, err := open(url)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, latest); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// open opens a database and leaves its schema as it is.
func open(url string) (*Store, error) {
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(url)
	case strings.HasPrefix(url, "sqlite://"):
		return openSQLite(strings.TrimPrefix(url, "sqlite://"))
	case strings.Contains(url, "://"):
		return nil, fmt.Errorf("%w: a database is sqlite:///path/file.db or postgres://host/name", ErrUnavailable)
	}
	return openSQLite(url)
}

// Close ends all connections. Nobody may be at work.
func (s *Store) Close() error {
	s.batches.close()
	return errors.Join(s.db.Close(), s.write.Close())
}

// Kind returns "sqlite" or "postgres".
func (s *Store) Kind() string { return string(s.dialect) }

// Change runs f in a transaction and returns nil once what f did is durable. If f
// fails, nothing of it is kept, and Change returns its error. It fails with
// [ErrUnavailable] too, after which the change may have been made or not.
//
// f may run more than once: it changes nothing but the database and variables
// that it sets anew each time. It returns each error that it gets from tx but
// [ErrNotFound], because a transaction that failed can go on in one of the
// databases only. It neither waits for anything nor calls Change or Read.
func (s *Store) Change(ctx context.Context, f func(*Tx) error) error {
	return s.batches.change(ctx, f)
}

// Read runs f on a snapshot: what others change meanwhile is not seen. It fails
// with [ErrUnavailable].
func (s *Store) Read(ctx context.Context, f func(*Tx) error) error {
	raw, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: s.dialect.snapshot(), ReadOnly: true})
	if err != nil {
		return translate(err)
	}
	defer raw.Rollback() //nolint:errcheck // nothing was changed
	return f(&Tx{ctx: ctx, q: raw, dialect: s.dialect})
}
