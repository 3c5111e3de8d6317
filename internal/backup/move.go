package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/facelatch/facelatch/internal/store"
)

// Move copies a restored database, of which one process has the file, into an
// empty one, all of it or nothing. It fails with [store.ErrNotEmpty].
func Move(ctx context.Context, from, to string) error {
	old, err := store.Open(ctx, from)
	if err != nil {
		return err
	}
	defer old.Close()
	schema, err := old.Schema(ctx)
	if err != nil {
		return err
	}
	made, err := store.OpenEmpty(ctx, to, schema)
	if errors.Is(err, store.ErrNotEmpty) {
		return fmt.Errorf("%w: make an empty one, and try again", err)
	}
	if err != nil {
		return err
	}
	err = old.Read(ctx, func(of *store.Tx) error {
		return made.Change(ctx, func(into *store.Tx) error { return copyRows(of, into) })
	})
	return errors.Join(err, made.Close())
}

// together is how many rows are copied at once.
const together = 512

func copyRows(of, into *store.Tx) error {
	tables, err := of.Tables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		var some [][]any
		err := of.Rows(t, func(values []any) error {
			row := slices.Clone(values)
			for i, v := range row {
				if b, ok := v.([]byte); ok {
					row[i] = slices.Clone(b)
				}
			}
			if some = append(some, row); len(some) < together {
				return nil
			}
			err := into.Insert(t, some)
			some = nil
			return err
		})
		if err == nil {
			err = into.Insert(t, some)
		}
		if err != nil {
			return err
		}
		last, counts, err := of.Counter(t)
		if err != nil {
			return err
		}
		if counts {
			if err := into.SetCounter(t, last); err != nil {
				return err
			}
		}
	}
	return nil
}
