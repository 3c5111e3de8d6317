package store

// AddList begins a status list on which nothing is taken. One that is there stays
// as it is. issued is in Unix seconds.
func (tx *Tx) AddList(list uint32, issued int64) error {
	if err := tx.run(`INSERT INTO status_lists (list, issued, version) VALUES (?, ?, 0) ON CONFLICT (list) DO NOTHING`, int64(list), issued); err != nil {
		return err
	}
	return tx.listChanged(list)
}

// NewestList returns the number of the list that was begun last, or [ErrNotFound].
func (tx *Tx) NewestList() (uint32, error) {
	return one(tx, value[uint32], `SELECT list FROM status_lists ORDER BY list DESC LIMIT 1`)
}

// TakePlace gives a place away, as invalid, and says whether it was free: one that
// was ever given away is not.
func (tx *Tx) TakePlace(list, place uint32) (bool, error) {
	n, err := tx.exec(`INSERT INTO status_places (list, place, status) VALUES (?, ?, 1) ON CONFLICT (list, place) DO NOTHING`, int64(list), int64(place))
	return n == 1, err
}

// SetPlace changes what a list says about a place that was given away: 0 valid, 1
// invalid. It fails with [ErrNotFound] for any other.
func (tx *Tx) SetPlace(list, place uint32, status int) error {
	n, err := tx.exec(`UPDATE status_places SET status = ? WHERE list = ? AND place = ?`, status, int64(list), int64(place))
	if err == nil && n != 1 {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	return tx.listChanged(list)
}

func (tx *Tx) listChanged(list uint32) error {
	return tx.run(`INSERT INTO status_changes (list) VALUES (?)`, int64(list))
}

// Place returns what a list says about a place that was given away, or
// [ErrNotFound].
func (tx *Tx) Place(list, place uint32) (status int, err error) {
	return one(tx, value[int], `SELECT status FROM status_places WHERE list = ? AND place = ?`, int64(list), int64(place))
}

// Places returns the places of a list that say something.
func (tx *Tx) Places(of uint32, status int) ([]uint32, error) {
	return list(tx, value[uint32], `SELECT place FROM status_places WHERE list = ? AND status = ?`, int64(of), status)
}

// CountPlaces returns how many places say something, on all lists: what an auditor
// compares with the ledger.
func (tx *Tx) CountPlaces(status int) (int64, error) {
	return one(tx, value[int64], `SELECT count(*) FROM status_places WHERE status = ?`, status)
}

// ListRow is a status list in its signed form.
type ListRow struct {
	List   uint32
	Issued int64  // Unix seconds
	Signed []byte // nil before it was signed
}

// Lists returns all status lists, by number.
func (tx *Tx) Lists() ([]ListRow, error) {
	return list(tx, func(row scanner) (r ListRow, err error) {
		err = row.Scan(&r.List, &r.Issued, &r.Signed)
		return r, err
	}, `SELECT list, issued, signed FROM status_lists ORDER BY list`)
}

// ChangedLists returns the lists that have changed since they were signed.
func (tx *Tx) ChangedLists() ([]ListRow, error) {
	return list(tx, func(row scanner) (r ListRow, err error) {
		err = row.Scan(&r.List, &r.Issued)
		return r, err
	}, `SELECT list, issued FROM status_lists WHERE list IN (SELECT list FROM status_changes) ORDER BY list`)
}

// SignedList keeps the signed form of a list, made from what this transaction has
// read of it.
func (tx *Tx) SignedList(r ListRow) error {
	if err := tx.run(`DELETE FROM status_changes WHERE list = ?`, int64(r.List)); err != nil {
		return err
	}
	return tx.runOne(`UPDATE status_lists SET issued = ?, signed = ?, version = version + 1 WHERE list = ?`, r.Issued, r.Signed, int64(r.List))
}
