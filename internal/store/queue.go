package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// QueueID names an entry that the ledger is to have. Later ones are greater.
type QueueID int64

// QueueRow is an entry that the ledger does not have yet.
type QueueRow struct {
	ID    QueueID
	Entry []byte
}

// ErrNotRecorded is returned for an entry that the ledger did not get in time. It
// stays in the queue.
var ErrNotRecorded = errors.New("the ledger cannot be written at present")

// Enqueue queues an entry for the ledger, of 1 to 4096 bytes, in the transaction
// of what it speaks of: either both are there or neither.
func (tx *Tx) Enqueue(entry []byte) (QueueID, error) {
	return one(tx, value[QueueID], `INSERT INTO ledger_queue (entry) VALUES (?) RETURNING id`, entry)
}

// Waiting returns the first entries of which no index is noted, at most as many as
// limit, in the order of the queue.
func (tx *Tx) Waiting(limit int) ([]QueueRow, error) {
	return list(tx, func(row scanner) (r QueueRow, err error) {
		err = row.Scan(&r.ID, &r.Entry)
		return r, err
	}, `SELECT id, entry FROM ledger_queue WHERE idx IS NULL ORDER BY id LIMIT ?`, limit)
}

// Entries returns the texts that are still kept, of the rows after one, in the
// order of the queue, at most so many.
func (tx *Tx) Entries(after QueueID, limit int) ([][]byte, error) {
	return list(tx, value[[]byte], `SELECT entry FROM ledger_queue WHERE id > ? AND entry IS NOT NULL ORDER BY id LIMIT ?`, int64(after), limit)
}

// QueueLength returns how many entries wait.
func (tx *Tx) QueueLength() (int64, error) {
	return one(tx, value[int64], `SELECT count(*) FROM ledger_queue WHERE idx IS NULL`)
}

// Reached returns one more than the greatest index that is noted, 0 for none: so
// many entries the ledger must have.
func (tx *Tx) Reached() (uint64, error) {
	n, err := one(tx, value[int64], `SELECT coalesce(max(idx), -1) + 1 FROM ledger_queue`)
	return uint64(n), err
}

// Checkpoint returns the newest checkpoint that was published of the ledger, as it
// was signed; nil if there is none.
func (tx *Tx) Checkpoint() ([]byte, error) {
	signed, err := one(tx, value[[]byte], `SELECT signed FROM ledger_checkpoint`)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return signed, err
}

// SetCheckpoint keeps the newest checkpoint, of up to 16 KiB.
func (tx *Tx) SetCheckpoint(signed []byte) error {
	return tx.run(`INSERT INTO ledger_checkpoint (one, signed) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET signed = excluded.signed`, signed)
}

// NoteIndex notes where an entry stands in the ledger, and wakes who waits for it
// in this process. It fails with [ErrConflict] if something else is noted
// already, or another entry stands there.
func (tx *Tx) NoteIndex(id QueueID, index uint64) error {
	n, err := tx.exec(`UPDATE ledger_queue SET idx = ? WHERE id = ? AND (idx IS NULL OR idx = ?)`, int64(index), int64(id), int64(index))
	if err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("%w: entry %d of the queue", ErrConflict, id)
	}
	tx.afterwards(func() { tx.noted.ring(Noted{id, index}) })
	return nil
}

// Index returns where an entry stands in the ledger, and whether it does.
func (tx *Tx) Index(id QueueID) (index uint64, recorded bool, err error) {
	found, err := one(tx, value[*int64], `SELECT idx FROM ledger_queue WHERE id = ?`, int64(id))
	if err != nil || found == nil {
		return 0, false, err
	}
	return uint64(*found), true, nil
}

// DropEntries forgets the text of entries that the ledger has, but for the newest
// so many: the ledger keeps it, and their index stays here.
func (tx *Tx) DropEntries(keep int) error {
	return tx.run(`UPDATE ledger_queue SET entry = NULL WHERE entry IS NOT NULL AND idx IS NOT NULL
		AND id <= (SELECT coalesce(max(id), 0) FROM ledger_queue) - ?`, keep)
}

// Recorded waits until the ledger has all of some entries, and returns where they
// stand. It fails with [ErrNotRecorded] once ctx ends, after which they may be
// recorded all the same.
func (s *Store) Recorded(ctx context.Context, ids ...QueueID) ([]uint64, error) {
	s.noted.await(ids)
	defer s.noted.forget(ids)
	found, rest := make(map[QueueID]uint64, len(ids)), ids
	pause := firstAsk
	ask := time.NewTimer(pause)
	defer ask.Stop()
	for {
		rung := s.noted.wait()
		if rest = s.noted.fill(found, rest); len(rest) == 0 {
			break
		}
		select {
		case <-rung:
		case <-ask.C: // another process may be the one that notes it
			if err := s.ask(ctx); err != nil && ctx.Err() == nil {
				return nil, err
			}
			pause = min(2*pause, lastAsk)
			ask.Reset(pause)
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrNotRecorded, ctx.Err())
		}
	}
	indexes := make([]uint64, len(ids))
	for i, id := range ids {
		indexes[i] = found[id]
	}
	return indexes, nil
}

// firstAsk and lastAsk are how long Recorded waits before it asks the database:
// longer each time.
const (
	firstAsk = 15 * time.Millisecond
	lastAsk  = 200 * time.Millisecond
)

// ask asks the database about all that anybody in this process waits for, unless
// somebody is doing that.
func (s *Store) ask(ctx context.Context) error {
	if !s.noted.asking.CompareAndSwap(false, true) {
		return nil
	}
	defer s.noted.asking.Store(false)
	var there []Noted
	err := s.Read(ctx, func(tx *Tx) (err error) {
		there, err = tx.indexes(s.noted.unknown())
		return err
	})
	if err == nil && len(there) > 0 {
		s.noted.ring(there...)
	}
	return err
}
