package store

// SiteRow is what the site is.
type SiteRow struct {
	ID      [8]byte
	Demo    bool
	Version int64
	// Config is JSON; up to 64 KiB.
	Config []byte
}

// CreateSite makes the one row, version 1. It fails with [ErrConflict] if there is
// one.
func (tx *Tx) CreateSite(r SiteRow) error {
	return tx.run(`INSERT INTO site (one, id, demo, version, config) VALUES (1, ?, ?, 1, ?)`, r.ID[:], number(r.Demo), string(r.Config))
}

// Site returns what the site is, or [ErrNotFound].
func (tx *Tx) Site() (SiteRow, error) {
	return one(tx, func(row scanner) (r SiteRow, err error) {
		var id, config []byte
		if err = row.Scan(&id, &r.Demo, &r.Version, &config); err != nil {
			return r, err
		}
		r.Config = config
		return r, fill(r.ID[:], id)
	}, `SELECT id, demo, version, config FROM site`)
}

// ChangeSite replaces the configuration of which the caller has read a version. It
// fails with [ErrConflict] if that is no longer the newest.
func (tx *Tx) ChangeSite(version int64, config []byte) error {
	return tx.runOne(`UPDATE site SET config = ?, version = version + 1 WHERE version = ?`, string(config), version)
}

// number writes truth as a column has it.
func number(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// fill copies a column of fixed length. It fails with [ErrDamaged] for another
// length.
func fill(into, column []byte) error {
	if len(column) != len(into) {
		return ErrDamaged
	}
	copy(into, column)
	return nil
}

// orNone writes what is empty as null.
func orNone(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return data
}
