package store

import "database/sql"

// HolderRow is a row of holders. Created is a day; Sort and Find are made by the
// caller from the words of the row, to order and to search by.
type HolderRow struct {
	ID, Label, Contact string
	Under14            bool
	Guardian           string
	Sort               []byte
	Find               string
	Version, Created   int64
}

const holderColumns = `id, label, contact, under14, guardian, sort, find, version, created`

func scanHolder(row scanner) (h HolderRow, err error) {
	var under14 int64
	err = row.Scan(&h.ID, &h.Label, &h.Contact, &under14, &h.Guardian, &h.Sort, &h.Find, &h.Version, &h.Created)
	h.Under14 = under14 != 0
	return h, err
}

// truth is 0 or 1, because that is how both databases keep it.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// textOrNull is a text, or null in the place of an empty one.
func textOrNull(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }

// AddHolder adds a row with version 1.
func (tx *Tx) AddHolder(h HolderRow) error {
	return tx.run(`INSERT INTO holders (`+holderColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)`,
		h.ID, h.Label, h.Contact, truth(h.Under14), h.Guardian, h.Sort, h.Find, h.Created)
}

// Holder returns a holder, or [ErrNotFound].
func (tx *Tx) Holder(id string) (HolderRow, error) {
	return one(tx, scanHolder, `SELECT `+holderColumns+` FROM holders WHERE id = ?`, id)
}

// UpdateHolder writes the words of a holder, and counts the version up. It fails
// with [ErrConflict] unless h has the newest.
func (tx *Tx) UpdateHolder(h HolderRow) error {
	return tx.runOne(`UPDATE holders SET label = ?, contact = ?, under14 = ?, guardian = ?, sort = ?, find = ?, version = version + 1
		WHERE id = ? AND version = ?`,
		h.Label, h.Contact, truth(h.Under14), h.Guardian, h.Sort, h.Find, h.ID, h.Version)
}

// Holders returns at most limit holders in the order of sort and id, after a
// place in it, whose find has a pattern of LIKE with \ as its escape in it.
func (tx *Tx) Holders(pattern string, sort []byte, id string, limit int) ([]HolderRow, error) {
	if sort == nil {
		sort = []byte{}
	}
	return list(tx, scanHolder, `SELECT `+holderColumns+` FROM holders WHERE (sort, id) > (?, ?) AND find LIKE ? ESCAPE '\'
		ORDER BY sort, id LIMIT ?`, sort, id, pattern, limit)
}

// EachHolder calls f with every holder, in the order of sort and id.
func (tx *Tx) EachHolder(f func(HolderRow) error) error {
	return tx.each(func(row scanner) error {
		h, err := scanHolder(row)
		if err != nil {
			return err
		}
		return f(h)
	}, `SELECT `+holderColumns+` FROM holders ORDER BY sort, id`)
}

// EraseHolder removes a holder and everything that belongs to them. Consents stay,
// without saying whose they were. It fails with [ErrConflict] if there is no such
// holder.
func (tx *Tx) EraseHolder(id string) error {
	for _, query := range []string{
		`UPDATE consents SET holder = NULL WHERE holder = ?`,
		`DELETE FROM openings WHERE holder = ?`,
		`DELETE FROM holder_passes WHERE holder = ?`,
		`DELETE FROM links WHERE holder = ?`,
		`DELETE FROM holder_sessions WHERE holder = ?`,
		`DELETE FROM holder_passkeys WHERE holder = ?`,
		`DELETE FROM corrections WHERE holder = ?`,
	} {
		if err := tx.run(query, id); err != nil {
			return err
		}
	}
	return tx.runOne(`DELETE FROM holders WHERE id = ?`, id)
}

// HolderPassRow is a row of holder_passes. Guest is "" for the holder's own, and
// Replaces nil for a pass in nobody's place.
type HolderPassRow struct {
	Pass          []byte
	Holder, Guest string
	Expires       int64
	Replaces      []byte
}

const holderPassColumns = `pass, holder, guest, expires, replaces`

func scanHolderPass(row scanner) (p HolderPassRow, err error) {
	err = row.Scan(&p.Pass, &p.Holder, &p.Guest, &p.Expires, &p.Replaces)
	return p, err
}

// AddHolderPass notes whose a pass is. It fails with [ErrConflict] if that is noted
// already, or another pass replaces the same.
func (tx *Tx) AddHolderPass(p HolderPassRow) error {
	return tx.run(`INSERT INTO holder_passes (`+holderPassColumns+`) VALUES (?, ?, ?, ?, ?)`, p.Pass, p.Holder, p.Guest, p.Expires, p.Replaces)
}

// DropHolderPass forgets whose a pass is, because it never was one.
func (tx *Tx) DropHolderPass(pass []byte) error {
	return tx.run(`DELETE FROM holder_passes WHERE pass = ?`, pass)
}

// DropOldHolderPasses forgets whose passes were that expired by a time, and returns
// how many there were.
func (tx *Tx) DropOldHolderPasses(expired int64) (int64, error) {
	return tx.exec(`DELETE FROM holder_passes WHERE expires <= ?`, expired)
}

// HolderPass returns whose a pass is, or [ErrNotFound].
func (tx *Tx) HolderPass(pass []byte) (HolderPassRow, error) {
	return one(tx, scanHolderPass, `SELECT `+holderPassColumns+` FROM holder_passes WHERE pass = ?`, pass)
}

// Replacement returns the pass that stands in the place of another, or
// [ErrNotFound].
func (tx *Tx) Replacement(pass []byte) (HolderPassRow, error) {
	return one(tx, scanHolderPass, `SELECT `+holderPassColumns+` FROM holder_passes WHERE replaces = ?`, pass)
}

// HolderPasses returns the passes of a holder and of their guests, by expiry.
func (tx *Tx) HolderPasses(holder string) ([]HolderPassRow, error) {
	return list(tx, scanHolderPass, `SELECT `+holderPassColumns+` FROM holder_passes WHERE holder = ? ORDER BY expires, pass`, holder)
}
