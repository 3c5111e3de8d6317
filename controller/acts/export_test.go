package acts

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

// ErrLost is what an effect fails with of which the store does not know whether it
// was kept.
var ErrLost = errors.New("lost")

// GiveLost gives something with an effect of which nobody hears whether it was
// kept, and which was, or was not. It returns what the caller is told.
func (a *Acts) GiveLost(ctx context.Context, kept bool) error {
	e, err := a.clearEntry("op-aaaa", "test.act", nil)
	if err != nil {
		return err
	}
	g := giving{entries: []entry{e}, effect: func(*store.Tx) error { return ErrLost }}
	if !kept {
		return a.give(ctx, g)
	}
	var ids []store.QueueID
	until := a.now().Add(time.Minute)
	if err := a.with.Store.Change(ctx, func(tx *store.Tx) (err error) {
		ids, err = a.intend(tx, g, until)
		return err
	}); err != nil {
		return err
	}
	if err := a.with.Store.Change(ctx, func(tx *store.Tx) error { return tx.EndIntent(ids[0]) }); err != nil {
		return err
	}
	return a.giveUp(ctx, g, ids[0], ErrLost, until)
}

// ReadCSV reads holders from CSV and returns what was read as CSV again.
func ReadCSV(data []byte) (again []byte, good, refused int, err error) {
	inputs, report, err := readHolders(bytes.NewReader(data))
	if err != nil {
		return nil, 0, 0, err
	}
	var b bytes.Buffer
	err = writeHolders(&b, func(each func(HolderInput) error) error {
		for _, in := range inputs {
			if err := each(in); err != nil {
				return err
			}
		}
		return nil
	})
	return b.Bytes(), len(inputs), report.Refused, err
}

// SortKey, CheckWords and Place are parts that tests of their own.
func SortKey(label string) []byte { return sortKey(label) }

// CheckWords is checkWords for a label.
func CheckWords(text string) (string, error) { return checkWords("label", text, 1, MaxLabel) }

// Place reads the place at which a page of holders ends.
func Place(text string) error { _, err := placeOf(text); return err }

// Computed says whether a spreadsheet would compute a cell.
func Computed(cell string) bool { return cell != "" && strings.ContainsRune(formulas, rune(cell[0])) }
