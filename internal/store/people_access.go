package store

// HolderSessionRow is a browser in which a holder's page is open. It ends at
// Expires, and at Idle if that is not put off before.
type HolderSessionRow struct {
	Hash          []byte
	Holder        string
	Expires, Idle int64
}

// AddHolderSession adds a session.
func (tx *Tx) AddHolderSession(s HolderSessionRow) error {
	return tx.run(`INSERT INTO holder_sessions (hash, holder, expires, idle) VALUES (?, ?, ?, ?)`, s.Hash, s.Holder, s.Expires, s.Idle)
}

// HolderSession returns a session by its hash, or [ErrNotFound].
func (tx *Tx) HolderSession(hash []byte) (HolderSessionRow, error) {
	return one(tx, func(row scanner) (s HolderSessionRow, err error) {
		err = row.Scan(&s.Hash, &s.Holder, &s.Expires, &s.Idle)
		return s, err
	}, `SELECT hash, holder, expires, idle FROM holder_sessions WHERE hash = ?`, hash)
}

// PutOffHolderSession says until when a session lasts without being used.
func (tx *Tx) PutOffHolderSession(hash []byte, idle int64) error {
	return tx.run(`UPDATE holder_sessions SET idle = ? WHERE hash = ?`, idle, hash)
}

// DropHolderSession ends a session, if there is one.
func (tx *Tx) DropHolderSession(hash []byte) error {
	return tx.run(`DELETE FROM holder_sessions WHERE hash = ?`, hash)
}

// DropHolderSessions ends all sessions of a holder.
func (tx *Tx) DropHolderSessions(holder string) error {
	return tx.run(`DELETE FROM holder_sessions WHERE holder = ?`, holder)
}

// HolderPasskeyRow is a holder's passkey. Credential is JSON.
type HolderPasskeyRow struct {
	ID         []byte
	Holder     string
	Label      string
	Made       int64
	Credential string
}

const holderPasskeyColumns = `id, holder, label, made, credential`

func scanHolderPasskey(row scanner) (p HolderPasskeyRow, err error) {
	err = row.Scan(&p.ID, &p.Holder, &p.Label, &p.Made, &p.Credential)
	return p, err
}

// AddHolderPasskey adds a passkey. It fails with [ErrConflict] if its id is taken.
func (tx *Tx) AddHolderPasskey(p HolderPasskeyRow) error {
	return tx.run(`INSERT INTO holder_passkeys (`+holderPasskeyColumns+`) VALUES (?, ?, ?, ?, ?)`, p.ID, p.Holder, p.Label, p.Made, p.Credential)
}

// HolderPasskey returns a passkey by its id, or [ErrNotFound].
func (tx *Tx) HolderPasskey(id []byte) (HolderPasskeyRow, error) {
	return one(tx, scanHolderPasskey, `SELECT `+holderPasskeyColumns+` FROM holder_passkeys WHERE id = ?`, id)
}

// HolderPasskeys returns those of a holder, by day and id.
func (tx *Tx) HolderPasskeys(holder string) ([]HolderPasskeyRow, error) {
	return list(tx, scanHolderPasskey, `SELECT `+holderPasskeyColumns+` FROM holder_passkeys WHERE holder = ? ORDER BY made, id`, holder)
}

// UseHolderPasskey writes the credential of a passkey that was used. It fails with
// [ErrConflict] if there is none.
func (tx *Tx) UseHolderPasskey(id []byte, credential string) error {
	return tx.runOne(`UPDATE holder_passkeys SET credential = ? WHERE id = ?`, credential, id)
}

// DropHolderPasskey removes a passkey of a holder. It fails with [ErrConflict] if
// there is none.
func (tx *Tx) DropHolderPasskey(holder string, id []byte) error {
	return tx.runOne(`DELETE FROM holder_passkeys WHERE id = ? AND holder = ?`, id, holder)
}
