package store

import "database/sql"

// OpeningRow is what opens a commitment. Holder is "" where it is nobody's who is
// known; Queue is what was queued, and Keep when the opening has to be erased.
type OpeningRow struct {
	Entry  []byte
	Holder string
	Salt   []byte
	Queue  QueueID
	Body   string
	Keep   int64
}

const openingColumns = `entry, holder, salt, queue, body, keep`

func scanOpening(row scanner) (o OpeningRow, err error) {
	var holder sql.NullString
	err = row.Scan(&o.Entry, &holder, &o.Salt, &o.Queue, &o.Body, &o.Keep)
	o.Holder = holder.String
	return o, err
}

// AddOpening keeps an opening.
func (tx *Tx) AddOpening(o OpeningRow) error {
	return tx.run(`INSERT INTO openings (`+openingColumns+`) VALUES (?, ?, ?, ?, ?, ?)`, o.Entry, textOrNull(o.Holder), o.Salt, int64(o.Queue), o.Body, o.Keep)
}

// Opening returns what opens an entry, or [ErrNotFound].
func (tx *Tx) Opening(entry []byte) (OpeningRow, error) {
	return one(tx, scanOpening, `SELECT `+openingColumns+` FROM openings WHERE entry = ?`, entry)
}

// Openings returns those of a holder, in no order that says anything.
func (tx *Tx) Openings(holder string) ([]OpeningRow, error) {
	return list(tx, scanOpening, `SELECT `+openingColumns+` FROM openings WHERE holder = ? ORDER BY entry`, holder)
}

// DropOpening erases one.
func (tx *Tx) DropOpening(entry []byte) error {
	return tx.run(`DELETE FROM openings WHERE entry = ?`, entry)
}

// DropOldOpenings erases those that were to be kept until a time, and returns how
// many there were.
func (tx *Tx) DropOldOpenings(now int64) (int64, error) {
	return tx.exec(`DELETE FROM openings WHERE keep <= ?`, now)
}

// IntentRow is an act that has not taken effect. Undo is what its owner needs to
// record that it never did.
type IntentRow struct {
	Entry   QueueID
	Expires int64
	Undo    string
}

// AddIntent notes an act that is about to be recorded.
func (tx *Tx) AddIntent(i IntentRow) error {
	return tx.run(`INSERT INTO intents (entry, expires, undo) VALUES (?, ?, ?)`, int64(i.Entry), i.Expires, i.Undo)
}

// EndIntent takes an intent away. It fails with [ErrConflict] if it is gone.
func (tx *Tx) EndIntent(entry QueueID) error {
	return tx.runOne(`DELETE FROM intents WHERE entry = ?`, int64(entry))
}

// OldIntents returns at most limit intents that ran out.
func (tx *Tx) OldIntents(now int64, limit int) ([]IntentRow, error) {
	return list(tx, func(row scanner) (i IntentRow, err error) {
		err = row.Scan(&i.Entry, &i.Expires, &i.Undo)
		return i, err
	}, `SELECT entry, expires, undo FROM intents WHERE expires <= ? ORDER BY entry LIMIT ?`, now, limit)
}

// Setting returns what operators decided under a name, and its version, or
// [ErrNotFound].
func (tx *Tx) Setting(name string) (text string, version int64, err error) {
	type setting struct {
		text    string
		version int64
	}
	s, err := one(tx, func(row scanner) (s setting, err error) {
		err = row.Scan(&s.text, &s.version)
		return s, err
	}, `SELECT value, version FROM settings WHERE name = ?`, name)
	return s.text, s.version, err
}

// PutSetting writes a setting of which the version is known: 0 for one that is
// not there. It fails with [ErrConflict] for another version.
func (tx *Tx) PutSetting(name string, version int64, text string) error {
	if version == 0 {
		return tx.run(`INSERT INTO settings (name, version, value) VALUES (?, 1, ?)`, name, text)
	}
	return tx.runOne(`UPDATE settings SET version = version + 1, value = ? WHERE name = ? AND version = ?`, text, name, version)
}
