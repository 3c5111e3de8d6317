package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	// ErrFork is returned for a checkpoint that does not extend an earlier one of
	// the same log: something that was in it has been changed or taken out.
	ErrFork = errors.New("the ledger does not extend what it was before")
	// ErrShrunk is returned for a log that has fewer entries than before.
	ErrShrunk = errors.New("the ledger is shorter than it was before")
	// ErrChanged is returned for a log whose files are not what its checkpoint
	// says.
	ErrChanged = errors.New("the ledger's files are not what its checkpoint says")
)

// Extends checks that one checkpoint extends another of the same log, by a
// consistency proof made of the log's tiles. It fails with [ErrShrunk],
// [ErrFork], [ErrChanged], or a [ReadError], after which nothing is known. What
// it reads does not depend on how far apart the two are, but for some tiles of 8
// KiB for each factor of 256.
func Extends(ctx context.Context, from Source, earlier, later Checkpoint) error {
	switch {
	case earlier.Origin != later.Origin:
		return fmt.Errorf("%w: it was %q and is %q", ErrFork, earlier.Origin, later.Origin)
	case later.Size < earlier.Size:
		return fmt.Errorf("%w: %d entries after %d", ErrShrunk, later.Size, earlier.Size)
	case later.Size == earlier.Size && later.Root != earlier.Root:
		return fmt.Errorf("%w: two roots of %d entries", ErrFork, later.Size)
	case later.Size == earlier.Size || earlier.Size == 0:
		return nil
	}
	proof, err := tlog.ProveTree(int64(later.Size), int64(earlier.Size), newReader(ctx, from, later))
	if err != nil {
		return changed(err)
	}
	if err := tlog.CheckTree(proof, int64(later.Size), later.Root, int64(earlier.Size), earlier.Root); err != nil {
		return fmt.Errorf("%w: the first %d entries are not those of before", ErrFork, earlier.Size)
	}
	return nil
}

// Prove returns the consistency proof that [Extends] checks, for whoever wants
// it as hashes: a witness. It is empty where either log has no entries.
func Prove(ctx context.Context, from Source, earlier uint64, later Checkpoint) ([]tlog.Hash, error) {
	if earlier == 0 || earlier == later.Size {
		return nil, nil
	}
	if earlier > later.Size {
		return nil, fmt.Errorf("%w: %d entries after %d", ErrShrunk, later.Size, earlier)
	}
	proof, err := tlog.ProveTree(int64(later.Size), int64(earlier), newReader(ctx, from, later))
	return proof, changed(err)
}

// Includes checks that an entry stands at an index of the log of a checkpoint, by
// an inclusion proof made of the log's tiles. It fails with [ErrChanged], or a
// [ReadError].
func Includes(ctx context.Context, from Source, c Checkpoint, index uint64, entry []byte) error {
	if index >= c.Size {
		return fmt.Errorf("%w: there is no entry %d", ErrChanged, index)
	}
	proof, err := tlog.ProveRecord(int64(c.Size), int64(index), newReader(ctx, from, c))
	if err != nil {
		return changed(err)
	}
	if err := tlog.CheckRecord(proof, int64(c.Size), c.Root, int64(index), tlog.RecordHash(entry)); err != nil {
		return fmt.Errorf("%w: entry %d is another one", ErrChanged, index)
	}
	return nil
}

// changed keeps what could not be read apart from what was read, or has a
// length, and is wrong.
func changed(err error) error {
	var unread *ReadError
	switch {
	case err == nil || errors.Is(err, ErrChanged):
		return err
	case errors.As(err, &unread) && !errors.Is(err, ErrTooLong):
		return err
	}
	return fmt.Errorf("%w: %w", ErrChanged, err)
}
