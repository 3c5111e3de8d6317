package acts_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzImport: what is read from a file is written so that it is read as the same
// again, and that no spreadsheet computes any of it; and everything in it can be
// seen as what it is.
func FuzzImport(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		once, good, _, err := acts.ReadCSV(data)
		if err != nil {
			if !errors.Is(err, acts.ErrInvalid) || once != nil {
				t.Fatal(err)
			}
			return
		}
		twice, again, refused, err := acts.ReadCSV(once)
		if err != nil || again != good || refused != 0 || !bytes.Equal(once, twice) {
			t.Fatalf("%d became %d, %d refused, %v:\n%q\n%q", good, again, refused, err, once, twice)
		}
		lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(once, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			for _, cell := range line {
				if acts.Computed(cell) || strings.ContainsFunc(cell, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Fatalf("a cell %q", cell)
				}
			}
		}
	})
}

// FuzzPlace: whatever comes as the end of a page is taken or refused, by name.
func FuzzPlace(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		if err := acts.Place(text); err != nil && !errors.Is(err, acts.ErrInvalid) {
			t.Fatal(err)
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzImport")
	testenv.Corpus(t, "FuzzPlace")
}
