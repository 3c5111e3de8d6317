package issue

import (
	"context"
	"crypto"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// OpenTime is how long the making of a pass may take, from one step to the next.
// A pass can be taken back by who made it for as long after it was completed.
const OpenTime = 2 * time.Minute

// Parts is what a controller works with.
type Parts struct {
	Policy Policy
	Key    crypto.Signer // on P-256; safe for concurrent use
	Rand   io.Reader     // as Key
	Now    func() time.Time
	Books  Books
}

// Controller decides about passes. It is safe for concurrent use, and keeps
// nothing itself.
type Controller struct{ with Parts }

// New returns a controller. It fails for a policy that a site cannot have.
func New(p Parts) (*Controller, error) {
	if err := p.Policy.Check(); err != nil {
		return nil, err
	}
	return &Controller{with: p}, nil
}

// now is the time in whole seconds, as a docket has it.
func (c *Controller) now() time.Time { return c.with.Now().UTC().Truncate(time.Second) }

// Allow returns nil if a pass may be issued now, else [ErrPolicy] with what is
// wrong.
func (c *Controller) Allow(r Request) error { return c.with.Policy.Allow(r, c.with.Now()) }

// Prepare takes places for passes and records the intents, all or none, in one
// transaction and one wait for the ledger. opener is who may go on with them. It
// fails with [ErrPolicy], for the first that cannot be, and [ErrLedger]. When it
// has returned nil the caller must come to Complete or Abandon.
func (c *Controller) Prepare(ctx context.Context, opener string, requests ...Request) ([]pass.Binding, error) {
	var bindings []pass.Binding
	var entries []EntryID
	err := c.with.Books.Change(ctx, func(p Page) (err error) {
		bindings, entries, err = c.PrepareOn(p, opener, requests...)
		return err
	})
	if err == nil {
		err = c.with.Books.Recorded(ctx, entries)
	}
	if err != nil {
		return nil, undo(err, c.Abandon(context.WithoutCancel(ctx), opener, ids(bindings)...))
	}
	return bindings, nil
}

// PrepareOn is the transaction of [Controller.Prepare], for who has more to do in
// it. Nothing may be sealed or signed before the ledger has the entries.
func (c *Controller) PrepareOn(p Page, opener string, requests ...Request) (bindings []pass.Binding, entries []EntryID, err error) {
	for _, r := range requests {
		if err := c.Allow(r); err != nil {
			return nil, nil, err
		}
	}
	places, err := manyOf(p).ReserveAll(len(requests), c.now())
	if err != nil {
		return nil, nil, err
	}
	dockets := make([]Docket, len(requests))
	for i, r := range requests {
		if dockets[i], err = c.newDocket(places[i], opener, r); err != nil {
			return nil, nil, err
		}
		bindings = append(bindings, dockets[i].claims(c.with.Policy.Site, [32]byte{}).Binding())
	}
	entries, err = c.put(p, dockets...)
	return bindings, entries, err
}

func (c *Controller) newDocket(place pass.StatusRef, opener string, r Request) (d Docket, err error) {
	now := c.now()
	d = Docket{
		State: Intended, Since: now, Until: now.Add(OpenTime), Opener: opener, Zones: r.Zones, NotBefore: r.NotBefore, Expires: r.Expires,
		Schedule: r.Schedule, Consent: r.Consent, Models: r.Models, Holder: r.Holder, Status: place,
	}
	if d.ID, err = pass.NewID(c.with.Rand); err != nil {
		return Docket{}, err
	}
	_, err = io.ReadFull(c.with.Rand, d.Salt[:])
	return d, err
}

// ToSign is a pass that is to be signed.
type ToSign struct {
	ID pass.ID
	// Sealed is the SHA-256 of the sealed reference, and zero for a plain pass.
	Sealed [32]byte
}

// Sign returns the signed parts of passes, all or none. Each can be signed once.
// It fails with [ErrUnknown], [ErrState], [ErrLint] and [ErrLedger].
func (c *Controller) Sign(ctx context.Context, opener string, passes ...ToSign) ([][]byte, error) {
	signed, err := c.signAll(ctx, opener, passes)
	if err != nil {
		return nil, err
	}
	var entries []EntryID
	err = c.with.Books.Change(ctx, func(p Page) error {
		all, err := at(p, opener, Intended, idsOf(passes))
		if err != nil {
			return err
		}
		now := c.now()
		for i := range all {
			all[i].State, all[i].Signed, all[i].Since, all[i].Until = Signed, sha256.Sum256(signed[i]), now, now.Add(OpenTime)
		}
		entries, err = c.put(p, all...)
		return err
	})
	if err == nil {
		err = c.with.Books.Recorded(ctx, entries)
	}
	if err != nil {
		return nil, err
	}
	return signed, nil
}

// signAll lints and signs. Whoever holds the key may take a while, so that this
// is in no transaction; that each is signed once is seen to afterwards, before
// anybody gets what was signed.
func (c *Controller) signAll(ctx context.Context, opener string, passes []ToSign) (signed [][]byte, err error) {
	var dockets []Docket
	err = c.with.Books.Read(ctx, func(p Page) (err error) {
		dockets, err = at(p, opener, Intended, idsOf(passes))
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, d := range dockets {
		claims := d.claims(c.with.Policy.Site, passes[i].Sealed)
		if err := lint(claims, c.with.Policy, d); err != nil {
			return nil, err
		}
		one, err := pass.Sign(c.with.Rand, c.with.Key, claims)
		if err != nil {
			return nil, err
		}
		signed = append(signed, one)
	}
	return signed, nil
}

// Complete makes passes valid, all or none, after they were handed over. It fails
// with [ErrUnknown] and [ErrState].
func (c *Controller) Complete(ctx context.Context, opener string, all ...pass.ID) error {
	return c.with.Books.Change(ctx, func(p Page) error { return c.CompleteOn(p, opener, all...) })
}

// CompleteOn is the transaction of [Controller.Complete].
func (c *Controller) CompleteOn(p Page, opener string, all ...pass.ID) error {
	dockets, err := at(p, opener, Signed, all)
	if err != nil {
		return err
	}
	places := make([]pass.StatusRef, len(dockets))
	for i := range dockets {
		places[i] = dockets[i].Status
		dockets[i].State, dockets[i].Since, dockets[i].Until = Issued, c.now(), time.Time{}
	}
	m := manyOf(p)
	if err := m.SetAll(places, statuslist.Valid); err != nil {
		return err
	}
	return m.PutAll(dockets)
}

// goesOn returns nil if an opener may take the next step from a state. seen says
// that somebody wants to take it twice.
func (d Docket) goesOn(opener string, from State, seen bool) error {
	switch {
	case d.Opener != opener:
		return ErrState // what others make is not told
	case seen:
		return fmt.Errorf("%w: it is named twice", ErrState)
	case d.State != from || d.Until.IsZero():
		return fmt.Errorf("%w: it is %s", ErrState, d.State)
	}
	return nil
}

func idsOf(passes []ToSign) []pass.ID {
	all := make([]pass.ID, len(passes))
	for i, s := range passes {
		all[i] = s.ID
	}
	return all
}

func ids(bindings []pass.Binding) []pass.ID {
	all := make([]pass.ID, len(bindings))
	for i, b := range bindings {
		all[i] = b.ID
	}
	return all
}

// undo returns an error and, in words, whether what was done for nothing could
// be undone.
func undo(err, undone error) error {
	if undone == nil {
		return err
	}
	return fmt.Errorf("%w (undoing it failed as well, and is done in %s: %v)", err, OpenTime, undone)
}
