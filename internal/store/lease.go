package store

import "time"

// Lease takes or prolongs a lease for an owner, until so long from now by the
// database's clock, and says whether the owner has it. A lease that ran out is
// anybody's. name has 1 to 64 bytes, owner as many.
func (tx *Tx) Lease(name, owner string, length time.Duration) (bool, error) {
	now := tx.dialect.unixNow()
	n, err := tx.exec(`INSERT INTO leases (name, owner, until) VALUES (?, ?, `+now+` + ?)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
		WHERE leases.owner = excluded.owner OR leases.until <= `+now,
		name, owner, int64(length/time.Second))
	return n == 1, err
}

// Release gives a lease back, if the owner has it.
func (tx *Tx) Release(name, owner string) error {
	return tx.run(`DELETE FROM leases WHERE name = ? AND owner = ?`, name, owner)
}

// Holds says whether an owner has a lease that has not run out.
func (tx *Tx) Holds(name, owner string) (bool, error) {
	n, err := one(tx, value[int64], `SELECT count(*) FROM leases WHERE name = ? AND owner = ? AND until > `+tx.dialect.unixNow(), name, owner)
	return n == 1, err
}
