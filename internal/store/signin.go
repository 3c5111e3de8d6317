package store

// OperatorSession is one browser in which an operator is signed in. Times are
// Unix seconds, 0 for never.
type OperatorSession struct {
	Hash                 [32]byte // of what stands in the cookie
	Operator             string
	Way                  string // "passkey", "code", "openid" or "invitation"
	Browser              string
	Started, Seen, Fresh int64
}

const operatorSessionColumns = `hash, operator, way, browser, started, seen, fresh`

func scanOperatorSession(row scanner) (s OperatorSession, err error) {
	var hash []byte
	err = row.Scan(&hash, &s.Operator, &s.Way, &s.Browser, &s.Started, &s.Seen, &s.Fresh)
	copy(s.Hash[:], hash)
	return s, err
}

// AddOperatorSession adds a session. It fails with [ErrConflict] if there is one
// with its hash.
func (tx *Tx) AddOperatorSession(s OperatorSession) error {
	return tx.run(`INSERT INTO operator_sessions (`+operatorSessionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		s.Hash[:], s.Operator, s.Way, s.Browser, s.Started, s.Seen, s.Fresh)
}

// OperatorSession returns the session of a hash. It fails with [ErrNotFound].
func (tx *Tx) OperatorSession(hash [32]byte) (OperatorSession, error) {
	return one(tx, scanOperatorSession, `SELECT `+operatorSessionColumns+` FROM operator_sessions WHERE hash = ?`, hash[:])
}

// OperatorSessions returns those of an operator, the newest first.
func (tx *Tx) OperatorSessions(operator string) ([]OperatorSession, error) {
	return list(tx, scanOperatorSession, `SELECT `+operatorSessionColumns+` FROM operator_sessions WHERE operator = ? ORDER BY started DESC, hash`, operator)
}

// DropOperatorSession drops a session. It fails with [ErrNotFound].
func (tx *Tx) DropOperatorSession(hash [32]byte) error {
	return tx.runSome(`DELETE FROM operator_sessions WHERE hash = ?`, hash[:])
}

// DropOperatorSessions drops all that started before a time.
func (tx *Tx) DropOperatorSessions(before int64) error {
	return tx.run(`DELETE FROM operator_sessions WHERE started < ?`, before)
}

// runSome fails with [ErrNotFound] if a statement changed no row.
func (tx *Tx) runSome(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// OperatorPasskey is the public half of a passkey. Times are Unix seconds, 0 for
// never.
type OperatorPasskey struct {
	ID          []byte
	Operator    string
	Handle      []byte
	Name        string
	Credential  string // JSON
	Added, Used int64
}

const operatorPasskeyColumns = `id, operator, handle, name, credential, added, used`

func scanOperatorPasskey(row scanner) (p OperatorPasskey, err error) {
	err = row.Scan(&p.ID, &p.Operator, &p.Handle, &p.Name, &p.Credential, &p.Added, &p.Used)
	return p, err
}

// AddOperatorPasskey adds a passkey. It fails with [ErrConflict] if there is one
// with its id.
func (tx *Tx) AddOperatorPasskey(p OperatorPasskey) error {
	return tx.run(`INSERT INTO operator_passkeys (`+operatorPasskeyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		p.ID, p.Operator, p.Handle, p.Name, p.Credential, p.Added, p.Used)
}

// OperatorPasskey returns the passkey of an id. It fails with [ErrNotFound].
func (tx *Tx) OperatorPasskey(id []byte) (OperatorPasskey, error) {
	return one(tx, scanOperatorPasskey, `SELECT `+operatorPasskeyColumns+` FROM operator_passkeys WHERE id = ?`, id)
}

// OperatorPasskeys returns those of an operator, the oldest first.
func (tx *Tx) OperatorPasskeys(operator string) ([]OperatorPasskey, error) {
	return list(tx, scanOperatorPasskey, `SELECT `+operatorPasskeyColumns+` FROM operator_passkeys WHERE operator = ? ORDER BY added, id`, operator)
}

// AnyOperatorPasskey says whether anybody has a passkey.
func (tx *Tx) AnyOperatorPasskey() (bool, error) {
	found, err := list(tx, value[int64], `SELECT 1 FROM operator_passkeys LIMIT 1`)
	return len(found) > 0, err
}

// UseOperatorPasskey keeps the counter and the time of a use, and the name. It
// fails with [ErrNotFound].
func (tx *Tx) UseOperatorPasskey(p OperatorPasskey) error {
	return tx.runSome(`UPDATE operator_passkeys SET name = ?, credential = ?, used = ? WHERE id = ?`, p.Name, p.Credential, p.Used, p.ID)
}

// DropOperatorPasskey drops a passkey of an operator. It fails with
// [ErrNotFound].
func (tx *Tx) DropOperatorPasskey(operator string, id []byte) error {
	return tx.runSome(`DELETE FROM operator_passkeys WHERE operator = ? AND id = ?`, operator, id)
}

// SetOperatorCodes replaces the recovery codes of an operator by their hashes.
func (tx *Tx) SetOperatorCodes(operator string, hashes [][32]byte) error {
	if err := tx.run(`DELETE FROM operator_codes WHERE operator = ?`, operator); err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := tx.run(`INSERT INTO operator_codes (hash, operator) VALUES (?, ?)`, hash[:], operator); err != nil {
			return err
		}
	}
	return nil
}

// TakeOperatorCode drops a recovery code and returns whose it was. It fails with
// [ErrNotFound].
func (tx *Tx) TakeOperatorCode(hash [32]byte) (string, error) {
	operator, err := one(tx, value[string], `SELECT operator FROM operator_codes WHERE hash = ?`, hash[:])
	if err != nil {
		return "", err
	}
	return operator, tx.runSome(`DELETE FROM operator_codes WHERE hash = ?`, hash[:])
}

// OperatorCodes returns how many recovery codes an operator has.
func (tx *Tx) OperatorCodes(operator string) (int, error) {
	n, err := one(tx, value[int64], `SELECT count(*) FROM operator_codes WHERE operator = ?`, operator)
	return int(n), err
}

// ForgetSignIn drops sessions, passkeys and recovery codes of an operator.
func (tx *Tx) ForgetSignIn(operator string) error {
	for _, query := range []string{
		`DELETE FROM operator_sessions WHERE operator = ?`,
		`DELETE FROM operator_passkeys WHERE operator = ?`,
		`DELETE FROM operator_codes WHERE operator = ?`,
	} {
		if err := tx.run(query, operator); err != nil {
			return err
		}
	}
	return nil
}
