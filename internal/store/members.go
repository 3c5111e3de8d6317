package store

import "strings"

// MemberRow is a door, a station or a desk. There is nothing in it about anybody who
// uses it.
type MemberRow struct {
	ID         [8]byte
	Kind       string // door, station or desk
	Name, Zone string
	TLSKey     []byte // SubjectPublicKeyInfo
	RelayKey   []byte // a door's, nil for others
	Hosts      []string
	State      string // joined, approved or removed
	Joined     int64  // Unix seconds
	Epochs     []byte // ids of four bytes each
	Given      int64  // Unix nanoseconds; 0 before it got a secret
	Stolen     bool
	Origin     string // a desk's: where browsers find it
	// Secrets are what stations sealed to it; [Tx.Members] leaves them out.
	Secrets [][]byte
}

const memberColumns = `id, kind, name, zone, tls_key, relay_key, hosts, state, joined, epochs, given, stolen, origin`

// PutMember keeps a member and its secrets, in the place of an earlier one with
// its id. It fails with [ErrConflict] if another that is not removed has its name.
func (tx *Tx) PutMember(r MemberRow) error {
	err := tx.run(`INSERT INTO members (`+memberColumns+`, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
		ON CONFLICT (id) DO UPDATE SET hosts = excluded.hosts, state = excluded.state, epochs = excluded.epochs,
		given = excluded.given, stolen = excluded.stolen, version = members.version + 1`,
		r.ID[:], r.Kind, r.Name, r.Zone, r.TLSKey, orNone(r.RelayKey), strings.Join(r.Hosts, "\n"), r.State, r.Joined,
		orNone(r.Epochs), r.Given, number(r.Stolen), r.Origin)
	if err == nil {
		err = tx.run(`DELETE FROM member_secrets WHERE member = ?`, r.ID[:])
	}
	for i, secret := range r.Secrets {
		if err == nil {
			err = tx.run(`INSERT INTO member_secrets (member, number, secret) VALUES (?, ?, ?)`, r.ID[:], i, secret)
		}
	}
	return err
}

func scanMember(row scanner) (r MemberRow, err error) {
	var id []byte
	var hosts string
	err = row.Scan(&id, &r.Kind, &r.Name, &r.Zone, &r.TLSKey, &r.RelayKey, &hosts, &r.State, &r.Joined, &r.Epochs, &r.Given, &r.Stolen, &r.Origin)
	if err != nil {
		return r, err
	}
	if hosts != "" {
		r.Hosts = strings.Split(hosts, "\n")
	}
	return r, fill(r.ID[:], id)
}

// Member returns a member, removed ones too, or [ErrNotFound].
func (tx *Tx) Member(id [8]byte) (MemberRow, error) {
	r, err := one(tx, scanMember, `SELECT `+memberColumns+` FROM members WHERE id = ?`, id[:])
	if err == nil {
		r.Secrets, err = list(tx, value[[]byte], `SELECT secret FROM member_secrets WHERE member = ? ORDER BY number`, id[:])
	}
	return r, err
}

// Members returns all that were not removed, by id.
func (tx *Tx) Members() ([]MemberRow, error) {
	return list(tx, scanMember, `SELECT `+memberColumns+` FROM members WHERE state <> 'removed' ORDER BY id`)
}

// CodeRow is a code with which one door, station or desk can join.
type CodeRow struct {
	Name         [4]byte // the beginning of the secret
	Kind         string
	Called, Zone string
	Hash         [32]byte // SHA-256 of the secret
	Made         int64    // Unix seconds
	Wrong        int
	Member       []byte // nil, or who used it: 8 bytes
	Keys         []byte // nil, or a hash of the keys that it came with: 32 bytes
	Origin       string // a desk's: where browsers find it
}

const codeColumns = `name, kind, called, zone, hash, made, wrong, member, keys, origin`

// PutCode keeps a code, in the place of an earlier one with its name.
func (tx *Tx) PutCode(r CodeRow) error {
	return tx.run(`INSERT INTO join_codes (`+codeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, called = excluded.called, zone = excluded.zone, hash = excluded.hash,
		made = excluded.made, wrong = excluded.wrong, member = excluded.member, keys = excluded.keys, origin = excluded.origin`,
		r.Name[:], r.Kind, r.Called, r.Zone, r.Hash[:], r.Made, r.Wrong, orNone(r.Member), orNone(r.Keys), r.Origin)
}

func scanCode(row scanner) (r CodeRow, err error) {
	var name, hash []byte
	if err = row.Scan(&name, &r.Kind, &r.Called, &r.Zone, &hash, &r.Made, &r.Wrong, &r.Member, &r.Keys, &r.Origin); err != nil {
		return r, err
	}
	if err = fill(r.Name[:], name); err != nil {
		return r, err
	}
	return r, fill(r.Hash[:], hash)
}

// Code returns a code by its name, or [ErrNotFound].
func (tx *Tx) Code(name [4]byte) (CodeRow, error) {
	return one(tx, scanCode, `SELECT `+codeColumns+` FROM join_codes WHERE name = ?`, name[:])
}

// Codes returns all codes, the oldest first.
func (tx *Tx) Codes() ([]CodeRow, error) {
	return list(tx, scanCode, `SELECT `+codeColumns+` FROM join_codes ORDER BY made, name`)
}

// RemoveCode removes a code, if it is there.
func (tx *Tx) RemoveCode(name [4]byte) error {
	return tx.run(`DELETE FROM join_codes WHERE name = ?`, name[:])
}

// RemoveCodes removes the codes that were made before a time.
func (tx *Tx) RemoveCodes(before int64) error {
	return tx.run(`DELETE FROM join_codes WHERE made < ?`, before)
}
