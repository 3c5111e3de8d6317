package pages

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/signin"
)

// Accounts are the operators as signing in wants them: a [signin.Operators] over
// [acts.Acts].
type Accounts struct{ Acts OperatorBook }

// OperatorBook is where operators are kept; each method is one of [acts.Acts].
type OperatorBook interface {
	FirstOwner(ctx context.Context, name string) (acts.Operator, error)
	AcceptInvitation(ctx context.Context, token string) (acts.Operator, error)
	KnownLogin(ctx context.Context, l acts.Login, name string, role acts.Role) (acts.Operator, error)
	OperatorActor(ctx context.Context, id string) (acts.Actor, acts.Operator, error)
}

// First is a method of [signin.Operators].
func (a Accounts) First(ctx context.Context, name string) (string, error) {
	o, err := a.Acts.FirstOwner(ctx, name)
	if errors.Is(err, acts.ErrForbidden) {
		return "", signin.ErrSetUp
	}
	return o.ID, err
}

// Accept is a method of [signin.Operators].
func (a Accounts) Accept(ctx context.Context, invitation string) (string, error) {
	o, err := a.Acts.AcceptInvitation(ctx, invitation)
	if errors.Is(err, acts.ErrSignedOut) || errors.Is(err, acts.ErrNotFound) {
		return "", signin.ErrRefused
	}
	return o.ID, err
}

// Known is a method of [signin.Operators].
func (a Accounts) Known(ctx context.Context, who signin.Account, role string) (string, error) {
	o, err := a.Acts.KnownLogin(ctx, acts.Login{Issuer: who.Issuer, Subject: who.Subject}, who.Name, acts.Role(role))
	return o.ID, err
}

// Name is a method of [signin.Operators].
func (a Accounts) Name(ctx context.Context, id string) (string, error) {
	_, o, err := a.Acts.OperatorActor(ctx, id)
	if errors.Is(err, acts.ErrNotFound) {
		return "", signin.ErrNotFound
	}
	return o.Name, err
}
