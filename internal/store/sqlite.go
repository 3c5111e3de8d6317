package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// busyMillis is how long SQLite waits for another process that writes.
	busyMillis = 15000
	// maxReaders is how many transactions read a file at once.
	maxReaders = 4
	// maxBatch is how many changes share one flush of the disk at most.
	maxBatch = 512
)

// openSQLite opens two pools on a file: one connection that writes, and some that
// only read.
func openSQLite(path string) (*Store, error) {
	path, err := makeFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	// What a URI gives a meaning to is escaped.
	name := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	pragmas := fmt.Sprintf("?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=trusted_schema(0)", busyMillis)
	write, err := sql.Open("sqlite", name+pragmas)
	if err != nil {
		return nil, translate(err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", name+pragmas+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(translate(err), write.Close())
	}
	read.SetMaxOpenConns(maxReaders)
	read.SetMaxIdleConns(maxReaders)
	noted := newBell()
	return &Store{db: read, dialect: liteDialect, batches: &batches{db: write, noted: noted}, noted: noted}, nil
}

// makeFile makes an empty database for its owner only, where there is none: the
// files that SQLite puts beside it get the same mode. It returns the whole path.
func makeFile(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	return path, errors.Join(dir.Sync(), dir.Close())
}

// batches commits together what is being changed at the same time. Each change
// runs on the goroutine of its caller while that holds mu, in a savepoint of the
// batch that is open. The last who was waiting for mu commits, and tells all.
type batches struct {
	db      *sql.DB
	noted   *bell
	waiting atomic.Int64 // how many are about to take mu

	mu   sync.Mutex // guards what follows, and the one connection that writes
	conn *prepared
	open *batch
}

// batch is one transaction of the database.
type batch struct {
	size  int
	after []func()
	done  chan struct{} // closed once the batch is over
	err   error         // read after done is closed
}

func (b *batches) change(ctx context.Context, f func(*Tx) error) error {
	b.waiting.Add(1)
	b.mu.Lock()
	b.waiting.Add(-1)
	own, err := b.join(ctx, f)
	if err != nil || own == nil {
		return err
	}
	<-own.done
	return own.err
}

// join runs f in the open batch, or the first of a new one, and ends the batch
// if nobody else waits to join it. It gives mu back, whatever f does.
func (b *batches) join(ctx context.Context, f func(*Tx) error) (own *batch, err error) {
	defer b.mu.Unlock()
	defer b.settle()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := b.begin(); err != nil {
		return nil, err
	}
	return b.run(ctx, f)
}

// settle commits the open batch unless somebody is about to join it.
func (b *batches) settle() {
	if b.open == nil || b.waiting.Load() > 0 && b.open.size < maxBatch {
		return
	}
	_, err := b.conn.ExecContext(context.Background(), "COMMIT")
	b.end(translate(err))
}

// end tells all of the open batch what came of it.
func (b *batches) end(err error) {
	own := b.open
	b.open = nil
	if err != nil {
		b.drop()
	} else {
		for _, f := range own.after {
			f()
		}
	}
	own.err = err
	close(own.done)
}

// drop gives the connection up, with whatever transaction it is in.
func (b *batches) drop() {
	if b.conn == nil {
		return
	}
	_, _ = b.conn.ExecContext(context.Background(), "ROLLBACK") // or it was rolled back already
	b.conn.close()
	b.conn = nil
}

// begin opens a batch where none is open.
func (b *batches) begin() error {
	if b.open != nil {
		return nil
	}
	if b.conn == nil {
		conn, err := b.db.Conn(context.Background())
		if err != nil {
			return translate(err)
		}
		b.conn = prepare(conn)
	}
	if _, err := b.conn.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		b.drop()
		return translate(err)
	}
	b.open = &batch{done: make(chan struct{})}
	return nil
}

// run runs f in a savepoint. A statement that ends the whole transaction, as on a
// full disk, ends the batch for all. Who cancels is heard before f begins only: an
// interrupted statement would do that as well.
func (b *batches) run(ctx context.Context, f func(*Tx) error) (own *batch, err error) {
	quiet := context.WithoutCancel(ctx)
	if _, err := b.conn.ExecContext(quiet, "SAVEPOINT change"); err != nil {
		err = translate(err)
		b.end(err)
		return nil, err
	}
	tx := &Tx{ctx: quiet, q: b.conn, dialect: liteDialect, noted: b.noted}
	kept := false
	defer func() {
		if kept {
			return
		}
		// f failed or panicked. "change" is gone if the whole was rolled back.
		if _, gone := b.conn.ExecContext(quiet, "ROLLBACK TO change; RELEASE change"); gone != nil {
			b.end(explain(ErrUnavailable, gone))
		}
	}()
	if err := f(tx); err != nil {
		return nil, err
	}
	if _, err := b.conn.ExecContext(quiet, "RELEASE change"); err != nil {
		return nil, translate(err)
	}
	kept = true
	b.open.size++
	b.open.after = append(b.open.after, tx.after...)
	return b.open, nil
}

// prepared is a connection that compiles each statement once.
type prepared struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// maxStatements bounds what is kept compiled: queries are constants, but for a
// few that are as long as what they ask for.
const maxStatements = 256

func prepare(conn *sql.Conn) *prepared {
	return &prepared{conn: conn, statements: make(map[string]*sql.Stmt)}
}

func (p *prepared) close() {
	for _, s := range p.statements {
		_ = s.Close()
	}
	_ = p.conn.Close()
}

// get returns a compiled statement, or nil if it is not to be kept.
func (p *prepared) get(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := p.statements[query]; ok || len(p.statements) >= maxStatements {
		return s, nil
	}
	s, err := p.conn.PrepareContext(ctx, query)
	if err == nil {
		p.statements[query] = s
	}
	return s, err
}

// ExecContext is a method of querier.
func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.conn.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext is a method of querier.
func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return p.conn.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}
