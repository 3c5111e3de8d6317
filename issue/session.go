package issue

import (
	"context"

	"github.com/facelatch/facelatch/pass"
)

// Session is an [Office] for one opener, whose requests end with a context.
type Session struct {
	c      *Controller
	ctx    context.Context
	opener string
}

// For returns the office of an opener: the id of a station, or "" for who works
// in the controller itself.
func (c *Controller) For(ctx context.Context, opener string) Session { return Session{c, ctx, opener} }

// Prepare is a method of [Office].
func (s Session) Prepare(r Request) (pass.Binding, error) {
	all, err := s.c.Prepare(s.ctx, s.opener, r)
	if err != nil {
		return pass.Binding{}, err
	}
	return all[0], nil
}

// Sign is a method of [Office].
func (s Session) Sign(id pass.ID, sealed [32]byte) ([]byte, error) {
	all, err := s.c.Sign(s.ctx, s.opener, ToSign{id, sealed})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Complete is a method of [Office].
func (s Session) Complete(id pass.ID) error { return s.c.Complete(s.ctx, s.opener, id) }

// Abandon is a method of [Office]. It does not end with the context.
func (s Session) Abandon(id pass.ID) error {
	return s.c.Abandon(context.WithoutCancel(s.ctx), s.opener, id)
}
