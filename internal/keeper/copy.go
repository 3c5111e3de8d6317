package keeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/facelatch/facelatch/ledger"
)

// State returns how many entries the log in a folder has, published or not, and
// the root of their tree, as the disk has it at this moment. Another process may
// be keeping it. It fails with [ErrMissing], or if what is there cannot be read.
func State(ctx context.Context, folder string) (size uint64, root tlog.Hash, err error) {
	if _, err := os.Stat(filepath.Join(folder, lockName)); err != nil {
		return 0, root, ErrMissing
	}
	dir := source(filepath.Join(folder, logName))
	data, err := dir.Read(ctx, ".state/treeState", 4096)
	if err != nil {
		return 0, root, err
	}
	var state struct {
		Size uint64 `json:"size"`
		Root []byte `json:"root"`
	}
	if err := json.Unmarshal(data, &state); err != nil || len(state.Root) != len(root) {
		return 0, root, fmt.Errorf("%w: the state of the log cannot be read", ledger.ErrChanged)
	}
	return state.Size, tlog.Hash(state.Root), nil
}

// Entries calls each with the first entries of the log in a folder, in their
// order, 256 at a time. Another process may be keeping it.
func Entries(ctx context.Context, folder string, size uint64, each func(list [][]byte) error) error {
	dir := source(filepath.Join(folder, logName))
	for i := uint64(0); i*256 < size; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := dir.bundle(ctx, ledger.Tile{Level: -1, Index: i, Width: int(min(256, size-i*256))})
		if err == nil {
			err = each(list)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bundle reads entries. What is partial is replaced by something wider and then
// removed while the log grows, so where it is not there any more, what is wider is.
func (s source) bundle(ctx context.Context, t ledger.Tile) ([][]byte, error) {
	width := t.Width
	for try := 0; ; try++ {
		data, err := s.Read(ctx, t.Path(), entriesLimit)
		if err == nil {
			return ledger.SplitEntries(data, width)
		}
		if !errors.Is(err, ledger.ErrMissing) || try == 8 {
			return nil, fmt.Errorf("%s: %w", t.Path(), err)
		}
		t.Width = s.wider(t, width)
	}
}

// wider returns the width of a form of a bundle that has at least so many entries.
func (s source) wider(t ledger.Tile, width int) int {
	whole := ledger.Tile{Level: t.Level, Index: t.Index, Width: 256}
	if _, err := os.Stat(filepath.Join(string(s), filepath.FromSlash(whole.Path()))); err == nil {
		return 256
	}
	partials, err := os.ReadDir(filepath.Join(string(s), filepath.FromSlash(whole.Path())+".p"))
	if err != nil {
		return 256
	}
	for _, p := range partials {
		if n, err := strconv.Atoi(p.Name()); err == nil && n >= width && n < 256 {
			return n
		}
	}
	return 256
}

// Refill is a ledger that is being made of the entries of another. One goroutine
// uses it. [NewRefill] makes one.
type Refill struct {
	log   *appendLog
	ready [][]byte
}

// NewRefill begins a ledger in a folder in which there is none. Until Finish
// returned nil, what is in the folder must not be used.
func NewRefill(ctx context.Context, folder string) (*Refill, error) {
	if err := Create(ctx, folder); err != nil {
		return nil, err
	}
	l, err := openLog(ctx, folder)
	if err != nil {
		return nil, err
	}
	return &Refill{log: l}, nil
}

// Add appends entries, behind those of before.
func (r *Refill) Add(ctx context.Context, list [][]byte) error {
	r.ready = append(r.ready, list...)
	if len(r.ready) < maxAppend {
		return nil
	}
	return r.flush(ctx)
}

func (r *Refill) flush(ctx context.Context) error {
	if len(r.ready) == 0 {
		return nil
	}
	err := r.log.append(ctx, r.ready)
	r.ready = nil
	return err
}

// Finish ends it, and checks that the log is what it was: so many entries, with
// this root. It fails with [ErrForked].
func (r *Refill) Finish(ctx context.Context, size uint64, root tlog.Hash) error {
	defer r.log.close()
	if err := r.flush(ctx); err != nil {
		return err
	}
	now, err := r.log.checkpoint(ctx, "")
	if err != nil {
		return err
	}
	if now.Size != size || now.Root != root {
		return fmt.Errorf("%w: %d entries instead of %d, or another root", ErrForked, now.Size, size)
	}
	return nil
}

// Abandon ends it where it will not be finished.
func (r *Refill) Abandon() { r.log.close() }

// CatchUp has the log in a folder, which nobody keeps, go on where another copy of
// it ends: at a checkpoint that its key has signed, read from a source. It returns
// how many entries were appended, each of which was proved first; none if the log
// was as far, or further. It fails with [ErrForked] if neither extends the other,
// or with what reading says, after which the log is as it was or has become longer
// by entries that are right.
func CatchUp(ctx context.Context, folder string, from ledger.Source, to ledger.Checkpoint) (added uint64, err error) {
	l, err := openLog(ctx, folder)
	if err != nil {
		return 0, err
	}
	defer l.close()
	now, err := l.checkpoint(ctx, to.Origin)
	if err != nil {
		return 0, err
	}
	if now.Size >= to.Size {
		return 0, l.extends(ctx, to)
	}
	if err := ledger.Extends(ctx, from, now, to); err != nil {
		if errors.Is(err, ledger.ErrFork) {
			err = fmt.Errorf("%w: %w", ErrForked, err)
		}
		return 0, err
	}
	var some [][]byte
	flush := func() error {
		if len(some) == 0 {
			return nil
		}
		err := l.append(ctx, some)
		some = nil
		return err
	}
	err = ledger.Entries(ctx, from, to, now.Size, func(_ uint64, entry []byte) error {
		if some = append(some, entry); len(some) < maxAppend {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return 0, err
	}
	return to.Size - now.Size, l.extends(ctx, to)
}

// Verify computes the root of the log in a folder from all its entries, and
// compares it with what the log says of itself. Another process
// may be keeping it. It fails with [ledger.ErrChanged], or if it cannot be read.
func Verify(ctx context.Context, folder string) error {
	size, root, err := State(ctx, folder)
	if err != nil {
		return err
	}
	var t ledger.Tree
	err = Entries(ctx, folder, size, func(list [][]byte) error {
		for _, e := range list {
			t.Add(e)
		}
		return nil
	})
	if err == nil && t.Root() != root {
		err = fmt.Errorf("%w: its %d entries have another root", ledger.ErrChanged, size)
	}
	return err
}
