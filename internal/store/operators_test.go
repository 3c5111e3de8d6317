package store

import (
	"errors"
	"fmt"
	"testing"
)

func operatorRow(n int) OperatorRow {
	return OperatorRow{ID: id26(n), Pseudonym: fmt.Sprintf("op-%04d", n), Name: "somebody", Role: "owner", State: "active"}
}

func TestConformanceOfOperators(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) *Store) {
		s := open(t)
		t.Run("operators", func(t *testing.T) { operators(t, s) })
		t.Run("links and sessions", func(t *testing.T) { linksAndSessions(t, s) })
		t.Run("passkeys and logins", func(t *testing.T) { passkeysAndLogins(t, s) })
		t.Run("forgetting", func(t *testing.T) { forgetting(t, s) })
	})
}

func operators(t *testing.T, s *Store) {
	o := operatorRow(1)
	change(t, s, func(tx *Tx) error { return tx.AddOperator(o) })
	same := operatorRow(2)
	same.Pseudonym = o.Pseudonym
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddOperator(same) })
	o.Version, o.Role = 1, "auditor"
	change(t, s, func(tx *Tx) error { return tx.UpdateOperator(o) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.UpdateOperator(o) })
	o.Version = 2
	if got := get(t, s, func(tx *Tx) (OperatorRow, error) { return tx.Operator(o.ID) }); got != o {
		t.Errorf("got %+v", got)
	}
	if got := get(t, s, (*Tx).Operators); len(got) != 1 || got[0] != o {
		t.Errorf("got %+v", got)
	}
	if got := get(t, s, func(tx *Tx) (int64, error) { return tx.CountOperators("auditor", "active") }); got != 1 {
		t.Errorf("%d auditors", got)
	}
	o.Role = "god"
	if err := s.Change(t.Context(), func(tx *Tx) error { return tx.UpdateOperator(o) }); err == nil {
		t.Error("a role that there is not")
	}
}

func linksAndSessions(t *testing.T, s *Store) {
	o, h := operatorRow(10), holderRow(10)
	owner := Owner{Operator: o.ID}
	link := LinkRow{Hash: hash32(10), Owner: owner, Made: aDay, Expires: 100}
	session := HolderSessionRow{Hash: hash32(10), Holder: h.ID, Expires: 100, Idle: 50}
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddOperator(o), tx.AddHolder(h), tx.AddLink(link), tx.AddHolderSession(session), tx.PutOffHolderSession(session.Hash, 60))
	})
	if err := s.Change(t.Context(), func(tx *Tx) error {
		return tx.AddLink(LinkRow{Hash: hash32(11), Made: aDay})
	}); err == nil {
		t.Error("a link of nobody")
	}
	if got := get(t, s, func(tx *Tx) ([]LinkRow, error) { return tx.Links(owner, 99) }); fmt.Sprint(got) != fmt.Sprint([]LinkRow{link}) {
		t.Errorf("got %v", got)
	}
	if got := get(t, s, func(tx *Tx) ([]LinkRow, error) { return tx.Links(owner, 100) }); len(got) != 0 {
		t.Errorf("an old link: %v", got)
	}
	session.Idle = 60
	if got := get(t, s, func(tx *Tx) (HolderSessionRow, error) { return tx.HolderSession(session.Hash) }); fmt.Sprint(got) != fmt.Sprint(session) {
		t.Errorf("got %v", got)
	}
	change(t, s, func(tx *Tx) error { return tx.UseLink(link.Hash) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.UseLink(link.Hash) })
	change(t, s, func(tx *Tx) error { return tx.DropOldAccess(59) })
	get(t, s, func(tx *Tx) (HolderSessionRow, error) { return tx.HolderSession(session.Hash) })
	change(t, s, func(tx *Tx) error { return tx.DropOldAccess(60) })
	wantErr(t, s, ErrNotFound, func(tx *Tx) error { _, err := tx.HolderSession(session.Hash); return err })
}

func passkeysAndLogins(t *testing.T, s *Store) {
	o, h := operatorRow(20), holderRow(20)
	key := HolderPasskeyRow{ID: []byte{1}, Holder: h.ID, Label: "phone", Made: aDay, Credential: "{}"}
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddOperator(o), tx.AddHolder(h), tx.AddHolderPasskey(key), tx.AddLogin(hash32(20), o.ID))
	})
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddHolderPasskey(key) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.AddLogin(hash32(20), o.ID) })
	key.Credential = `{"n":1}`
	change(t, s, func(tx *Tx) error { return tx.UseHolderPasskey(key.ID, key.Credential) })
	if got := get(t, s, func(tx *Tx) ([]HolderPasskeyRow, error) { return tx.HolderPasskeys(h.ID) }); fmt.Sprint(got) != fmt.Sprint([]HolderPasskeyRow{key}) {
		t.Errorf("got %v", got)
	}
	if got := get(t, s, func(tx *Tx) (string, error) { return tx.Login(hash32(20)) }); got != o.ID {
		t.Errorf("got %q", got)
	}
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.DropHolderPasskey(id26(21), key.ID) })
	change(t, s, func(tx *Tx) error { return tx.DropHolderPasskey(h.ID, key.ID) })
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.UseHolderPasskey(key.ID, "{}") })
}

// forgetting: a removed operator has nothing left to act with.
func forgetting(t *testing.T, s *Store) {
	o := operatorRow(30)
	token := TokenRow{Hash: hash32(30), ID: id26(30), Operator: o.ID, Name: "gate", Scopes: "passes:read", Expires: 100}
	change(t, s, func(tx *Tx) error {
		return errors.Join(tx.AddOperator(o), tx.AddToken(token), tx.AddLogin(hash32(30), o.ID),
			tx.AddLink(LinkRow{Hash: hash32(30), Owner: Owner{Operator: o.ID}, Made: aDay, Expires: 9}))
	})
	if got := get(t, s, func(tx *Tx) ([]TokenRow, error) { return tx.Tokens(99) }); fmt.Sprint(got) != fmt.Sprint([]TokenRow{token}) {
		t.Errorf("got %v", got)
	}
	if got := get(t, s, func(tx *Tx) ([]TokenRow, error) { return tx.Tokens(100) }); len(got) != 0 {
		t.Errorf("an old token: %v", got)
	}
	change(t, s, func(tx *Tx) error { return tx.ForgetOperator(o.ID) })
	must(t, s.Read(t.Context(), func(tx *Tx) error {
		for _, table := range []string{"links", "logins", "tokens"} {
			n, err := one(tx, value[int64], "SELECT count(*) FROM "+table+" WHERE operator = ?", o.ID)
			if err != nil || n != 0 {
				t.Errorf("%s: %d left, %v", table, n, err)
			}
		}
		return nil
	}))
	wantErr(t, s, ErrConflict, func(tx *Tx) error { return tx.DropToken(token.ID) })
}
