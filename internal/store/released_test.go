package store

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/store/pgtest"
)

// TestFromEveryReleasedSchema brings each schema that was released, with rows in it
// (testdata/released), up to date: no row is lost. Each release adds a file of rows
// for its newest schema.
func TestFromEveryReleasedSchema(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "released", "*.rows.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of rows, %v", len(files), err)
	}
	for _, file := range files {
		number, _, _ := strings.Cut(path.Base(file), ".")
		version, err := strconv.ParseInt(number, 10, 64)
		must(t, err)
		rows, err := os.ReadFile(file)
		must(t, err)
		t.Run("sqlite "+number, func(t *testing.T) { fromReleased(t, filepath.Join(t.TempDir(), "old.db"), version, string(rows)) })
		t.Run("postgres "+number, func(t *testing.T) { fromReleased(t, pgtest.Shared(t).Database(), version, string(rows)) })
	}
}

func fromReleased(t *testing.T, url string, version int64, rows string) {
	old, err := open(url)
	must(t, err)
	must(t, old.migrate(t.Context(), version))
	must(t, old.Change(t.Context(), func(tx *Tx) error {
		for statement := range strings.Lines(rows) {
			if old.dialect == postgresDialect { // bytes are written as texts there
				statement = strings.ReplaceAll(statement, " AS BLOB)", " AS BYTEA)")
			}
			if err := tx.run(statement); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, old.Close())
	s := mustOpen(t, url)
	if now, err := s.Schema(context.Background()); err != nil || now != Newest() {
		t.Errorf("schema %d, want %d (%v)", now, Newest(), err)
	}
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		site, err := tx.Site()
		valid, err2 := tx.Places(0, 0)
		d, err3 := tx.Docket([16]byte([]byte("0123456789abcdef")))
		m, err4 := tx.Member([8]byte([]byte("abcdefgh")))
		pins, err5 := tx.PINsOfZone("front", 1795262400)
		waiting, err6 := tx.QueueLength()
		if site.Version != 3 || len(valid) != 1 || valid[0] != 4711 || d.State != "issued" || m.Name != "正门" || len(m.Secrets) != 1 || len(pins) != 1 || waiting != 1 {
			t.Errorf("site %v, places %v, docket %v, member %v, PINs %v, %d wait", site, valid, d, m, pins, waiting)
		}
		return errors.Join(err, err2, err3, err4, err5, err6)
	}))
	if version >= 8 {
		peopleCameAlong(t, s)
	}
	// Numbers go on where they were.
	change(t, s, func(tx *Tx) error {
		id, err := tx.Enqueue([]byte("next"))
		if id != 3 {
			t.Errorf("the next entry is %d", id)
		}
		return err
	})
}

// peopleCameAlong looks for the rows of people and of operators.
func peopleCameAlong(t *testing.T, s *Store) {
	t.Helper()
	holder, operator := strings.Repeat("a", 26), strings.Repeat("b", 26)
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		h, err := tx.Holder(holder)
		consents, err2 := tx.Consents(holder)
		passes, err3 := tx.HolderPasses(holder)
		keys, err4 := tx.HolderPasskeys(holder)
		openings, err5 := tx.Openings(holder)
		o, err6 := tx.Operator(operator)
		value, _, err7 := tx.Setting("site")
		if h.Version != 4 || !h.Under14 || len(consents) != 1 || !consents[0].Guardian || len(passes) != 1 || len(keys) != 1 || len(openings) != 1 || o.Role != "owner" || value == "" {
			t.Errorf("holder %v, consents %v, passes %v, passkeys %v, openings %v, operator %v", h, consents, passes, keys, openings, o)
		}
		return errors.Join(err, err2, err3, err4, err5, err6, err7)
	}))
}
