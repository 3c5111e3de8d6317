package store

import (
	"fmt"
	"strings"
)

// What is here does for many rows what other methods do for one, in a few
// statements: on a busy machine each statement is a wait of its own.

// largestPiece is how many rows one statement has at most: a power of two.
const largestPiece = 128

// pieces cuts a list into pieces of a few sizes, so that there are few different
// statements.
func pieces[T any](all []T, do func([]T) error) error {
	for size := largestPiece; size > 0; size /= 2 {
		for ; len(all) >= size; all = all[size:] {
			if err := do(all[:size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// marks are n groups of placeholders, each as given.
func marks(n int, group string) string {
	return strings.TrimSuffix(strings.Repeat(group+", ", n), ", ")
}

// PutDockets is [Tx.PutDocket] for dockets of which no two have the same id.
func (tx *Tx) PutDockets(rows []DocketRow) error {
	return pieces(rows, func(some []DocketRow) error {
		var args []any
		for _, r := range some {
			args = append(args, r.args()...)
		}
		return tx.run(putDocket(len(some)), args...)
	})
}

// Dockets returns dockets in the order of their ids, or [ErrNotFound] if one of
// them is not there.
func (tx *Tx) Dockets(ids [][16]byte) ([]DocketRow, error) {
	found := make(map[[16]byte]DocketRow, len(ids))
	err := pieces(ids, func(some [][16]byte) error {
		args := make([]any, len(some))
		for i := range some {
			args[i] = some[i][:]
		}
		rows, err := list(tx, scanDocket, `SELECT `+docketColumns+` FROM dockets WHERE id IN (`+marks(len(some), "?")+`)`, args...)
		for _, r := range rows {
			found[r.ID] = r
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]DocketRow, len(ids))
	for i, id := range ids {
		r, ok := found[id]
		if !ok {
			return nil, ErrNotFound
		}
		all[i] = r
	}
	return all, nil
}

// EnqueueAll is [Tx.Enqueue] for entries, in their order.
func (tx *Tx) EnqueueAll(entries [][]byte) (ids []QueueID, err error) {
	err = pieces(entries, func(some [][]byte) error {
		args := make([]any, len(some))
		for i, e := range some {
			args[i] = e
		}
		// Which of the new ids belongs to which entry, the entry says.
		rows, err := list(tx, func(row scanner) (r QueueRow, err error) {
			err = row.Scan(&r.ID, &r.Entry)
			return r, err
		}, `INSERT INTO ledger_queue (entry) VALUES `+marks(len(some), "(?)")+` RETURNING id, entry`, args...)
		of := make(map[string][]QueueID, len(rows))
		for _, r := range rows {
			of[string(r.Entry)] = append(of[string(r.Entry)], r.ID)
		}
		for _, e := range some {
			mine := of[string(e)]
			if err == nil && len(mine) == 0 {
				err = fmt.Errorf("%w: the queue did not take an entry", ErrDamaged)
			}
			if err != nil {
				return err
			}
			ids, of[string(e)] = append(ids, mine[0]), mine[1:]
		}
		return err
	})
	return ids, err
}

// TakePlaces is [Tx.TakePlace] for different places of a list, and returns those
// that were free.
func (tx *Tx) TakePlaces(of uint32, places []uint32) (free []uint32, err error) {
	err = pieces(places, func(some []uint32) error {
		var args []any
		for _, p := range some {
			args = append(args, int64(of), int64(p))
		}
		taken, err := list(tx, value[uint32], `INSERT INTO status_places (list, place, status) VALUES `+marks(len(some), "(?, ?, 1)")+
			` ON CONFLICT (list, place) DO NOTHING RETURNING place`, args...)
		free = append(free, taken...)
		return err
	})
	return free, err
}

// SetPlaces is [Tx.SetPlace] for different places of a list.
func (tx *Tx) SetPlaces(of uint32, places []uint32, status int) error {
	err := pieces(places, func(some []uint32) error {
		args := []any{status, int64(of)}
		for _, p := range some {
			args = append(args, int64(p))
		}
		n, err := tx.exec(`UPDATE status_places SET status = ? WHERE list = ? AND place IN (`+marks(len(some), "?")+`)`, args...)
		if err == nil && n != int64(len(some)) {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return err
	}
	return tx.listChanged(of)
}

// Noted says where an entry of the queue stands in the ledger.
type Noted struct {
	ID    QueueID
	Index uint64
}

// NoteIndexes is [Tx.NoteIndex] for different entries.
func (tx *Tx) NoteIndexes(all []Noted) error {
	err := pieces(all, func(some []Noted) error {
		var args []any
		for _, n := range some {
			args = append(args, int64(n.ID), int64(n.Index))
		}
		changed, err := tx.exec(`WITH v (id, idx) AS (VALUES `+marks(len(some), "(CAST(? AS BIGINT), CAST(? AS BIGINT))")+`)
			UPDATE ledger_queue SET idx = v.idx FROM v
			WHERE ledger_queue.id = v.id AND (ledger_queue.idx IS NULL OR ledger_queue.idx = v.idx)`, args...)
		if err == nil && changed != int64(len(some)) {
			err = fmt.Errorf("%w: %d of %d entries of the queue", ErrConflict, int64(len(some))-changed, len(some))
		}
		return err
	})
	if err == nil {
		tx.afterwards(func() { tx.noted.ring(all...) })
	}
	return err
}

// indexes returns where some entries stand in the ledger: those that do.
func (tx *Tx) indexes(ids []QueueID) (found []Noted, err error) {
	err = pieces(ids, func(some []QueueID) error {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = int64(id)
		}
		there, err := list(tx, func(row scanner) (n Noted, err error) {
			err = row.Scan(&n.ID, &n.Index)
			return n, err
		}, `SELECT id, idx FROM ledger_queue WHERE idx IS NOT NULL AND id IN (`+marks(len(some), "?")+`)`, args...)
		found = append(found, there...)
		return err
	})
	return found, err
}
