package site

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/store"
)

// The acts about relying parties, as the ledger names them.
const (
	ActPartyAdd    = "party.add"
	ActPartyChange = "party.change"
	ActPartyRemove = "party.remove"
)

// MaxParties is how many relying parties a site has, at most: desks are told of all.
const MaxParties = 64

var (
	// ErrParty is returned for what cannot be a relying party of this site; it may
	// come with what party.ErrParty says.
	ErrParty = errors.New("this cannot be a relying party of the site")
	// ErrNoParty is returned for a relying party that is not registered.
	ErrNoParty = errors.New("no relying party of this site has this id")
)

// Relying is a relying party that is registered. Version counts changes.
type Relying struct {
	Party   party.Party
	Version int64
}

// Secret says what becomes of a party's secret when it is added or changed.
type Secret int

const (
	// KeepSecret leaves it as it is: for a party that is added, none.
	KeepSecret Secret = iota
	// NewSecret makes one, in the place of one that there may be.
	NewSecret
	// NoSecret takes it away.
	NoSecret
)

// ParseSecret reads the word with which people and programs say it: keep, new or none.
func ParseSecret(word string) (s Secret, ok bool) {
	s, ok = map[string]Secret{"keep": KeepSecret, "new": NewSecret, "none": NoSecret}[word]
	return s, ok
}

// apply gives a party the secret that it is to have, and returns one that is new.
func (s Secret) apply(p *party.Party, had [sha256.Size]byte) (secret string, err error) {
	switch s {
	case KeepSecret:
		p.SecretHash = had
	case NewSecret:
		secret, p.SecretHash, err = party.NewSecret(rand.Reader)
	case NoSecret:
		p.SecretHash = [sha256.Size]byte{}
	}
	return secret, err
}

// Parties returns all relying parties, by id.
func (o *Office) Parties(ctx context.Context) (all []Relying, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Parties()
		if err != nil {
			return err
		}
		all = make([]Relying, len(rows))
		for i, r := range rows {
			if all[i], err = relyingOf(r); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// Party returns a relying party. It fails with [ErrNoParty].
func (o *Office) Party(ctx context.Context, id string) (r Relying, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		r, err = partyOf(tx, id)
		return err
	})
	return r, err
}

func partyOf(tx *store.Tx, id string) (Relying, error) {
	row, err := tx.Party(id)
	if errors.Is(err, store.ErrNotFound) {
		return Relying{}, ErrNoParty
	}
	if err != nil {
		return Relying{}, err
	}
	return relyingOf(row)
}

func relyingOf(r store.PartyRow) (Relying, error) {
	p, err := party.Decode([]byte(r.Document))
	if err == nil && p.ID != r.ID {
		err = party.ErrParty
	}
	if err != nil {
		return Relying{}, fmt.Errorf("%w: a relying party: %w", store.ErrDamaged, err)
	}
	return Relying{p, r.Version}, nil
}

// AddParty registers a relying party, once that is recorded, and returns its secret
// where one was made: it is told here and never again. What p says of a secret does
// not count. It fails with [ErrParty], and with [store.ErrConflict] if there is one
// with its id.
func (o *Office) AddParty(ctx context.Context, by string, p party.Party, s Secret) (r Relying, secret string, err error) {
	if secret, err = s.apply(&p, [sha256.Size]byte{}); err != nil {
		return r, "", err
	}
	data, err := encodeParty(p)
	if err != nil {
		return r, "", err
	}
	free := func(tx *store.Tx) error {
		all, err := tx.Parties()
		if err == nil && len(all) >= MaxParties {
			err = fmt.Errorf("%w: there are %d already", ErrParty, MaxParties)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Party(p.ID); !errors.Is(err, store.ErrNotFound) {
			return errors.Join(err, store.ErrConflict)
		}
		return nil
	}
	err = o.give(ctx, act{
		by: by, name: ActPartyAdd,
		check: func(tx *store.Tx) (map[string]string, error) { return partyDetails(p, data, 1), free(tx) },
		effect: func(tx *store.Tx) error {
			if err := free(tx); err != nil {
				return err
			}
			return tx.AddParty(p.ID, string(data))
		},
	})
	if err != nil {
		return Relying{}, "", err
	}
	return Relying{p, 1}, secret, nil
}

// ChangeParty changes the relying party with p's id of which a version was read. It
// is as [Office.AddParty] else, and fails with [ErrNoParty], and with
// [store.ErrConflict] if it was changed since.
func (o *Office) ChangeParty(ctx context.Context, by string, version int64, p party.Party, s Secret) (r Relying, secret string, err error) {
	old, err := o.Party(ctx, p.ID)
	if err == nil && old.Version != version {
		err = store.ErrConflict
	}
	if err != nil {
		return r, "", err
	}
	if secret, err = s.apply(&p, old.Party.SecretHash); err != nil {
		return r, "", err
	}
	data, err := encodeParty(p)
	if err != nil {
		return r, "", err
	}
	err = o.give(ctx, act{
		by: by, name: ActPartyChange,
		check: func(tx *store.Tx) (map[string]string, error) {
			now, err := partyOf(tx, p.ID)
			if err == nil && now.Version != version {
				err = store.ErrConflict
			}
			return partyDetails(p, data, version+1), err
		},
		effect: func(tx *store.Tx) error { return tx.ChangeParty(p.ID, version, string(data)) },
	})
	if err != nil {
		return Relying{}, "", err
	}
	return Relying{p, version + 1}, secret, nil
}

// RemoveParty takes a relying party away, at once, and queues the record. It fails
// with [ErrNoParty].
func (o *Office) RemoveParty(ctx context.Context, by, id string) error {
	return o.take(ctx, func(tx *store.Tx) ([]store.QueueID, error) {
		if _, err := partyOf(tx, id); err != nil && !errors.Is(err, store.ErrDamaged) {
			return nil, err
		}
		queued, _, err := o.tell(tx, by, ActPartyRemove, map[string]string{"party": id})
		if err != nil {
			return nil, err
		}
		return []store.QueueID{queued}, tx.DropParty(id)
	})
}

// encodeParty fails with [ErrParty].
func encodeParty(p party.Party) ([]byte, error) {
	data, err := p.Encode()
	if err == nil && len(data) > party.MaxSize {
		err = fmt.Errorf("longer than %d bytes", party.MaxSize)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParty, err)
	}
	return data, nil
}

// partyDetails is what the ledger says of a relying party: which it is, what it may
// ask for, and a hash of the rest.
func partyDetails(p party.Party, document []byte, version int64) map[string]string {
	sum := sha256.Sum256(document)
	details := map[string]string{"party": p.ID, "sha256": hex.EncodeToString(sum[:]), "version": strconv.FormatInt(version, 10)}
	if len(p.Claims) > 0 {
		details["claims"] = strings.Join(p.Claims, " ")
	}
	return details
}

// DeskConfig is what a desk is told, without what is its own: see
// [doorapi.DeskConfig].
func (o *Office) DeskConfig(ctx context.Context) (c doorapi.DeskConfig, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		c, err = o.deskConfig(tx)
		return err
	})
	return c, err
}

func (o *Office) deskConfig(tx *store.Tx) (c doorapi.DeskConfig, err error) {
	config, _, err := configOf(tx)
	if err != nil {
		return c, err
	}
	c = doorapi.DeskConfig{
		Site: config.ID, SiteName: config.Name, Demo: config.Demo, Timezone: config.Timezone, Parties: []json.RawMessage{},
		Policy: config.desk(),
	}
	rows, err := tx.Parties()
	if err != nil {
		return c, err
	}
	for _, r := range rows {
		if _, err := relyingOf(r); err != nil {
			continue // desks go on with the others; whoever looks at it is told
		}
		c.Parties = append(c.Parties, json.RawMessage(r.Document))
	}
	if c.Notice, err = deskNotice(tx); err != nil {
		return c, err
	}
	keys, err := ticketKeysOf(tx)
	if err != nil {
		return c, err
	}
	c.TicketKeys, err = keys.set(o.now())
	return c, err
}
