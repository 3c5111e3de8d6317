package store

import "database/sql"

// Owner is whose something to sign in with is: an operator's or a holder's, one
// of them, by id.
type Owner struct{ Operator, Holder string }

// LinkRow is a row of links: a secret that opens a page once.
type LinkRow struct {
	Hash []byte
	Owner
	Made, Expires int64
}

const linkColumns = `hash, operator, holder, made, expires`

func scanLink(row scanner) (l LinkRow, err error) {
	var operator, holder sql.NullString
	err = row.Scan(&l.Hash, &operator, &holder, &l.Made, &l.Expires)
	l.Owner = Owner{operator.String, holder.String}
	return l, err
}

// AddLink adds a link.
func (tx *Tx) AddLink(l LinkRow) error {
	return tx.run(`INSERT INTO links (`+linkColumns+`) VALUES (?, ?, ?, ?, ?)`, l.Hash, orNull(l.Operator), orNull(l.Holder), l.Made, l.Expires)
}

// Link returns a link by its hash, or [ErrNotFound].
func (tx *Tx) Link(hash []byte) (LinkRow, error) {
	return one(tx, scanLink, `SELECT `+linkColumns+` FROM links WHERE hash = ?`, hash)
}

// UseLink takes a link away. It fails with [ErrConflict] if it is gone.
func (tx *Tx) UseLink(hash []byte) error {
	return tx.runOne(`DELETE FROM links WHERE hash = ?`, hash)
}

// Links returns those of an owner that are good at a time.
func (tx *Tx) Links(o Owner, now int64) ([]LinkRow, error) {
	return list(tx, scanLink, `SELECT `+linkColumns+` FROM links WHERE (operator = ? OR holder = ?) AND expires > ? ORDER BY expires, hash`,
		orNull(o.Operator), orNull(o.Holder), now)
}

// DropLinks takes all links of an owner away.
func (tx *Tx) DropLinks(o Owner) error {
	return tx.run(`DELETE FROM links WHERE operator = ? OR holder = ?`, orNull(o.Operator), orNull(o.Holder))
}

// SessionRow is a row of sessions. It ends at Expires, and at Idle if that is not
// put off before.
type SessionRow struct {
	Hash []byte
	Owner
	Expires, Idle int64
}

// AddSession adds a session.
func (tx *Tx) AddSession(s SessionRow) error {
	return tx.run(`INSERT INTO sessions (hash, operator, holder, expires, idle) VALUES (?, ?, ?, ?, ?)`,
		s.Hash, orNull(s.Operator), orNull(s.Holder), s.Expires, s.Idle)
}

// Session returns a session by its hash, or [ErrNotFound].
func (tx *Tx) Session(hash []byte) (SessionRow, error) {
	return one(tx, func(row scanner) (s SessionRow, err error) {
		var operator, holder sql.NullString
		err = row.Scan(&s.Hash, &operator, &holder, &s.Expires, &s.Idle)
		s.Owner = Owner{operator.String, holder.String}
		return s, err
	}, `SELECT hash, operator, holder, expires, idle FROM sessions WHERE hash = ?`, hash)
}

// PutOffSession says until when a session lasts without being used.
func (tx *Tx) PutOffSession(hash []byte, idle int64) error {
	return tx.run(`UPDATE sessions SET idle = ? WHERE hash = ?`, idle, hash)
}

// DropSession ends a session, if there is one.
func (tx *Tx) DropSession(hash []byte) error {
	return tx.run(`DELETE FROM sessions WHERE hash = ?`, hash)
}

// DropSessions ends all sessions of an owner.
func (tx *Tx) DropSessions(o Owner) error {
	return tx.run(`DELETE FROM sessions WHERE operator = ? OR holder = ?`, orNull(o.Operator), orNull(o.Holder))
}

// DropOldAccess removes links, sessions and tokens that ran out.
func (tx *Tx) DropOldAccess(now int64) error {
	for _, query := range []string{
		`DELETE FROM links WHERE expires <= ?`,
		`DELETE FROM sessions WHERE expires <= ?`,
		`DELETE FROM sessions WHERE idle <= ?`,
		`DELETE FROM tokens WHERE expires <= ?`,
	} {
		if err := tx.run(query, now); err != nil {
			return err
		}
	}
	return nil
}

// PasskeyRow is a row of passkeys. Credential is JSON.
type PasskeyRow struct {
	ID []byte
	Owner
	Label      string
	Made       int64
	Credential string
}

const passkeyColumns = `id, operator, holder, label, made, credential`

func scanPasskey(row scanner) (p PasskeyRow, err error) {
	var operator, holder sql.NullString
	err = row.Scan(&p.ID, &operator, &holder, &p.Label, &p.Made, &p.Credential)
	p.Owner = Owner{operator.String, holder.String}
	return p, err
}

// AddPasskey adds a passkey. It fails with [ErrConflict] if its id is taken.
func (tx *Tx) AddPasskey(p PasskeyRow) error {
	return tx.run(`INSERT INTO passkeys (`+passkeyColumns+`) VALUES (?, ?, ?, ?, ?, ?)`, p.ID, orNull(p.Operator), orNull(p.Holder), p.Label, p.Made, p.Credential)
}

// Passkey returns a passkey by its id, or [ErrNotFound].
func (tx *Tx) Passkey(id []byte) (PasskeyRow, error) {
	return one(tx, scanPasskey, `SELECT `+passkeyColumns+` FROM passkeys WHERE id = ?`, id)
}

// Passkeys returns those of an owner, by day and id.
func (tx *Tx) Passkeys(o Owner) ([]PasskeyRow, error) {
	return list(tx, scanPasskey, `SELECT `+passkeyColumns+` FROM passkeys WHERE operator = ? OR holder = ? ORDER BY made, id`, orNull(o.Operator), orNull(o.Holder))
}

// UsePasskey writes the credential of a passkey that was used.
func (tx *Tx) UsePasskey(id []byte, credential string) error {
	return tx.runOne(`UPDATE passkeys SET credential = ? WHERE id = ?`, credential, id)
}

// DropPasskey removes a passkey of an owner. It fails with [ErrConflict] if there
// is none.
func (tx *Tx) DropPasskey(o Owner, id []byte) error {
	return tx.runOne(`DELETE FROM passkeys WHERE id = ? AND (operator = ? OR holder = ?)`, id, orNull(o.Operator), orNull(o.Holder))
}

// AddLogin lets an operator sign in by a login of OpenID Connect, given as a
// SHA-256. It fails with [ErrConflict] if it is somebody's already.
func (tx *Tx) AddLogin(hash []byte, operator string) error {
	return tx.run(`INSERT INTO logins (hash, operator) VALUES (?, ?)`, hash, operator)
}

// Login returns whose a login is, or [ErrNotFound].
func (tx *Tx) Login(hash []byte) (string, error) {
	return one(tx, value[string], `SELECT operator FROM logins WHERE hash = ?`, hash)
}

// SetRecoveryCodes gives an operator codes, as SHA-256, in the place of all
// earlier ones.
func (tx *Tx) SetRecoveryCodes(operator string, hashes [][]byte) error {
	if err := tx.run(`DELETE FROM recovery_codes WHERE operator = ?`, operator); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := tx.run(`INSERT INTO recovery_codes (hash, operator) VALUES (?, ?)`, hash, operator); err != nil {
			return err
		}
	}
	return nil
}

// UseRecoveryCode takes a code away and returns whose it was, or [ErrNotFound].
func (tx *Tx) UseRecoveryCode(hash []byte) (string, error) {
	operator, err := one(tx, value[string], `SELECT operator FROM recovery_codes WHERE hash = ?`, hash)
	if err != nil {
		return "", err
	}
	return operator, tx.runOne(`DELETE FROM recovery_codes WHERE hash = ?`, hash)
}
