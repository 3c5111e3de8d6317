package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

// Rows is a [Store] in the controller's database.
type Rows struct{ DB *store.Store }

// inWords says "there is none" and "not now" in this package's words.
func inWords(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, store.ErrUnavailable):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

func (r Rows) change(ctx context.Context, f func(*store.Tx) error) error {
	return inWords(r.DB.Change(ctx, f))
}

// read returns what f finds in a snapshot.
func read[T any](ctx context.Context, r Rows, f func(*store.Tx) (T, error)) (found T, err error) {
	err = r.DB.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = f(tx)
		return err
	})
	return found, inWords(err)
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func timeOf(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

func sessionRow(s Session) store.OperatorSession {
	return store.OperatorSession{
		Hash: s.Hash, Operator: s.Operator, Way: string(s.By), Browser: s.Browser,
		Started: unix(s.Started), Seen: unix(s.Seen), Fresh: unix(s.Fresh),
	}
}

func sessionOf(r store.OperatorSession) Session {
	return Session{
		Hash: r.Hash, Operator: r.Operator, By: Method(r.Way), Browser: r.Browser,
		Started: timeOf(r.Started), Seen: timeOf(r.Seen), Fresh: timeOf(r.Fresh),
	}
}

// AddSession is a method of [Sessions].
func (r Rows) AddSession(ctx context.Context, s Session, at time.Time) error {
	return r.change(ctx, func(tx *store.Tx) error {
		if err := tx.DropOperatorSessions(at.Unix()); err != nil {
			return err
		}
		return tx.AddOperatorSession(sessionRow(s))
	})
}

// Session is a method of [Sessions].
func (r Rows) Session(ctx context.Context, hash [32]byte) (Session, error) {
	row, err := read(ctx, r, func(tx *store.Tx) (store.OperatorSession, error) { return tx.OperatorSession(hash) })
	return sessionOf(row), err
}

// SessionsOf is a method of [Sessions].
func (r Rows) SessionsOf(ctx context.Context, operator string) (all []Session, err error) {
	rows, err := read(ctx, r, func(tx *store.Tx) ([]store.OperatorSession, error) { return tx.OperatorSessions(operator) })
	for _, row := range rows {
		all = append(all, sessionOf(row))
	}
	return all, err
}

// ReplaceSession is a method of [Sessions].
func (r Rows) ReplaceSession(ctx context.Context, old [32]byte, s *Session) error {
	return r.change(ctx, func(tx *store.Tx) error {
		if err := tx.DropOperatorSession(old); err != nil || s == nil {
			return err
		}
		return tx.AddOperatorSession(sessionRow(*s))
	})
}

func passkeyRow(p Passkey) store.OperatorPasskey {
	return store.OperatorPasskey{
		ID: p.ID, Operator: p.Operator, Handle: p.Handle, Name: p.Name, Credential: string(p.Data),
		Added: unix(p.Added), Used: unix(p.Used),
	}
}

func passkeyOf(r store.OperatorPasskey) Passkey {
	return Passkey{
		ID: r.ID, Operator: r.Operator, Handle: r.Handle, Name: r.Name, Data: []byte(r.Credential),
		Added: timeOf(r.Added), Used: timeOf(r.Used),
	}
}

// AddPasskey is a method of [Passkeys].
func (r Rows) AddPasskey(ctx context.Context, p Passkey) error {
	return r.change(ctx, func(tx *store.Tx) error { return tx.AddOperatorPasskey(passkeyRow(p)) })
}

// ChangePasskey is a method of [Passkeys].
func (r Rows) ChangePasskey(ctx context.Context, p Passkey) error {
	return r.change(ctx, func(tx *store.Tx) error { return tx.UseOperatorPasskey(passkeyRow(p)) })
}

// DropPasskey is a method of [Passkeys].
func (r Rows) DropPasskey(ctx context.Context, operator string, id []byte) error {
	return r.change(ctx, func(tx *store.Tx) error { return tx.DropOperatorPasskey(operator, id) })
}

// Passkey is a method of [PasskeyReader].
func (r Rows) Passkey(ctx context.Context, id []byte) (Passkey, error) {
	row, err := read(ctx, r, func(tx *store.Tx) (store.OperatorPasskey, error) { return tx.OperatorPasskey(id) })
	return passkeyOf(row), err
}

// PasskeysOf is a method of [PasskeyReader].
func (r Rows) PasskeysOf(ctx context.Context, operator string) (all []Passkey, err error) {
	rows, err := read(ctx, r, func(tx *store.Tx) ([]store.OperatorPasskey, error) { return tx.OperatorPasskeys(operator) })
	for _, row := range rows {
		all = append(all, passkeyOf(row))
	}
	return all, err
}

// AnyPasskey is a method of [PasskeyReader].
func (r Rows) AnyPasskey(ctx context.Context) (bool, error) {
	return read(ctx, r, func(tx *store.Tx) (bool, error) { return tx.AnyOperatorPasskey() })
}

// SetCodes is a method of [Codes].
func (r Rows) SetCodes(ctx context.Context, operator string, hashes [][32]byte) error {
	return r.change(ctx, func(tx *store.Tx) error { return tx.SetOperatorCodes(operator, hashes) })
}

// TakeCode is a method of [Codes].
func (r Rows) TakeCode(ctx context.Context, hash [32]byte) (operator string, err error) {
	err = r.change(ctx, func(tx *store.Tx) (err error) {
		operator, err = tx.TakeOperatorCode(hash)
		return err
	})
	return operator, err
}

// CodesLeft is a method of [Codes].
func (r Rows) CodesLeft(ctx context.Context, operator string) (int, error) {
	return read(ctx, r, func(tx *store.Tx) (int, error) { return tx.OperatorCodes(operator) })
}

// ForgetOperator is a method of [Store].
func (r Rows) ForgetOperator(ctx context.Context, operator string) error {
	return r.change(ctx, func(tx *store.Tx) error { return tx.ForgetSignIn(operator) })
}
