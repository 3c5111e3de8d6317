package store

// DocketRow is what is kept of one pass. Times are Unix seconds.
type DocketRow struct {
	ID    [16]byte
	State string // intended, signed, issued, abandoned or revoked
	NotBefore,
	Expires int64
	Zones string // up to 256 bytes
	Hours string // up to 512 bytes
	List,
	Place uint32
	Consent []byte // nil, or the 16 bytes of its hash
	Record  []byte // nil, or the consent, up to 384 bytes
	Models  []byte // nil, or up to 64 bytes
	Phone   []byte // nil, or the 64 bytes of a telephone's key
	Signed  []byte // nil, or 32 bytes
	Salt    []byte // 32 bytes, or nil once it is erased
	Since   int64
	Until   int64 // when an open docket is abandoned; 0 for one that is closed
	Opener  string
}

const docketColumns = `id, state, not_before, expires, zones, hours, list, place, consent, record, models, phone, signed, salt, since, until, opener`

// PutDocket keeps a docket, in the place of an earlier one with its id.
func (tx *Tx) PutDocket(r DocketRow) error { return tx.run(putDocket(1), r.args()...) }

// putDocket keeps n dockets.
func putDocket(n int) string {
	return `INSERT INTO dockets (` + docketColumns + `) VALUES ` + marks(n, "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") + `
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, consent = excluded.consent, record = excluded.record,
		signed = excluded.signed, since = excluded.since, until = excluded.until, opener = excluded.opener`
}

// args are the columns of a docket.
func (r DocketRow) args() []any {
	var opener any
	if r.Opener != "" {
		opener = r.Opener
	}
	return []any{
		r.ID[:], r.State, r.NotBefore, r.Expires, r.Zones, r.Hours, int64(r.List), int64(r.Place), orNone(r.Consent), orNone(r.Record),
		orNone(r.Models), orNone(r.Phone), orNone(r.Signed), orNone(r.Salt), r.Since, orZero(r.Until), opener,
	}
}

func scanDocket(row scanner) (r DocketRow, err error) {
	var id []byte
	var until *int64
	var opener *string
	err = row.Scan(&id, &r.State, &r.NotBefore, &r.Expires, &r.Zones, &r.Hours, &r.List, &r.Place,
		&r.Consent, &r.Record, &r.Models, &r.Phone, &r.Signed, &r.Salt, &r.Since, &until, &opener)
	if err != nil {
		return r, err
	}
	if until != nil {
		r.Until = *until
	}
	if opener != nil {
		r.Opener = *opener
	}
	return r, fill(r.ID[:], id)
}

// Docket returns a docket, or [ErrNotFound].
func (tx *Tx) Docket(id [16]byte) (DocketRow, error) {
	return one(tx, scanDocket, `SELECT `+docketColumns+` FROM dockets WHERE id = ?`, id[:])
}

// OpenDockets returns open dockets that are to be abandoned at a time, the oldest
// first, at most as many as limit.
func (tx *Tx) OpenDockets(at int64, limit int) ([]DocketRow, error) {
	return list(tx, scanDocket, `SELECT `+docketColumns+` FROM dockets WHERE until <= ? ORDER BY until LIMIT ?`, at, limit)
}

// CountOpen returns how many dockets are open.
func (tx *Tx) CountOpen() (int64, error) {
	return one(tx, value[int64], `SELECT count(*) FROM dockets WHERE until IS NOT NULL`)
}

// DocketIDs returns the ids from first to last, both included, at most as many as
// limit.
func (tx *Tx) DocketIDs(first, last [16]byte, limit int) ([][16]byte, error) {
	return list(tx, func(row scanner) (id [16]byte, err error) {
		var column []byte
		if err = row.Scan(&column); err != nil {
			return id, err
		}
		return id, fill(id[:], column)
	}, `SELECT id FROM dockets WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?`, first[:], last[:], limit)
}

// DocketsOfConsent returns the dockets of the passes that were made under a
// consent.
func (tx *Tx) DocketsOfConsent(hash [16]byte) ([]DocketRow, error) {
	return list(tx, scanDocket, `SELECT `+docketColumns+` FROM dockets WHERE consent = ?`, hash[:])
}

// CountDockets returns how many dockets there are in each state.
func (tx *Tx) CountDockets() (map[string]int64, error) {
	counts := make(map[string]int64)
	err := tx.each(func(row scanner) error {
		var state string
		var n int64
		err := row.Scan(&state, &n)
		counts[state] = n
		return err
	}, `SELECT state, count(*) FROM dockets GROUP BY state`)
	return counts, err
}

// EraseDocket drops everything of a docket that could tell whose it was, or open
// what the ledger says of it. The id and the place stay, so that the pass can
// still be revoked and its place is never given away again.
func (tx *Tx) EraseDocket(id [16]byte) error {
	return tx.runOne(`UPDATE dockets SET consent = NULL, record = NULL, phone = NULL, salt = NULL WHERE id = ?`, id[:])
}
