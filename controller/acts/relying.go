package acts

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
)

// Parties returns the relying parties, by id: who may ask for results at desks. Of
// their secrets there are hashes only. It fails with [ErrForbidden].
func (a *Acts) Parties(ctx context.Context, actor Actor) ([]site.Relying, error) {
	if err := actor.may(ActPartyView); err != nil {
		return nil, err
	}
	if a.with.Desks == nil {
		return nil, nil
	}
	all, err := a.with.Desks.Parties(ctx)
	return all, told(err)
}

// Party returns one relying party. It fails with [ErrForbidden] and [ErrNotFound].
func (a *Acts) Party(ctx context.Context, actor Actor, id string) (site.Relying, error) {
	if err := actor.may(ActPartyView); err != nil {
		return site.Relying{}, err
	}
	if a.with.Desks == nil {
		return site.Relying{}, ErrNotFound
	}
	r, err := a.with.Desks.Party(ctx, id)
	return r, partyError(err)
}

// AddParty registers a relying party. Where s asks for a secret, it is returned, and
// told never again; whatever p says of one does not count. It fails with
// [ErrForbidden], [ErrInvalid] for every field that cannot be, [ErrConflict] for an
// id that is taken, and [ErrLedger].
func (a *Acts) AddParty(ctx context.Context, actor Actor, p party.Party, s site.Secret) (site.Relying, string, error) {
	if err := actor.may(ActPartyAdd); err != nil {
		return site.Relying{}, "", err
	}
	if a.with.Desks == nil {
		return site.Relying{}, "", ErrNotFound
	}
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	r, secret, err := a.with.Desks.AddParty(waiting, actor.by(), p, s)
	return r, secret, partyError(err)
}

// ChangeParty changes the relying party with p's id, if nobody has since version. It
// is as [Acts.AddParty] else, and fails with [ErrNotFound] too.
func (a *Acts) ChangeParty(ctx context.Context, actor Actor, version int64, p party.Party, s site.Secret) (site.Relying, string, error) {
	if err := actor.may(ActPartyChange); err != nil {
		return site.Relying{}, "", err
	}
	if a.with.Desks == nil {
		return site.Relying{}, "", ErrNotFound
	}
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	r, secret, err := a.with.Desks.ChangeParty(waiting, actor.by(), version, p, s)
	return r, secret, partyError(err)
}

// RemoveParty takes a relying party away: connected desks hear of it within seconds.
// It fails with [ErrForbidden], [ErrNotFound] and [ErrUnavailable].
func (a *Acts) RemoveParty(ctx context.Context, actor Actor, id string) error {
	if err := actor.may(ActPartyRemove); err != nil {
		return err
	}
	if a.with.Desks == nil {
		return ErrNotFound
	}
	defer a.with.Kick()
	return partyError(a.with.Desks.RemoveParty(ctx, actor.by(), id))
}

// partyError says what is wrong with a relying party, field by field.
func partyError(err error) error {
	switch {
	case errors.Is(err, site.ErrNoParty):
		return ErrNotFound
	case errors.Is(err, party.ErrParty) && errors.Is(err, site.ErrParty):
		var all []error
		for _, f := range PartyFaults(err) {
			all = append(all, invalid(f.Field, "is wrong: %s", f.Cause))
		}
		return errors.Join(all...)
	case errors.Is(err, site.ErrParty):
		return invalid("party", "cannot be: %v", err)
	}
	return told(err)
}

// PartyFaults returns what is wrong with a relying party, field by field, of an error
// that party.Party.Valid or party.Decode returned, however deep it is wrapped.
func PartyFaults(err error) []*party.FieldError { return within[*party.FieldError](err) }

// PartyKey reads the public key of a relying party, a JSON Web Key on P-256; "" is
// none. It fails with a [*party.FieldError].
func PartyKey(text string) (jose.JSONWebKey, error) {
	if strings.TrimSpace(text) == "" {
		return jose.JSONWebKey{}, nil
	}
	wrong := &party.FieldError{Field: "key", Cause: "not a JSON Web Key"}
	if !json.Valid([]byte(text)) {
		return jose.JSONWebKey{}, wrong
	}
	// A party that has nothing else wrong, so that one package says what a key is.
	p, err := party.Decode([]byte(`{"id":"x","name":{"en":"x"},"redirects":["https://x.example"],"key":` + text + `}`))
	if faults := PartyFaults(err); len(faults) > 0 {
		wrong.Cause = faults[0].Cause
	}
	if err != nil {
		return jose.JSONWebKey{}, wrong
	}
	return p.Key, nil
}
