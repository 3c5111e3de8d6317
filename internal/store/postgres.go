package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// maxConnections is how many connections one process has at most, and
	// maxWriters how many of them write: more only undo each other's work.
	maxConnections = 16
	maxWriters     = 6
	// maxTries is how often a change is tried that others keep undoing.
	maxTries = 40
)

func openPostgres(url string) (*Store, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// What pgx says could repeat a password.
		return nil, fmt.Errorf("%w: the address of the database cannot be read", ErrUnavailable)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	// What was acknowledged must be on the disk, whatever the server's default.
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["application_name"] = "facelatch"
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxWriters)
	return &Store{db: db, dialect: postgresDialect, slots: make(chan struct{}, maxWriters), noted: newBell()}, nil
}

// changePostgres tries a change until no other stands in its way.
func (s *Store) changePostgres(ctx context.Context, f func(*Tx) error) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for try := 1; ; try++ {
		again, err := s.attempt(ctx, f)
		if !again || try == maxTries {
			return err
		}
		wait := time.Duration(rand.Int64N(int64(min(try, 10)) * int64(5*time.Millisecond)))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// attempt runs f in one transaction, and says whether to try again. Who cancels
// while it commits is told that the outcome is open.
func (s *Store) attempt(ctx context.Context, f func(*Tx) error) (again bool, err error) {
	raw, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return false, translate(err)
	}
	defer raw.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	tx := &Tx{ctx: ctx, q: raw, dialect: postgresDialect, noted: s.noted}
	if err := f(tx); err != nil {
		return tx.again, err
	}
	err = raw.Commit()
	switch {
	case err == nil:
		for _, f := range tx.after {
			f()
		}
		return false, nil
	case tx.again || tryAgain(err):
		return true, translate(err)
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return false, explain(nil, err) // f went on after an error
	}
	return false, explain(ErrUnavailable, err)
}
