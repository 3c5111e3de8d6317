package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"
)

// Entries calls each with the entries of the log of a checkpoint from an index on,
// in their order, each proved by the checkpoint's root before it is given out. It
// fails with [ErrChanged], a [ReadError], or what each says.
func Entries(ctx context.Context, from Source, c Checkpoint, first uint64, each func(index uint64, entry []byte) error) error {
	w := newWalker(ctx, from, c)
	for i := first / tileWidth; i < w.bundles(); i++ {
		list, err := w.bundle(i)
		if err != nil {
			return err
		}
		for k, entry := range list {
			index := i*tileWidth + uint64(k)
			if index < first {
				continue
			}
			if err := each(index, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// Tree computes the root of a log from its entries, one after another: what it
// holds are the roots of whole subtrees, the largest first (RFC 6962, 2.1). The zero
// value is that of no entries.
type Tree struct {
	// Size is how many entries were added.
	Size  uint64
	whole []tlog.Hash
}

// Add adds the next entry.
func (t *Tree) Add(entry []byte) {
	h := tlog.RecordHash(entry)
	for n := t.Size; n&1 == 1; n >>= 1 {
		last := len(t.whole) - 1
		h = tlog.NodeHash(t.whole[last], h)
		t.whole = t.whole[:last]
	}
	t.whole = append(t.whole, h)
	t.Size++
}

// Root returns the root of what was added.
func (t *Tree) Root() tlog.Hash {
	if t.Size == 0 {
		return emptyRoot()
	}
	h := t.whole[len(t.whole)-1]
	for i := len(t.whole) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.whole[i], h)
	}
	return h
}
