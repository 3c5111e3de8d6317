package backup

import (
	"bytes"
	"context"
	"io/fs"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// counter is a [Sink] that counts, and checks what it is promised.
type counter struct {
	t       *testing.T
	rows    int64
	entries uint64
	files   int
}

func (c *counter) Begin(context.Context, Manifest) error { return nil }

func (c *counter) Rows(_ context.Context, t Table, rows [][]any) error {
	for _, row := range rows {
		if len(row) != len(t.Columns) {
			c.t.Errorf("a row of %d columns for %d", len(row), len(t.Columns))
		}
	}
	c.rows += int64(len(rows))
	return nil
}

func (c *counter) Entries(_ context.Context, list [][]byte) error {
	c.entries += uint64(len(list))
	return nil
}

func (c *counter) File(path string, _ fs.FileMode, _ []byte) error {
	if !checkPath(path) {
		c.t.Errorf("the path %q", path)
	}
	c.files++
	return nil
}

// FuzzUnpack gives any archive: what is refused returns nothing, and what is taken
// has as much of everything as it says.
func FuzzUnpack(f *testing.F) {
	f.Fuzz(func(t *testing.T, archive []byte) {
		c := &counter{t: t}
		m, err := unpack(t.Context(), bytes.NewReader(archive), c)
		switch {
		case err != nil && m.Format != 0:
			t.Errorf("%v, and a manifest", err)
		case err == nil && (m.Format != Format || c.entries != m.Ledger.Size):
			t.Errorf("%+v, %+v", m, c)
		}
	})
}

// FuzzRows gives any part of a table: what is taken is written as what is taken
// again, and is the same.
func FuzzRows(f *testing.F) {
	table := Table{Name: "x", Columns: []Column{{"a", "integer"}, {"b", "text"}, {"c", "blob"}}}
	f.Fuzz(func(t *testing.T, part []byte) {
		rows, err := parseRows(part, table)
		if err != nil {
			if rows != nil {
				t.Errorf("%v, and rows", err)
			}
			return
		}
		var again []byte
		for _, row := range rows {
			if again, err = appendRow(again, table, row); err != nil {
				t.Fatal(err)
			}
		}
		second, err := parseRows(again, table)
		if err != nil || len(second) != len(rows) {
			t.Errorf("%d rows became %d: %v", len(rows), len(second), err)
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzUnpack")
	testenv.Corpus(t, "FuzzRows")
}
