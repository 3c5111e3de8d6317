package acts

import (
	"context"
	"errors"
	"slices"

	"github.com/facelatch/facelatch/internal/store"
)

// ChangeRole gives an operator another role, if nobody has changed them since
// version; their sessions stay, and their tokens can no more than the new role. It
// fails with [ErrForbidden], [ErrInvalid], [ErrNotFound], [ErrConflict],
// [ErrLastOwner] and [ErrLedger].
func (a *Acts) ChangeRole(ctx context.Context, actor Actor, id string, version int64, r Role) (Operator, error) {
	if err := actor.may(ActOperatorChange); err != nil {
		return Operator{}, err
	}
	if !slices.Contains(Roles(), r) {
		return Operator{}, invalid("role", "is not one that operators have")
	}
	return a.changeRole(ctx, actor.by(), id, version, r)
}

func (a *Acts) changeRole(ctx context.Context, by, id string, version int64, r Role) (Operator, error) {
	row, err := read(ctx, a, func(tx *store.Tx) (store.OperatorRow, error) { return tx.Operator(id) })
	if err != nil {
		return Operator{}, err
	}
	if row.State == string(Removed) {
		return Operator{}, ErrNotFound
	}
	if row.Role == string(r) && row.Version == version {
		return operatorOf(row), nil
	}
	e, err := a.clearEntry(by, string(ActOperatorChange), map[string]string{"operator": row.Pseudonym, "role": string(r)})
	if err != nil {
		return Operator{}, err
	}
	check := func(tx *store.Tx) error {
		now, err := tx.Operator(id)
		if err != nil {
			return err
		}
		if now.Version != version || now.State == string(Removed) {
			return store.ErrConflict
		}
		row = now
		return ownersLeft(tx, now, r)
	}
	err = a.give(ctx, giving{entries: []entry{e}, check: check, effect: func(tx *store.Tx) error {
		if err := check(tx); err != nil {
			return err
		}
		row.Role = string(r)
		return tx.UpdateOperator(row)
	}})
	row.Version++
	return operatorOf(row), err
}

// ownersLeft fails with [ErrLastOwner] if no active owner were left once an
// operator has another role, or none.
func ownersLeft(tx *store.Tx, o store.OperatorRow, r Role) error {
	if o.Role != string(Owner) || o.State != string(Active) || r == Owner {
		return nil
	}
	n, err := tx.CountOperators(string(Owner), string(Active))
	if err == nil && n < 2 {
		err = ErrLastOwner
	}
	return err
}

// RemoveOperator takes an operator away, at once: sessions, passkeys, codes,
// logins, links and tokens are gone, and the name is erased. The pseudonym stays,
// so that nobody else gets it. The last owner stays: [ErrLastOwner]. It fails with
// [ErrForbidden] and [ErrNotFound] else.
func (a *Acts) RemoveOperator(ctx context.Context, actor Actor, id string) error {
	if err := actor.may(ActOperatorRemove); err != nil {
		return err
	}
	row, err := read(ctx, a, func(tx *store.Tx) (store.OperatorRow, error) { return tx.Operator(id) })
	if err != nil {
		return err
	}
	e, err := a.siteEntry(actor, ActOperatorRemove, map[string]string{"operator": row.Pseudonym})
	if err != nil {
		return err
	}
	err = a.take(ctx, func(tx *store.Tx) error {
		now, err := tx.Operator(id)
		if err != nil {
			return err
		}
		if now.State == string(Removed) {
			return errAlready
		}
		if err := ownersLeft(tx, now, ""); err != nil {
			return err
		}
		now.State, now.Name = string(Removed), ""
		if err := tx.UpdateOperator(now); err != nil {
			return err
		}
		if err := tx.ForgetSignIn(id); err != nil {
			return err
		}
		return tx.ForgetOperator(id)
	}, e)
	if errors.Is(err, errAlready) {
		return nil
	}
	return err
}
