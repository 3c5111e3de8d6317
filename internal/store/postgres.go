package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// maxConnections is how many connections of a process read at most, and
	// keptConnections how many of them stay open.
	maxConnections  = 15
	keptConnections = 6
	// lockTime is how long, in milliseconds, a batch waits for its turn among
	// processes, and idleTime how long one that hangs keeps the others waiting.
	lockTime = "30000"
	idleTime = "10000"
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
	db.SetMaxIdleConns(keptConnections)
	writes := config.Copy()
	writes.RuntimeParams["lock_timeout"] = lockTime
	writes.RuntimeParams["idle_in_transaction_session_timeout"] = idleTime
	write := stdlib.OpenDB(*writes)
	write.SetMaxOpenConns(1)
	connect := func(ctx context.Context) (lane, error) {
		conn, err := write.Conn(ctx)
		if err != nil {
			return nil, err
		}
		return server{conn}, nil
	}
	noted := newBell()
	return &Store{db: db, write: write, dialect: postgresDialect, batches: newBatches(connect, postgresDialect, noted), noted: noted}, nil
}

// server is a connection to PostgreSQL: a [lane].
type server struct{ *sql.Conn }

// errNotCommitted is returned for a transaction that the server had given up.
var errNotCommitted = errors.New("the server rolled back what was to be committed")

// do is a method of lane. All of a script goes in one message.
func (s server) do(ctx context.Context, script string) error {
	return s.Raw(func(raw any) error {
		results, err := raw.(*stdlib.Conn).Conn().PgConn().Exec(ctx, script).ReadAll()
		if err == nil && script == commitScript && (len(results) != 1 || results[0].CommandTag.String() != commitScript) {
			err = errNotCommitted
		}
		return err
	})
}

// close is a method of lane. The connection is not used again: the server undoes
// what was not committed.
func (s server) close() {
	_ = s.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.Conn.Close()
}
