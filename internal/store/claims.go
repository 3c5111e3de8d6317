package store

import "errors"

// ClaimRow is a row of claims.
type ClaimRow struct {
	Hash, Request []byte
	Expires       int64
}

// Claim notes that a request is being done. It fails with [ErrConflict] if it is
// noted already, unless that has run out by now; [Tx.Claimed] says by which request.
func (tx *Tx) Claim(c ClaimRow, now int64) error {
	if err := tx.run(`DELETE FROM claims WHERE hash = ? AND expires <= ?`, c.Hash, now); err != nil {
		return err
	}
	if _, err := tx.Claimed(c.Hash); !errors.Is(err, ErrNotFound) {
		return firstOf(err, ErrConflict)
	}
	return tx.run(`INSERT INTO claims (hash, request, expires) VALUES (?, ?, ?)`, c.Hash, c.Request, c.Expires)
}

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Claimed returns what was noted of a request, or [ErrNotFound].
func (tx *Tx) Claimed(hash []byte) (ClaimRow, error) {
	return one(tx, func(row scanner) (c ClaimRow, err error) {
		err = row.Scan(&c.Hash, &c.Request, &c.Expires)
		return c, err
	}, `SELECT hash, request, expires FROM claims WHERE hash = ?`, hash)
}

// DropClaim forgets a request of which nothing was done.
func (tx *Tx) DropClaim(hash []byte) error { return tx.run(`DELETE FROM claims WHERE hash = ?`, hash) }
