package store

import "database/sql"

// ConsentRow is a row of consents. Holder is "" where it is nobody's who is known
// (any more), and Withdrawn 0 where it was not.
type ConsentRow struct {
	Hash             []byte
	Holder           string
	Notice           []byte
	Record           []byte
	Receipt          string
	Purpose          int64
	Signed, Guardian bool
	Given, Until     int64
	Withdrawn        int64
	Keep             int64
}

const consentColumns = `hash, holder, notice, record, receipt, purpose, signed, guardian, given, until, withdrawn, keep`

func scanConsent(row scanner) (c ConsentRow, err error) {
	var holder sql.NullString
	var signed, guardian int64
	err = row.Scan(&c.Hash, &holder, &c.Notice, &c.Record, &c.Receipt, &c.Purpose, &signed, &guardian, &c.Given, &c.Until, &c.Withdrawn, &c.Keep)
	c.Holder, c.Signed, c.Guardian = holder.String, signed != 0, guardian != 0
	return c, err
}

// AddConsent adds a consent that holds.
func (tx *Tx) AddConsent(c ConsentRow) error {
	return tx.run(`INSERT INTO consents (`+consentColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
		c.Hash, textOrNull(c.Holder), c.Notice, c.Record, c.Receipt, c.Purpose, truth(c.Signed), truth(c.Guardian), c.Given, c.Until, c.Keep)
}

// Consent returns a consent by its hash, or [ErrNotFound].
func (tx *Tx) Consent(hash []byte) (ConsentRow, error) {
	return one(tx, scanConsent, `SELECT `+consentColumns+` FROM consents WHERE hash = ?`, hash)
}

// Consents returns those of a holder, the newest first.
func (tx *Tx) Consents(holder string) ([]ConsentRow, error) {
	return list(tx, scanConsent, `SELECT `+consentColumns+` FROM consents WHERE holder = ? ORDER BY given DESC, hash`, holder)
}

// EndConsent writes that a consent was withdrawn: c's record, receipt, time and
// date until which it has to be kept. It fails with [ErrConflict] if it was
// withdrawn already.
func (tx *Tx) EndConsent(c ConsentRow) error {
	return tx.runOne(`UPDATE consents SET record = ?, receipt = ?, withdrawn = ?, keep = ? WHERE hash = ? AND withdrawn = 0`,
		c.Record, c.Receipt, c.Withdrawn, c.Keep, c.Hash)
}

// RunOutConsents returns at most limit consents that were not withdrawn and ended
// by a time.
func (tx *Tx) RunOutConsents(now int64, limit int) ([]ConsentRow, error) {
	return list(tx, scanConsent, `SELECT `+consentColumns+` FROM consents WHERE withdrawn = 0 AND until <= ? ORDER BY until, hash LIMIT ?`, now, limit)
}

// DropOldConsents erases those that ended and were to be kept until a time, and
// returns how many there were.
func (tx *Tx) DropOldConsents(now int64) (int64, error) {
	return tx.exec(`DELETE FROM consents WHERE keep <= ? AND withdrawn <> 0`, now)
}

// EndingRow is a guardian's consent that ends soon.
type EndingRow struct {
	Holder, Label string
	Until         int64
}

// EndingGuardians returns at most limit guardians' consents that end after one time
// and not after another, and beside which none holds for longer, the first to end
// first.
func (tx *Tx) EndingGuardians(after, until int64, limit int) ([]EndingRow, error) {
	return list(tx, func(row scanner) (e EndingRow, err error) {
		err = row.Scan(&e.Holder, &e.Label, &e.Until)
		return e, err
	}, `SELECT h.id, h.label, c.until FROM consents c JOIN holders h ON h.id = c.holder
		WHERE c.withdrawn = 0 AND c.guardian = 1 AND c.until > ? AND c.until <= ?
		AND NOT EXISTS (SELECT 1 FROM consents d WHERE d.holder = c.holder AND d.withdrawn = 0 AND d.until > c.until)
		ORDER BY c.until, h.id LIMIT ?`, after, until, limit)
}
