package store

import "database/sql"

// Owner is whose a link is: an operator's or a holder's, one of them, by id.
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
	return tx.run(`INSERT INTO links (`+linkColumns+`) VALUES (?, ?, ?, ?, ?)`, l.Hash, textOrNull(l.Operator), textOrNull(l.Holder), l.Made, l.Expires)
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
		textOrNull(o.Operator), textOrNull(o.Holder), now)
}

// DropLinks takes all links of an owner away.
func (tx *Tx) DropLinks(o Owner) error {
	return tx.run(`DELETE FROM links WHERE operator = ? OR holder = ?`, textOrNull(o.Operator), textOrNull(o.Holder))
}

// DropOldAccess removes links, sessions of holders, tokens and claims that ran out.
func (tx *Tx) DropOldAccess(now int64) error {
	for _, query := range []string{
		`DELETE FROM links WHERE expires <= ?`,
		`DELETE FROM holder_sessions WHERE expires <= ?`,
		`DELETE FROM holder_sessions WHERE idle <= ?`,
		`DELETE FROM tokens WHERE expires <= ?`,
		`DELETE FROM claims WHERE expires <= ?`,
	} {
		if err := tx.run(query, now); err != nil {
			return err
		}
	}
	return nil
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
