// Package acts is every administrative act at a site, each in one place: who may
// do it, what is recorded of it, and what is done. The operator's pages, the
// holder's pages, the API and the command line call it and nothing beside it.
//
// # Who may
//
// One table, in rights.go, says which role may do what, and with which scope an
// API token may. A holder acts on what is their own and on nothing else.
//
// # What is recorded, and when
//
// An act that gives something (a pass, a consent, a notice, a door, a role) is
// recorded in the ledger first: the entry is queued durably, and the act goes on
// once the entry has its index. Where that does not come about, the act fails
// with [ErrLedger] and nothing of it remains. Between the entry and the effect
// stands a mark in the store, so that whatever a crash leaves is found, and
// recorded as not done.
//
// An act that takes something away (a withdrawal, a revocation, a deletion, the
// removal of a door or an operator) takes effect first, is queued in a durable
// queue, and waits for nothing.
//
// Acts about the site are in clear under the operator's pseudonym. Acts about a
// person are commitments; what opens them is kept in the store until the person
// is deleted, and erased with them.
//
// # Who consents
//
// A consent is given by the holder's own act and by nobody else. So the right to
// give one belongs to two roles: the holder, on their own page, for themselves;
// and the station at which the holder stands, which attests what the holder did
// there in front of it. No operator has it, whatever their role, and no API token
// can have a scope for it: an operator who could give a consent through a form or
// a request could give it for somebody who was never asked, and no record would
// show the difference. An operator can withdraw a consent, because taking away
// harms nobody who can consent again, and can make the link with which the holder
// gives it. Nobody consents for another adult: a guardian does for a child under
// 14, on the child's page or at the station, against the guardian's notice, for a
// year at most, and the record says that it was a guardian.
//
// A holder's own click without a key of theirs is attested by the operator: the
// record says so. What is still believed then is that whoever has the holder's
// link is the holder, and that a station's staff tell the truth; a holder who
// signs with their own key need not rely on either.
//
// # What it never does
//
// It never issues a face pass (a station does), never sees a face, a reference or
// a score, keeps nothing about who passed a door, and has no place for a document
// of identity or a file of any kind. Tokens, links and recovery codes are kept as
// hashes only. It never logs.
package acts

import (
	"context"
	"crypto"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Config is what the acts of a site work with.
type Config struct {
	// Store is the site's database. Some process over it has to keep the ledger, or
	// nothing is given: see [site.Office.Keep].
	Store *store.Store
	// Issuing makes and revokes passes.
	Issuing Issuing
	// Doors lets doors and stations in, and takes them and desks away.
	Doors Doors
	// Desks are the site's desks and who may ask there; nil where there are none.
	Desks Desks
	// EncodeSite checks a configuration of the site and writes it as the store keeps
	// it, as [site.Encode] does. It fails with [site.ErrConfig], naming the field.
	EncodeSite func(site.Config) ([]byte, error)
	// Ledger is the published ledger; nil where this process cannot read it.
	Ledger ledger.Source
	// Kick, which may be nil, is called when something was queued for the ledger.
	Kick func()
	// Keys are the keys that the site signs with; nil where none can be replaced
	// here, and then Key, on P-256, signs receipts.
	Keys Keys
	Key  crypto.Signer
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// LedgerTime is how long a giving act waits for its entry's index before it
	// fails with [ErrLedger]; 0 is [DefaultLedgerTime].
	LedgerTime time.Duration
}

// Issuing is how passes come to be and are taken away, in transactions of the same
// store. A [site.Office] is one.
type Issuing interface {
	// Controller returns what decides about passes, by the site's configuration as
	// it is now.
	Controller(ctx context.Context) (*issue.Controller, error)
	// Page is a transaction of the store, as issuing sees it.
	Page(tx *store.Tx) issue.Page
}

// Doors lets doors and stations in, and takes them and desks away. by is who is named in the
// ledger. A [site.Office] is one.
type Doors interface {
	// Members returns those that were not removed.
	Members(ctx context.Context) ([]site.Member, error)
	// MakeCode records that a code is made and makes it.
	MakeCode(ctx context.Context, by string, kind site.Kind, name, zone string) (secret [doorapi.CodeSecret]byte, err error)
	// Remove takes a door, a station or a desk away, and queues the record.
	Remove(ctx context.Context, by string, id pass.DoorID, stolen bool) error
}

// DefaultLedgerTime is how long a giving act waits to be recorded.
const DefaultLedgerTime = 15 * time.Second

// Acts are the administrative acts of one site. Its methods may be called at
// once, in several processes over one database too.
type Acts struct {
	with Config
	acts siteActs
}

// New returns the acts of a site. It fails with [ErrInvalid] for a Config that
// cannot be used.
func New(c Config) (*Acts, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	for name, missing := range map[string]bool{
		"Store": c.Store == nil, "Issuing": c.Issuing == nil, "Doors": c.Doors == nil, "EncodeSite": c.EncodeSite == nil, "Key": c.Key == nil && c.Keys == nil,
	} {
		if missing {
			return nil, invalid(name, "is missing")
		}
	}
	if c.Kick == nil {
		c.Kick = func() {}
	}
	if c.LedgerTime < 0 {
		return nil, invalid("LedgerTime", "is negative")
	}
	if c.LedgerTime == 0 {
		c.LedgerTime = DefaultLedgerTime
	}
	return &Acts{with: c}, nil
}
