package pagestest

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// DeskOrigin is where browsers find desks of tests that have none.
const DeskOrigin = "https://desk.example:8443"

// MakeDeskCode makes a code.
func (a *Acts) MakeDeskCode(_ context.Context, actor acts.Actor, name, origin string) (acts.JoinCode, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActDoorAdd); err != nil {
		return acts.JoinCode{}, err
	}
	if _, err := doorapi.OriginHost(origin); err != nil {
		return acts.JoinCode{}, &acts.Invalid{Field: "origin", Why: "is wrong"}
	}
	return acts.JoinCode{Kind: site.KindDesk, Name: name, Origin: origin, Secret: [doorapi.CodeSecret]byte{1, 2, 3}, Expires: a.Now().Add(time.Hour)}, nil
}

// DeskList returns the desks.
func (a *Acts) DeskList(_ context.Context, actor acts.Actor) (all []acts.Door, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActDeskView) {
		return nil, acts.ErrForbidden
	}
	for _, d := range a.doors {
		if d.Kind == site.KindDesk {
			all = append(all, d)
		}
	}
	return all, nil
}

// OpenCounter makes a ticket, which no desk would take.
func (a *Acts) OpenCounter(_ context.Context, actor acts.Actor, id pass.DoorID) (acts.Counter, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActDeskCheck) {
		return acts.Counter{}, acts.ErrForbidden
	}
	i := slices.IndexFunc(a.doors, func(d acts.Door) bool { return d.ID == id && d.Kind == site.KindDesk })
	if i < 0 {
		return acts.Counter{}, acts.ErrNotFound
	}
	return acts.Counter{Desk: a.doors[i], Ticket: "ticket.for." + actor.Pseudonym, Address: a.doors[i].Origin + doorapi.PathCounter}, nil
}

// DeskCounts returns how checks ended: on one day some, on another few.
func (a *Acts) DeskCounts(_ context.Context, actor acts.Actor, first, last time.Time) ([]acts.OutcomeCount, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActSiteView) {
		return nil, acts.ErrForbidden
	}
	day := last.Format(time.DateOnly)
	return []acts.OutcomeCount{
		{Day: first.Format(time.DateOnly), Outcome: "same-person", From: 31, To: 31},
		{Day: day, Outcome: "same-person", From: 6, To: 9},
		{Day: day, Outcome: "not-same-person", From: 1, To: 4},
	}, nil
}

// DeskNotice returns what people are told at desks.
func (a *Acts) DeskNotice(_ context.Context, actor acts.Actor) (site.PublishedNotice, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActSiteView) {
		return site.PublishedNotice{}, acts.ErrForbidden
	}
	return a.told, nil
}

// PublishDeskNotice has people told another text at desks.
func (a *Acts) PublishDeskNotice(_ context.Context, actor acts.Actor, number int64, text map[string]string) (site.PublishedNotice, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActNoticePublish); err != nil {
		return site.PublishedNotice{}, err
	}
	next := doorapi.DeskNotice{Number: number + 1, Text: text}
	if err := next.Valid(); err != nil {
		return site.PublishedNotice{}, &acts.Invalid{Field: "text", Why: "cannot be: " + err.Error()}
	}
	if number != a.told.Number {
		return site.PublishedNotice{}, acts.ErrConflict
	}
	a.told = site.PublishedNotice{DeskNotice: next, Published: a.Now()}
	return a.told, nil
}

// Parties returns the relying parties.
func (a *Acts) Parties(_ context.Context, actor acts.Actor) ([]site.Relying, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActPartyView) {
		return nil, acts.ErrForbidden
	}
	return slices.Clone(a.parties), nil
}

// Party returns one relying party.
func (a *Acts) Party(_ context.Context, actor acts.Actor, id string) (site.Relying, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !actor.May(acts.ActPartyView) {
		return site.Relying{}, acts.ErrForbidden
	}
	i := slices.IndexFunc(a.parties, func(r site.Relying) bool { return r.Party.ID == id })
	if i < 0 {
		return site.Relying{}, acts.ErrNotFound
	}
	return a.parties[i], nil
}

// secretOf gives a party the secret that it is to have.
func secretOf(p *party.Party, had [32]byte, s site.Secret) (secret string, err error) {
	switch s {
	case site.KeepSecret:
		p.SecretHash = had
	case site.NewSecret:
		secret, p.SecretHash, err = party.NewSecret(rand.Reader)
	case site.NoSecret:
		p.SecretHash = [32]byte{}
	}
	return secret, err
}

// wrongWith says of each field what is wrong with it.
func wrongWith(p party.Party) error {
	var all []error
	for _, f := range acts.PartyFaults(p.Valid()) {
		all = append(all, &acts.Invalid{Field: f.Field, Why: f.Cause})
	}
	return errors.Join(all...)
}

// AddParty registers a relying party.
func (a *Acts) AddParty(_ context.Context, actor acts.Actor, p party.Party, s site.Secret) (site.Relying, string, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActPartyAdd); err != nil {
		return site.Relying{}, "", err
	}
	secret, err := secretOf(&p, [32]byte{}, s)
	if err != nil {
		return site.Relying{}, "", err
	}
	if err := wrongWith(p); err != nil {
		return site.Relying{}, "", err
	}
	if slices.ContainsFunc(a.parties, func(r site.Relying) bool { return r.Party.ID == p.ID }) {
		return site.Relying{}, "", acts.ErrConflict
	}
	r := site.Relying{Party: p, Version: 1}
	a.parties = append(a.parties, r)
	slices.SortFunc(a.parties, func(x, y site.Relying) int { return strings.Compare(x.Party.ID, y.Party.ID) })
	return r, secret, nil
}

// ChangeParty changes a relying party.
func (a *Acts) ChangeParty(_ context.Context, actor acts.Actor, version int64, p party.Party, s site.Secret) (site.Relying, string, error) {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActPartyChange); err != nil {
		return site.Relying{}, "", err
	}
	i := slices.IndexFunc(a.parties, func(r site.Relying) bool { return r.Party.ID == p.ID })
	switch {
	case i < 0:
		return site.Relying{}, "", acts.ErrNotFound
	case a.parties[i].Version != version:
		return site.Relying{}, "", acts.ErrConflict
	}
	secret, err := secretOf(&p, a.parties[i].Party.SecretHash, s)
	if err != nil {
		return site.Relying{}, "", err
	}
	if err := wrongWith(p); err != nil {
		return site.Relying{}, "", err
	}
	a.parties[i] = site.Relying{Party: p, Version: version + 1}
	return a.parties[i], secret, nil
}

// RemoveParty takes a relying party away.
func (a *Acts) RemoveParty(_ context.Context, actor acts.Actor, id string) error {
	defer a.mu.Unlock()
	if err := a.change(actor, acts.ActPartyRemove); err != nil {
		return err
	}
	n := len(a.parties)
	a.parties = slices.DeleteFunc(a.parties, func(r site.Relying) bool { return r.Party.ID == id })
	if n == len(a.parties) {
		return acts.ErrNotFound
	}
	return nil
}
