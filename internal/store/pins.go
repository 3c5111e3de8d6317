package store

// PINRow is a PIN without its code, which nobody keeps. Times are Unix seconds.
type PINRow struct {
	Number string // 8 digits
	State  string // intended, issued, abandoned or revoked
	NotBefore,
	Expires int64
	Hours string
	Salt  []byte // 32 bytes: opens what the ledger says of it
	Until int64  // when one that is still being made is abandoned; 0 for others
	Zones []PINZoneRow
}

// PINZoneRow is what a code is checked with, by who has the pepper of a zone.
type PINZoneRow struct {
	Zone string
	Salt [16]byte
	Tag  [32]byte
}

const pinColumns = `number, state, not_before, expires, hours, salt, until`

// AddPIN keeps a new PIN. It fails with [ErrConflict] if its number is taken.
func (tx *Tx) AddPIN(r PINRow) error {
	err := tx.run(`INSERT INTO pins (`+pinColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		r.Number, r.State, r.NotBefore, r.Expires, r.Hours, orNone(r.Salt), orZero(r.Until))
	for _, z := range r.Zones {
		if err == nil {
			err = tx.run(`INSERT INTO pin_zones (zone, number, salt, tag) VALUES (?, ?, ?, ?)`, z.Zone, r.Number, z.Salt[:], z.Tag[:])
		}
	}
	return err
}

// pinsChanged notes that the zones of a PIN have to be signed again.
func (tx *Tx) pinsChanged(number string) error {
	return tx.run(`INSERT INTO pin_changes (zone) SELECT zone FROM pin_zones WHERE number = ?`, number)
}

// orZero writes 0 as null.
func orZero(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// SetPIN changes how far a PIN has come; until as in [PINRow]. One that is neither
// intended nor issued loses what a code is checked with. It fails with
// [ErrConflict] if there is no such PIN.
func (tx *Tx) SetPIN(number, state string, until int64) error {
	if err := tx.runOne(`UPDATE pins SET state = ?, until = ? WHERE number = ?`, state, orZero(until), number); err != nil {
		return err
	}
	if err := tx.pinsChanged(number); err != nil || state == "intended" || state == "issued" {
		return err
	}
	return tx.run(`DELETE FROM pin_zones WHERE number = ?`, number)
}

func scanPIN(row scanner) (r PINRow, err error) {
	var until *int64
	err = row.Scan(&r.Number, &r.State, &r.NotBefore, &r.Expires, &r.Hours, &r.Salt, &until)
	if until != nil {
		r.Until = *until
	}
	return r, err
}

// PIN returns a PIN without its zones, or [ErrNotFound].
func (tx *Tx) PIN(number string) (PINRow, error) {
	return one(tx, scanPIN, `SELECT `+pinColumns+` FROM pins WHERE number = ?`, number)
}

// PINsOfZone returns the PINs of a zone that are good or will be at a time, by
// number, each with that zone only.
func (tx *Tx) PINsOfZone(zone string, at int64) ([]PINRow, error) {
	return list(tx, func(row scanner) (r PINRow, err error) {
		var salt, tag []byte
		z := PINZoneRow{Zone: zone}
		if err = row.Scan(&r.Number, &r.State, &r.NotBefore, &r.Expires, &r.Hours, &salt, &tag); err != nil {
			return r, err
		}
		if err = fill(z.Salt[:], salt); err == nil {
			err = fill(z.Tag[:], tag)
		}
		r.Zones = []PINZoneRow{z}
		return r, err
	}, `SELECT p.number, p.state, p.not_before, p.expires, p.hours, z.salt, z.tag FROM pin_zones z JOIN pins p ON p.number = z.number
		WHERE z.zone = ? AND p.state = 'issued' AND p.expires > ? ORDER BY p.number`, zone, at)
}

// CountPINs returns how many PINs of a zone are good, or will be, or are being
// made at a time.
func (tx *Tx) CountPINs(zone string, at int64) (int64, error) {
	return one(tx, value[int64], `SELECT count(*) FROM pin_zones z JOIN pins p ON p.number = z.number WHERE z.zone = ? AND p.expires > ?`, zone, at)
}

// AllPINs returns the PINs that a zone has, whatever their time, without zones.
func (tx *Tx) AllPINs(zone string) ([]PINRow, error) {
	return list(tx, scanPIN, `SELECT `+pinColumns+` FROM pins WHERE number IN (SELECT number FROM pin_zones WHERE zone = ?) ORDER BY number`, zone)
}

// OpenPINs returns PINs that are still being made and are to be abandoned at a
// time, without zones.
func (tx *Tx) OpenPINs(at int64) ([]PINRow, error) {
	return list(tx, scanPIN, `SELECT `+pinColumns+` FROM pins WHERE until <= ? ORDER BY until`, at)
}

// RefusedRow is what is refused since a theft: sealing keys, and by zone peppers
// from before a time in Unix nanoseconds.
type RefusedRow struct {
	Epochs  [][4]byte
	Peppers map[string]int64
}

// Refused returns what is refused; the oldest key is the first.
func (tx *Tx) Refused() (r RefusedRow, err error) {
	r.Epochs, err = list(tx, func(row scanner) (id [4]byte, err error) {
		var column []byte
		if err = row.Scan(&column); err != nil {
			return id, err
		}
		return id, fill(id[:], column)
	}, `SELECT epoch FROM refused_keys ORDER BY id`)
	if err != nil {
		return r, err
	}
	r.Peppers = make(map[string]int64)
	err = tx.each(func(row scanner) error {
		var zone string
		var before int64
		err := row.Scan(&zone, &before)
		r.Peppers[zone] = before
		return err
	}, `SELECT zone, before FROM refused_peppers`)
	return r, err
}

// RefuseKey refuses a sealing key for good.
func (tx *Tx) RefuseKey(epoch [4]byte) error {
	return tx.run(`INSERT INTO refused_keys (epoch) VALUES (?) ON CONFLICT (epoch) DO NOTHING`, epoch[:])
}

// RefusePepper refuses the peppers of a zone from before a time.
func (tx *Tx) RefusePepper(zone string, before int64) error {
	return tx.run(`INSERT INTO refused_peppers (zone, before) VALUES (?, ?) ON CONFLICT (zone) DO UPDATE SET before = excluded.before
		WHERE excluded.before > refused_peppers.before`, zone, before)
}
