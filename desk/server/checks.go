package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/hosted"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider"
	"github.com/facelatch/facelatch/idcheck"
)

// unattended begins a check of somebody who is alone, on a phone of their own.
func (s *Server) unattended(p party.Party, claims []string, nonce string) (*check.Check, string, error) {
	return s.room.Begin(check.Order{Party: p.ID, PartyName: p.Name, Claims: claims, Nonce: nonce, Unattended: true})
}

// full is whether no other check can be begun now.
func full(err error) bool { return errors.Is(err, check.ErrFull) || errors.Is(err, check.ErrEnded) }

// hostedChecks are [hosted.Checks].
type hostedChecks struct{ *Server }

func (s hostedChecks) Begin(_ context.Context, o hosted.Order) (hosted.Begun, error) {
	c, secret, err := s.unattended(o.Party, o.Claims, o.Nonce)
	if full(err) {
		return hosted.Begun{}, hosted.ErrFull
	}
	if err != nil {
		return hosted.Begun{}, err
	}
	return hosted.Begun{ID: c.ID(), Link: s.pages.Link(c.ID(), secret), Expires: s.c.Now().Add(check.Life)}, nil
}

func (s hostedChecks) Status(party, id string) (hosted.Status, error) {
	c, err := s.of(party, id)
	if err != nil {
		return hosted.Status{}, err
	}
	now := c.State()
	if now.Result == nil {
		return hosted.Status{Expires: now.Until}, nil
	}
	return hosted.Status{
		Ended: true, Outcome: string(now.Result.Outcome), Reason: string(now.Result.Reason), HandedOn: now.Result.HandedOn,
	}, nil
}

func (s hostedChecks) Cancel(party, id string) error {
	c, err := s.of(party, id)
	if err == nil && errors.Is(c.Cancel(), check.ErrEnded) {
		err = hosted.ErrEnded
	}
	return err
}

// of is a check that a party began.
func (s hostedChecks) of(party, id string) (*check.Check, error) {
	c, err := s.room.Find(id)
	if err != nil || c.Order().Party != party || !c.Order().Unattended {
		return nil, hosted.ErrNotFound
	}
	return c, nil
}

// providerChecks are [provider.Checks].
type providerChecks struct{ *Server }

func (s providerChecks) Begin(_ context.Context, a provider.Ask) (provider.Begun, error) {
	c, secret, err := s.unattended(a.Party, a.Claims, a.Nonce)
	if full(err) {
		return provider.Begun{}, provider.ErrBusy
	}
	if err != nil {
		return provider.Begun{}, err
	}
	s.returns.put(c.ID(), a.Return, s.c.Now())
	return provider.Begun{ID: c.ID(), Link: s.pages.Link(c.ID(), secret)}, nil
}

func (s providerChecks) Outcome(_ context.Context, id string) (provider.Ended, error) {
	c, err := s.room.Find(id)
	if err != nil {
		return provider.Ended{}, err
	}
	now := c.State()
	if now.Result == nil {
		return provider.Ended{}, nil
	}
	ended := provider.Ended{Over: true, Outcome: now.Result.Outcome}
	if ended.Outcome != idcheck.SamePerson {
		return ended, nil
	}
	if ended.Token = s.results.shown(id); ended.Token == "" {
		return provider.Ended{}, errOver
	}
	return ended, nil
}

func (s providerChecks) Revoke(_ context.Context, id string) error { return s.results.revoke(id) }

// returns is where the browser of a person goes when their check has ended. Only that
// browser is told: see [provider.Checks].
type returns struct {
	mu sync.Mutex
	to map[string]way // guarded by mu: by the check's id
}

type way struct {
	to    string
	until time.Time
}

func (r *returns) put(id, to string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for old, w := range r.to {
		if !now.Before(w.until) {
			delete(r.to, old)
		}
	}
	r.to[id] = way{to, now.Add(provider.LoginTime)}
}

// get returns "" for a check that nobody is sent on from.
func (r *returns) get(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.to[id].to
}

// has says whether a check is a login.
func (r *returns) has(id string) bool { return r.get(id) != "" }
