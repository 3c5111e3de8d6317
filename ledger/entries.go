package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// walker reads the entries of the log of a checkpoint, each proved by its root.
type walker struct {
	ctx    context.Context
	from   Source
	of     Checkpoint
	hashes tlog.HashReader
}

func newWalker(ctx context.Context, from Source, c Checkpoint) walker {
	return walker{ctx, from, c, newReader(ctx, from, c)}
}

// bundles returns how many bundles of entries there are.
func (w walker) bundles() uint64 { return (w.of.Size + tileWidth - 1) / tileWidth }

// bundle returns the entries of one bundle. It fails with [ErrChanged], or a
// [ReadError].
func (w walker) bundle(i uint64) ([][]byte, error) {
	first := i * tileWidth
	n := int(min(tileWidth, w.of.Size-first))
	data, err := readTile(w.ctx, w.from, Tile{entriesLevel, i, n}, maxBundle)
	if err != nil {
		return nil, changed(err)
	}
	list, err := SplitEntries(data, n)
	if err != nil {
		return nil, fmt.Errorf("%w: entries from %d on: %w", ErrChanged, first, err)
	}
	indexes := make([]int64, n)
	for k := range indexes {
		indexes[k] = tlog.StoredHashIndex(0, int64(first)+int64(k))
	}
	want, err := w.hashes.ReadHashes(indexes)
	if err != nil {
		return nil, changed(err)
	}
	for k, e := range list {
		if tlog.RecordHash(e) != want[k] {
			return nil, &entryError{first + uint64(k), fmt.Errorf("%w: this entry was changed", ErrChanged)}
		}
	}
	return list, nil
}

// entryError says which entry is wrong.
type entryError struct {
	index uint64
	err   error
}

func (e *entryError) Error() string { return fmt.Sprintf("entry %d: %v", e.index, e.err) }

func (e *entryError) Unwrap() error { return e.err }

// ActAt is an act in clear and where it stands in the log.
type ActAt struct {
	Index uint64
	Act
}

// Newest calls each with the acts in clear of the log of a checkpoint, the newest
// first, until it returns false. It fails with [ErrChanged], [ErrEntry], or a
// [ReadError].
func Newest(ctx context.Context, from Source, c Checkpoint, each func(ActAt) bool) error {
	w := newWalker(ctx, from, c)
	for i := w.bundles(); i > 0; i-- {
		list, err := w.bundle(i - 1)
		if err != nil {
			return err
		}
		for k := len(list) - 1; k >= 0; k-- {
			index := (i-1)*tileWidth + uint64(k)
			e, err := Decode(list[k])
			if err != nil {
				return &entryError{index, err}
			}
			if e.Act != nil && !each(ActAt{index, *e.Act}) {
				return nil
			}
		}
	}
	return nil
}
