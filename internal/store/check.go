package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// OpenAsIs opens a database that is there, to be looked at or copied: it makes
// none, and leaves the schema as it is. It fails as [Open] does.
func OpenAsIs(ctx context.Context, url string) (*Store, error) {
	if path := strings.TrimPrefix(url, "sqlite://"); !strings.Contains(path, "://") {
		if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
			return nil, fmt.Errorf("%w: there is none at %s", ErrDamaged, path)
		}
	}
	s, err := open(url)
	if err != nil {
		return nil, err
	}
	schema, err := s.Schema(ctx)
	if err == nil && schema > Newest() {
		err = fmt.Errorf("%w: it has schema %d, and this one knows %d", ErrNewer, schema, Newest())
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Faults returns what is wrong with the database itself, and where two tables say
// what cannot both be: sentences for the operator, none where all is well. On a
// large SQLite file it takes a while.
func (tx *Tx) Faults() (all []string, err error) {
	if tx.dialect == liteDialect {
		if all, err = tx.integrity(); err != nil || len(all) > 0 {
			return all, err
		}
	}
	for _, c := range contradictions() {
		n, err := one(tx, value[int64], c.count)
		if err != nil {
			return all, err
		}
		if n > 0 {
			all = append(all, fmt.Sprintf(c.says, n))
		}
	}
	return all, nil
}

// integrity asks SQLite about its file.
func (tx *Tx) integrity() (all []string, err error) {
	said, err := list(tx, value[string], `PRAGMA integrity_check(10)`)
	if err != nil {
		return nil, err
	}
	for _, s := range said {
		if s != "ok" {
			all = append(all, s)
		}
	}
	n, err := one(tx, value[int64], `SELECT count(*) FROM pragma_foreign_key_check`)
	if err == nil && n > 0 {
		all = append(all, fmt.Sprintf("%d rows refer to others that are not there", n))
	}
	return all, err
}

// contradiction counts rows that cannot be.
type contradiction struct{ count, says string }

func contradictions() []contradiction {
	return []contradiction{
		{`SELECT count(*) FROM dockets d LEFT JOIN status_places p ON p.list = d.list AND p.place = d.place
			WHERE d.state = 'issued' AND (p.status IS NULL OR p.status <> 0)`, "%d passes that were issued are refused by their list"},
		{`SELECT count(*) FROM status_places p WHERE p.status = 0 AND NOT EXISTS (
			SELECT 1 FROM dockets d WHERE d.list = p.list AND d.place = p.place AND d.state = 'issued')`, "%d places of the lists are good, and no pass was issued for them"},
		{
			`SELECT count(*) FROM dockets d JOIN consents c ON c.hash = d.consent WHERE d.state = 'issued' AND c.withdrawn <> 0`,
			"%d passes are good although their consent was withdrawn",
		},
		{`SELECT count(*) FROM status_places p WHERE NOT EXISTS (SELECT 1 FROM status_lists l WHERE l.list = p.list)`, "%d places are of lists that are not there"},
		{`SELECT count(*) FROM pin_zones z JOIN pins p ON p.number = z.number WHERE p.state IN ('revoked', 'abandoned')`, "%d PINs that were revoked can still be checked"},
	}
}
