package store

// OperatorRow is a row of operators.
type OperatorRow struct {
	ID, Pseudonym, Name, Role string
	Version                   int64
	State                     string
}

const operatorColumns = `id, pseudonym, name, role, version, state`

func scanOperator(row scanner) (o OperatorRow, err error) {
	err = row.Scan(&o.ID, &o.Pseudonym, &o.Name, &o.Role, &o.Version, &o.State)
	return o, err
}

// AddOperator adds an operator with version 1. It fails with [ErrConflict] for a
// pseudonym that was ever given.
func (tx *Tx) AddOperator(o OperatorRow) error {
	return tx.run(`INSERT INTO operators (`+operatorColumns+`) VALUES (?, ?, ?, ?, 1, ?)`, o.ID, o.Pseudonym, o.Name, o.Role, o.State)
}

// Operator returns an operator, or [ErrNotFound].
func (tx *Tx) Operator(id string) (OperatorRow, error) {
	return one(tx, scanOperator, `SELECT `+operatorColumns+` FROM operators WHERE id = ?`, id)
}

// Operators returns all, those that were removed too, by pseudonym.
func (tx *Tx) Operators() ([]OperatorRow, error) {
	return list(tx, scanOperator, `SELECT `+operatorColumns+` FROM operators ORDER BY pseudonym`)
}

// UpdateOperator writes name, role and state, and counts the version up. It fails
// with [ErrConflict] unless o has the newest.
func (tx *Tx) UpdateOperator(o OperatorRow) error {
	return tx.runOne(`UPDATE operators SET name = ?, role = ?, state = ?, version = version + 1 WHERE id = ? AND version = ?`,
		o.Name, o.Role, o.State, o.ID, o.Version)
}

// CountOperators returns how many have a role and a state.
func (tx *Tx) CountOperators(role, state string) (int64, error) {
	return one(tx, value[int64], `SELECT count(*) FROM operators WHERE role = ? AND state = ?`, role, state)
}

// ForgetOperator removes the links, logins and tokens of an operator.
func (tx *Tx) ForgetOperator(id string) error {
	for _, query := range []string{
		`DELETE FROM links WHERE operator = ?`,
		`DELETE FROM logins WHERE operator = ?`,
		`DELETE FROM tokens WHERE operator = ?`,
	} {
		if err := tx.run(query, id); err != nil {
			return err
		}
	}
	return nil
}

// TokenRow is a row of tokens. Scopes are separated by spaces.
type TokenRow struct {
	Hash                       []byte
	ID, Operator, Name, Scopes string
	Expires                    int64
}

const tokenColumns = `hash, id, operator, name, scopes, expires`

func scanToken(row scanner) (t TokenRow, err error) {
	err = row.Scan(&t.Hash, &t.ID, &t.Operator, &t.Name, &t.Scopes, &t.Expires)
	return t, err
}

// AddToken adds an API token.
func (tx *Tx) AddToken(t TokenRow) error {
	return tx.run(`INSERT INTO tokens (`+tokenColumns+`) VALUES (?, ?, ?, ?, ?, ?)`, t.Hash, t.ID, t.Operator, t.Name, t.Scopes, t.Expires)
}

// Token returns a token by its hash, or [ErrNotFound].
func (tx *Tx) Token(hash []byte) (TokenRow, error) {
	return one(tx, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE hash = ?`, hash)
}

// TokenByID returns a token by its id, or [ErrNotFound].
func (tx *Tx) TokenByID(id string) (TokenRow, error) {
	return one(tx, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE id = ?`, id)
}

// Tokens returns all that are good at a time, by id.
func (tx *Tx) Tokens(now int64) ([]TokenRow, error) {
	return list(tx, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE expires > ? ORDER BY id`, now)
}

// DropToken removes a token. It fails with [ErrConflict] if there is none.
func (tx *Tx) DropToken(id string) error { return tx.runOne(`DELETE FROM tokens WHERE id = ?`, id) }
