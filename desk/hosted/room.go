package hosted

import (
	"context"
	"errors"

	"github.com/facelatch/facelatch/desk/check"
)

// Room are the [Checks] of a [check.Room], on people's own phones: those at which
// staff take part are not there.
type Room struct {
	Room *check.Room
	// Link is the address at which the person with a check's secret begins.
	Link func(id, secret string) string
}

// Begin is a method of [Checks].
func (r Room) Begin(_ context.Context, o Order) (Begun, error) {
	c, secret, err := r.Room.Begin(check.Order{Party: o.Party.ID, PartyName: o.Party.Name, Claims: o.Claims, Nonce: o.Nonce, Unattended: true})
	if errors.Is(err, check.ErrFull) || errors.Is(err, check.ErrEnded) { // the room is full, or the desk stops
		return Begun{}, ErrFull
	}
	if err != nil {
		return Begun{}, err
	}
	return Begun{ID: c.ID(), Link: r.Link(c.ID(), secret), Expires: c.State().Until}, nil
}

// Status is a method of [Checks].
func (r Room) Status(party, id string) (Status, error) {
	c, err := r.find(party, id)
	if err != nil {
		return Status{}, err
	}
	s := c.State()
	if s.Step != check.Ended || s.Result == nil {
		return Status{Expires: s.Until}, nil
	}
	return Status{Ended: true, Outcome: string(s.Result.Outcome), Reason: string(s.Result.Reason), HandedOn: s.Result.HandedOn}, nil
}

// Cancel is a method of [Checks].
func (r Room) Cancel(party, id string) error {
	c, err := r.find(party, id)
	if err != nil {
		return err
	}
	if err := c.Cancel(); errors.Is(err, check.ErrEnded) {
		return ErrEnded
	} else if err != nil {
		return err
	}
	return nil
}

func (r Room) find(party, id string) (*check.Check, error) {
	c, err := r.Room.Find(id)
	if err != nil || c.Order().Party != party || !c.Order().Unattended {
		return nil, ErrNotFound
	}
	return c, nil
}
