package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrations are numbered, NNNN_subject.sql, and go forward only. They are
// written for SQLite, in words that dialect.schema knows how to say to
// PostgreSQL. One that was released is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// latest asks for the newest schema there is.
const latest = 1 << 62

// schema translates a migration. Numbers are 64 bits wide everywhere, and truth
// is 0 or 1, so that one set of queries reads both databases.
func (d dialect) schema(text string) string {
	if d != postgresDialect {
		return text
	}
	return strings.NewReplacer(
		"INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
		"INTEGER", "BIGINT",
		"BLOB", "BYTEA",
		") STRICT, WITHOUT ROWID;", ");",
		") STRICT;", ");",
	).Replace(text)
}

// migrate brings the schema to a version, or leaves a newer one of this program's
// as it is. Several processes may do so at once.
func (s *Store) migrate(ctx context.Context, version int64) error {
	p, err := s.migrator()
	if err != nil {
		return err
	}
	// Two processes that open a new SQLite file at once get in each other's way,
	// and the one that was second finds the work done.
	for try := 1; ; try++ {
		err = s.up(ctx, p, version)
		if err == nil || try == 5 || errors.Is(err, ErrNewer) || ctx.Err() != nil {
			return err
		}
		time.Sleep(time.Duration(try) * 20 * time.Millisecond)
	}
}

func (s *Store) up(ctx context.Context, p *goose.Provider, version int64) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return translate(err)
	}
	if current > target {
		return fmt.Errorf("%w: it has schema %d, and this one knows %d", ErrNewer, current, target)
	}
	if current == min(version, target) {
		return nil
	}
	if _, err = p.UpTo(ctx, version); err != nil {
		return translate(err)
	}
	return nil
}

// migrator makes what applies migrations.
func (s *Store) migrator() (*goose.Provider, error) {
	all, err := s.dialect.migrations()
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(all...), goose.WithDisableGlobalRegistry(true), goose.WithTableName("schema_version")}
	if s.dialect == liteDialect {
		return goose.NewProvider(goose.DialectSQLite3, s.write, nil, options...)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, s.db, nil, append(options, goose.WithSessionLocker(locker))...)
}

// migrations returns all of them, in order.
func (d dialect) migrations() (all []*goose.Migration, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: a migration's name begins with its number", name)
		}
		schema := d.schema(string(text))
		all = append(all, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, schema)
			return err
		}}, nil))
	}
	slices.SortFunc(all, func(a, b *goose.Migration) int { return cmp.Compare(a.Version, b.Version) })
	return all, nil
}

// Schema returns the number of the schema that the database has.
func (s *Store) Schema(ctx context.Context) (version int64, err error) {
	err = s.Read(ctx, func(tx *Tx) (err error) {
		version, err = tx.Schema()
		return err
	})
	return version, err
}
