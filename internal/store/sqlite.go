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
)

const (
	// busyMillis is how long SQLite waits for another process that writes.
	busyMillis = 15000
	// maxReaders is how many transactions read a file at once.
	maxReaders = 4
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
	connect := func(ctx context.Context) (lane, error) {
		conn, err := write.Conn(ctx)
		if err != nil {
			return nil, err
		}
		return &prepared{conn: conn, statements: make(map[string]*sql.Stmt)}, nil
	}
	return &Store{db: read, write: write, dialect: liteDialect, batches: newBatches(connect, liteDialect, noted), noted: noted}, nil
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

// prepared is a connection that compiles each statement once: a [lane].
type prepared struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// maxStatements bounds what is kept compiled: queries are constants, but for a
// few that are as long as what they ask for.
const maxStatements = 256

// do is a method of lane.
func (p *prepared) do(ctx context.Context, script string) error {
	_, err := p.ExecContext(ctx, script)
	return err
}

// close is a method of lane.
func (p *prepared) close() {
	_, _ = p.conn.ExecContext(context.Background(), "ROLLBACK") // or there is no transaction
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
