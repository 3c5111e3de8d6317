package store

// PartyRow is a relying party: an organisation that may ask for results at desks.
// There is nothing in it about a person.
type PartyRow struct {
	ID       string
	Version  int64 // counts changes, from 1
	Document string
}

const partyColumns = `id, version, document`

func scanParty(row scanner) (r PartyRow, err error) {
	err = row.Scan(&r.ID, &r.Version, &r.Document)
	return r, err
}

// AddParty adds a relying party, with version 1. It fails with [ErrConflict] if
// there is one with its id.
func (tx *Tx) AddParty(id, document string) error {
	return tx.run(`INSERT INTO relying_parties (`+partyColumns+`) VALUES (?, 1, ?)`, id, document)
}

// ChangeParty puts a document in the place of another, of which a version was read.
// It fails with [ErrConflict] if it was changed since, or is gone.
func (tx *Tx) ChangeParty(id string, version int64, document string) error {
	return tx.runOne(`UPDATE relying_parties SET version = version + 1, document = ? WHERE id = ? AND version = ?`, document, id, version)
}

// DropParty removes a relying party. It fails with [ErrConflict] if there is none.
func (tx *Tx) DropParty(id string) error {
	return tx.runOne(`DELETE FROM relying_parties WHERE id = ?`, id)
}

// Party returns a relying party, or [ErrNotFound].
func (tx *Tx) Party(id string) (PartyRow, error) {
	return one(tx, scanParty, `SELECT `+partyColumns+` FROM relying_parties WHERE id = ?`, id)
}

// Parties returns all, by id.
func (tx *Tx) Parties() ([]PartyRow, error) {
	return list(tx, scanParty, `SELECT `+partyColumns+` FROM relying_parties ORDER BY id`+tx.dialect.byBytes("text"))
}
