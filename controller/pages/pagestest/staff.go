package pagestest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

func (a *Acts) addOperator(name string, role acts.Role, state acts.OperatorState) *acts.Operator {
	o := &acts.Operator{ID: a.id(), Name: name, Role: role, Version: 1, State: state}
	o.Pseudonym = fmt.Sprintf("op-k7%02d", a.made%100)
	a.operators = append(a.operators, o)
	return o
}

// FirstOwner makes the owner.
func (a *Acts) FirstOwner(_ context.Context, name string) (acts.Operator, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch len(a.operators) {
	case 0:
		return *a.addOperator(name, acts.Owner, acts.Active), nil
	case 1:
		return *a.operators[0], nil
	}
	return acts.Operator{}, acts.ErrForbidden
}

// AcceptInvitation lets an operator in.
func (a *Acts) AcceptInvitation(_ context.Context, token string) (acts.Operator, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.operator(a.links[token])
	delete(a.links, token)
	if o == nil {
		return acts.Operator{}, acts.ErrSignedOut
	}
	o.State = acts.Active
	return *o, nil
}

func (a *Acts) operator(id string) *acts.Operator {
	i := slices.IndexFunc(a.operators, func(o *acts.Operator) bool { return o.ID == id && o.State != acts.Removed })
	if i < 0 {
		return nil
	}
	return a.operators[i]
}

// KnownLogin returns the operator of an account.
func (a *Acts) KnownLogin(_ context.Context, l acts.Login, name string, role acts.Role) (acts.Operator, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.operator(a.logins[l])
	if o == nil {
		o = a.addOperator(name, role, acts.Active)
		a.logins[l] = o.ID
	}
	o.Role = role
	return *o, nil
}

// OperatorActor returns who acts.
func (a *Acts) OperatorActor(_ context.Context, id string) (acts.Actor, acts.Operator, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.operator(id)
	if o == nil {
		return acts.Actor{}, acts.Operator{}, acts.ErrNotFound
	}
	return acts.Actor{Role: o.Role, Operator: o.ID, Pseudonym: o.Pseudonym}, *o, nil
}

// Operators returns all.
func (a *Acts) Operators(_ context.Context, actor acts.Actor) (all []acts.Operator, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActOperatorView) {
		return nil, acts.ErrForbidden
	}
	for _, o := range a.operators {
		if o.State != acts.Removed {
			all = append(all, *o)
		}
	}
	return all, nil
}

// InviteOperator invites.
func (a *Acts) InviteOperator(_ context.Context, actor acts.Actor, in acts.OperatorInput) (acts.Operator, acts.Link, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActOperatorInvite); err != nil {
		return acts.Operator{}, acts.Link{}, err
	}
	o := a.addOperator(in.Name, in.Role, acts.Invited)
	token := fmt.Sprintf("w5r2p8k4z6y1x3v7t9s0%06d", a.made)
	a.links[token] = o.ID
	return *o, acts.Link{Token: token, Expires: a.Now().Add(48 * time.Hour)}, nil
}

// ChangeRole changes a role.
func (a *Acts) ChangeRole(_ context.Context, actor acts.Actor, id string, version int64, r acts.Role) (acts.Operator, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActOperatorChange); err != nil {
		return acts.Operator{}, err
	}
	o := a.operator(id)
	switch {
	case o == nil:
		return acts.Operator{}, acts.ErrNotFound
	case o.Version != version:
		return acts.Operator{}, acts.ErrConflict
	case o.Role == acts.Owner && r != acts.Owner && a.owners() == 1:
		return acts.Operator{}, acts.ErrLastOwner
	}
	o.Role = r
	o.Version++
	return *o, nil
}

func (a *Acts) owners() (n int) {
	for _, o := range a.operators {
		if o.Role == acts.Owner && o.State == acts.Active {
			n++
		}
	}
	return n
}

// RemoveOperator removes one.
func (a *Acts) RemoveOperator(_ context.Context, actor acts.Actor, id string) error {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActOperatorRemove); err != nil {
		return err
	}
	o := a.operator(id)
	switch {
	case o == nil:
		return acts.ErrNotFound
	case o.Role == acts.Owner && a.owners() == 1:
		return acts.ErrLastOwner
	}
	o.State, o.Name = acts.Removed, ""
	return nil
}

// MakeToken makes a token.
func (a *Acts) MakeToken(_ context.Context, actor acts.Actor, in acts.TokenInput) (acts.Token, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActTokenMake); err != nil {
		return acts.Token{}, err
	}
	t := acts.Token{ID: a.id(), Name: in.Name, Operator: actor.Operator, Scopes: in.Scopes, Expires: in.Expires}
	a.tokens = append(a.tokens, t)
	t.Secret = "flt_" + "7k2m9qpx04td8c3vbn1r6w5yz0a4e7f2g9h8j3k5m6p1q0s4t2vw"
	return t, nil
}

// Tokens returns all.
func (a *Acts) Tokens(_ context.Context, actor acts.Actor) ([]acts.Token, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActTokenView) {
		return nil, acts.ErrForbidden
	}
	return slices.Clone(a.tokens), nil
}

// RevokeToken ends one.
func (a *Acts) RevokeToken(_ context.Context, actor acts.Actor, id string) error {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActTokenRevoke); err != nil {
		return err
	}
	n := len(a.tokens)
	a.tokens = slices.DeleteFunc(a.tokens, func(t acts.Token) bool { return t.ID == id })
	if n == len(a.tokens) {
		return acts.ErrNotFound
	}
	return nil
}
