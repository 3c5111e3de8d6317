package store

// BundleRow is a signed bundle.
type BundleRow struct {
	Number uint64
	Body   []byte
}

// NewestBundle returns the bundle with the highest number, or [ErrNotFound].
func (tx *Tx) NewestBundle() (BundleRow, error) {
	return one(tx, func(row scanner) (r BundleRow, err error) {
		err = row.Scan(&r.Number, &r.Body)
		return r, err
	}, `SELECT number, body FROM bundles ORDER BY number DESC LIMIT 1`)
}

// AddBundle keeps a bundle, and drops those from before the one before it. It
// fails with [ErrConflict] unless its number is above all others.
func (tx *Tx) AddBundle(r BundleRow) error {
	err := tx.runOne(`INSERT INTO bundles (number, body) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM bundles WHERE number >= ?)`,
		int64(r.Number), r.Body, int64(r.Number))
	if err != nil {
		return err
	}
	return tx.run(`DELETE FROM bundles WHERE number < ?`, int64(r.Number)-1)
}

// PINObject returns what the PINs of a zone were signed as last, or [ErrNotFound].
func (tx *Tx) PINObject(zone string) ([]byte, error) {
	return one(tx, value[[]byte], `SELECT body FROM pin_objects WHERE zone = ?`, zone)
}

// PutPINObject keeps what the PINs of a zone were signed as, made from what this
// transaction has read of them.
func (tx *Tx) PutPINObject(zone string, body []byte) error {
	return tx.run(`INSERT INTO pin_objects (zone, body) VALUES (?, ?) ON CONFLICT (zone) DO UPDATE SET body = excluded.body`, zone, body)
}

// PINsSigned notes that what the PINs of a zone were signed as is what they are.
func (tx *Tx) PINsSigned(zone string) error {
	return tx.run(`DELETE FROM pin_changes WHERE zone = ?`, zone)
}

// Stamp is another one once something has changed that doors are to know, or the
// configuration.
type Stamp struct {
	Site, Bundle, Members, Lists, Refused, Notices int64
	// Unsigned says that lists or PINs have changed since they were signed.
	Unsigned bool
}

// Stamp returns it. It costs little.
func (tx *Tx) Stamp() (Stamp, error) {
	return one(tx, func(row scanner) (s Stamp, err error) {
		err = row.Scan(&s.Site, &s.Bundle, &s.Members, &s.Lists, &s.Refused, &s.Notices, &s.Unsigned)
		return s, err
	}, `SELECT (SELECT coalesce(max(version), 0) FROM site), (SELECT coalesce(max(number), 0) FROM bundles),
		(SELECT CAST(coalesce(sum(version), 0) AS INTEGER) FROM members),
		(SELECT CAST(coalesce(sum(version), 0) AS INTEGER) FROM status_lists), (SELECT count(*) FROM refused_keys),
		(SELECT count(*) FROM notices),
		CASE WHEN EXISTS (SELECT 1 FROM status_changes) OR EXISTS (SELECT 1 FROM pin_changes) THEN 1 ELSE 0 END`)
}
