package acts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

// inviteTime is how long an invitation can be accepted.
const inviteTime = 3 * day

func operatorOf(r store.OperatorRow) Operator {
	return Operator{ID: r.ID, Pseudonym: r.Pseudonym, Name: r.Name, Role: Role(r.Role), Version: r.Version, State: OperatorState(r.State)}
}

// actor is who an operator acts as.
func (o Operator) actor() Actor { return Actor{Role: o.Role, Operator: o.ID, Pseudonym: o.Pseudonym} }

// Operators returns all that were not removed, by pseudonym. It fails with
// [ErrForbidden].
func (a *Acts) Operators(ctx context.Context, actor Actor) (all []Operator, err error) {
	if err := actor.may(ActOperatorView); err != nil {
		return nil, err
	}
	rows, err := read(ctx, a, (*store.Tx).Operators)
	for _, r := range rows {
		if r.State != string(Removed) {
			all = append(all, operatorOf(r))
		}
	}
	return all, err
}

// OperatorActor returns who an operator who is signed in acts as. It fails with
// [ErrNotFound] for one who was removed.
func (a *Acts) OperatorActor(ctx context.Context, id string) (Actor, Operator, error) {
	row, err := read(ctx, a, func(tx *store.Tx) (store.OperatorRow, error) { return activeOperator(tx, id) })
	if err != nil {
		return Actor{}, Operator{}, err
	}
	o := operatorOf(row)
	return o.actor(), o, nil
}

func activeOperator(tx *store.Tx, id string) (store.OperatorRow, error) {
	row, err := tx.Operator(id)
	if err == nil && row.State != string(Active) {
		err = store.ErrNotFound
	}
	return row, err
}

// newOperator is a row with an id and a pseudonym that nobody has. Where chance
// gave one twice, adding the row fails, and nothing was done.
func newOperator(name string, role Role, state OperatorState) store.OperatorRow {
	return store.OperatorRow{
		ID: newID(), Pseudonym: "op-" + strings.ToLower(rand.Text()[:4]), Name: name, Role: string(role), Version: 1, State: string(state),
	}
}

func (in OperatorInput) check() (OperatorInput, error) {
	var err error
	if in.Name, err = checkWords("name", in.Name, 1, MaxLabel); err != nil {
		return in, err
	}
	if !slices.Contains(Roles(), in.Role) {
		return in, invalid("role", "is not one that operators have")
	}
	return in, nil
}

// addOperator records and adds an operator, with more to do in the same
// transaction.
func (a *Acts) addOperator(ctx context.Context, by string, act string, row store.OperatorRow, check, more func(*store.Tx) error) (Operator, error) {
	e, err := a.clearEntry(by, act, map[string]string{"operator": row.Pseudonym, "role": row.Role})
	if err != nil {
		return Operator{}, err
	}
	err = a.give(ctx, giving{entries: []entry{e}, check: check, effect: func(tx *store.Tx) error {
		if check != nil {
			if err := check(tx); err != nil {
				return err
			}
		}
		if err := tx.AddOperator(row); err != nil {
			return err
		}
		return more(tx)
	}})
	return operatorOf(row), err
}

func nothingMore(*store.Tx) error { return nil }

// FirstOwner makes the owner of a site that has no operator yet, or returns the one
// that it made for somebody who then got no passkey. At any other site it fails
// with [ErrForbidden]; else with [ErrInvalid] and [ErrLedger].
func (a *Acts) FirstOwner(ctx context.Context, name string) (Operator, error) {
	in, err := OperatorInput{name, Owner}.check()
	if err != nil {
		return Operator{}, err
	}
	var there Operator
	first := func(tx *store.Tx) error {
		all, err := tx.Operators()
		if err != nil || len(all) == 0 {
			return err
		}
		return ErrForbidden
	}
	err = told(a.with.Store.Read(ctx, func(tx *store.Tx) (err error) {
		there, err = ownerWithoutKey(tx)
		return err
	}))
	if err == nil || !errors.Is(err, ErrNotFound) {
		return there, err
	}
	return a.addOperator(ctx, sweeper, "operator.first", newOperator(in.Name, Owner, Active), first, nothingMore)
}

// ownerWithoutKey returns the only operator there ever was, who has nothing to sign
// in with. It fails with [ErrForbidden] where there is another, and with
// [store.ErrNotFound] where there is none.
func ownerWithoutKey(tx *store.Tx) (Operator, error) {
	all, err := tx.Operators()
	switch {
	case err != nil:
		return Operator{}, err
	case len(all) == 0:
		return Operator{}, store.ErrNotFound
	case len(all) > 1:
		return Operator{}, ErrForbidden
	}
	any, err := tx.AnyOperatorPasskey()
	if err != nil {
		return Operator{}, err
	}
	if any || all[0].State != string(Active) {
		return Operator{}, ErrForbidden
	}
	return operatorOf(all[0]), nil
}

// InviteOperator adds an operator, with a link that lets them in once within three
// days. It fails with [ErrForbidden], [ErrInvalid] and [ErrLedger].
func (a *Acts) InviteOperator(ctx context.Context, actor Actor, in OperatorInput) (Operator, Link, error) {
	if err := actor.may(ActOperatorInvite); err != nil {
		return Operator{}, Link{}, err
	}
	in, err := in.check()
	if err != nil {
		return Operator{}, Link{}, err
	}
	now := a.now()
	link := Link{Token: rand.Text(), Expires: now.Add(inviteTime).UTC().Truncate(time.Second)}
	row := newOperator(in.Name, in.Role, Invited)
	o, err := a.addOperator(ctx, actor.by(), string(ActOperatorInvite), row, nil, func(tx *store.Tx) error {
		return tx.AddLink(store.LinkRow{
			Hash: hashOf(link.Token), Owner: store.Owner{Operator: row.ID}, Made: dayOf(now), Expires: link.Expires.Unix(),
		})
	})
	if err != nil {
		return Operator{}, Link{}, err
	}
	return o, link, nil
}

// AcceptInvitation makes an operator active who has the token of a link, once.
// That they would be was recorded when they were invited. It fails with
// [ErrSignedOut].
func (a *Acts) AcceptInvitation(ctx context.Context, token string) (Operator, error) {
	hash := hashOf(token)
	var o Operator
	err := a.with.Store.Change(ctx, func(tx *store.Tx) error {
		l, err := tx.Link(hash)
		if err != nil {
			return err
		}
		if l.Operator == "" || l.Expires <= a.now().Unix() || subtle.ConstantTimeCompare(l.Hash, hash) != 1 {
			return store.ErrNotFound
		}
		if err := tx.UseLink(hash); err != nil {
			return err
		}
		row, err := tx.Operator(l.Operator)
		if err != nil || row.State != string(Invited) {
			return firstOf(err, store.ErrNotFound)
		}
		row.State = string(Active)
		if err := tx.UpdateOperator(row); err != nil {
			return err
		}
		row.Version++
		o = operatorOf(row)
		return nil
	})
	return o, signedOut(err)
}

// KnownLogin returns the operator of an account at the OpenID issuer, which the
// caller has checked and the configuration gives a role; who is not there yet is
// made, and who has another role gets this one, each on the record. Who was
// removed is not let in again: [ErrForbidden]. It fails with [ErrInvalid],
// [ErrLastOwner] and [ErrLedger].
func (a *Acts) KnownLogin(ctx context.Context, l Login, name string, role Role) (Operator, error) {
	if name == "" {
		name = "OpenID"
	}
	in, err := OperatorInput{name, role}.check()
	if err != nil {
		return Operator{}, err
	}
	hash := hashOf("openid\x00" + l.Issuer + "\x00" + l.Subject)
	row, err := read(ctx, a, func(tx *store.Tx) (store.OperatorRow, error) {
		id, err := tx.Login(hash)
		if err != nil {
			return store.OperatorRow{}, err
		}
		return tx.Operator(id)
	})
	switch {
	case errors.Is(err, ErrNotFound):
		row := newOperator(in.Name, role, Active)
		return a.addOperator(ctx, sweeper, "operator.login", row, nil, func(tx *store.Tx) error { return tx.AddLogin(hash, row.ID) })
	case err != nil:
		return Operator{}, err
	case row.State != string(Active):
		return Operator{}, ErrForbidden
	case row.Role == string(role):
		return operatorOf(row), nil
	}
	return a.changeRole(ctx, sweeper, row.ID, row.Version, role)
}
