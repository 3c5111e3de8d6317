package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"
)

// dialect is what the two databases differ in.
type dialect string

const (
	liteDialect     dialect = "sqlite"
	postgresDialect dialect = "postgres"
)

// snapshot is the level at which a transaction that only reads sees one state.
func (d dialect) snapshot() sql.IsolationLevel {
	if d == postgresDialect {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// rebind writes a query's placeholders as the database takes them. No query has
// a question mark that is anything else.
func (d dialect) rebind(query string) string {
	if d != postgresDialect || !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// begin is what begins a transaction that changes something. On PostgreSQL those
// who write take turns among processes too: two who wrote at once would mostly undo
// each other's work, whole batches of it. The lock comes before the transaction
// sees anything, keeps nobody from reading, and goes with the transaction.
func (d dialect) begin() string {
	if d == postgresDialect {
		return "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE site IN EXCLUSIVE MODE"
	}
	return "BEGIN IMMEDIATE"
}

// together is how many changes share one commit at most. PostgreSQL loses track of
// more than 64 savepoints, and slows down.
func (d dialect) together() int {
	if d == postgresDialect {
		return 60
	}
	return 512
}

// changeTime is how long a change or a commit may take on a line to a server.
const changeTime = time.Minute

// limited ends what a server does not answer. A statement on a file cannot be
// ended without risk to the others in its transaction, and need not.
func (d dialect) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if d == postgresDialect {
		return context.WithTimeout(ctx, changeTime)
	}
	return ctx, func() {}
}

// unixNow is the database's own clock, in seconds, for what several machines
// have to agree on.
func (d dialect) unixNow() string {
	if d == postgresDialect {
		return "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"
	}
	return "unixepoch()"
}

// querier is what a transaction asks.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tx is a transaction. It is good until the function ends that got it, and for
// one goroutine.
type Tx struct {
	ctx     context.Context
	q       querier
	dialect dialect
	again   bool  // the database asked to try the whole once more
	broken  error // the last error of a statement
	noted   *bell
	after   []func()
}

// scanner is a row.
type scanner interface{ Scan(into ...any) error }

// fail notes and translates what went wrong.
func (tx *Tx) fail(err error) error {
	tx.again, tx.broken = tx.again || tryAgain(err), err
	return translate(err)
}

// exec returns how many rows a statement changed.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	result, err := tx.q.ExecContext(tx.ctx, tx.dialect.rebind(query), args...)
	if err != nil {
		return 0, tx.fail(err)
	}
	n, err := result.RowsAffected()
	return n, translate(err)
}

// run is exec for who does not ask how many.
func (tx *Tx) run(query string, args ...any) error {
	_, err := tx.exec(query, args...)
	return err
}

// runOne fails with [ErrConflict] unless a statement changed exactly one row: an
// update that names the version which it read.
func (tx *Tx) runOne(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err == nil && n != 1 {
		err = ErrConflict
	}
	return err
}

// each calls scan with every row.
func (tx *Tx) each(scan func(scanner) error, query string, args ...any) error {
	rows, err := tx.q.QueryContext(tx.ctx, tx.dialect.rebind(query), args...)
	if err != nil {
		return tx.fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return tx.fail(err)
	}
	return tx.closed(rows.Close())
}

func (tx *Tx) closed(err error) error {
	if err == nil {
		return nil
	}
	return tx.fail(err)
}

// list returns all rows of a query, each made by scan.
func list[T any](tx *Tx, scan func(scanner) (T, error), query string, args ...any) (all []T, err error) {
	err = tx.each(func(row scanner) error {
		one, err := scan(row)
		if err == nil {
			all = append(all, one)
		}
		return err
	}, query, args...)
	return all, err
}

// one returns the only row of a query, or [ErrNotFound].
func one[T any](tx *Tx, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	var none T
	all, err := list(tx, scan, query, args...)
	if err != nil {
		return none, err
	}
	if len(all) == 0 {
		return none, ErrNotFound
	}
	return all[0], nil
}

// value scans a row of one column.
func value[T any](row scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// afterwards has f called once the transaction is durable, by whoever sees to it.
func (tx *Tx) afterwards(f func()) { tx.after = append(tx.after, f) }
