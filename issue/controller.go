package issue

import (
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Parts is what a controller works with.
type Parts struct {
	Policy  Policy
	Key     crypto.Signer // on P-256
	Rand    io.Reader
	Now     func() time.Time
	Dockets Dockets
	Lists   Lists
	Record  Recorder
}

// Controller decides about passes, and is an [Office]. It is not safe for
// concurrent use, and at most one may be at work at a site.
type Controller struct {
	with Parts
	// unfinished is why something that a crash left open is open still. It
	// keeps passes from being made, and never one from being taken away.
	unfinished error
	// begun are the ids that this controller has prepared and not brought to an
	// end. Only those can be signed, completed or abandoned.
	begun map[pass.ID]bool
}

// Start returns a controller, once whatever a crash left open is seen to, as far
// as that can be. Where it cannot, Prepare says why, and Revoke works as ever:
// what takes a right away waits for nothing. It fails for a policy that a site
// cannot have.
func Start(p Parts) (*Controller, error) {
	if err := p.Policy.Check(); err != nil {
		return nil, err
	}
	c := &Controller{with: p, begun: make(map[pass.ID]bool)}
	if err := c.finish(); err != nil {
		c.unfinished = fmt.Errorf("finish what was interrupted: %w", err)
	}
	return c, nil
}

// finish takes the places of all open dockets, and only then closes those of
// which that came about. One that fails is left open and stops no other.
func (c *Controller) finish() error {
	open, all := c.with.Dockets.Open()
	var taken []Docket
	for _, d := range open {
		if err := c.take(d); err != nil {
			all = errors.Join(all, err)
			continue
		}
		taken = append(taken, d)
	}
	for _, d := range taken {
		all = errors.Join(all, c.close(d))
	}
	return all
}

// Prepare is a method of [Office].
func (c *Controller) Prepare(r Request) (pass.Binding, error) {
	if c.unfinished != nil {
		return pass.Binding{}, c.unfinished
	}
	if err := c.with.Policy.Allow(r, c.with.Now()); err != nil {
		return pass.Binding{}, err
	}
	d, err := c.newDocket(r)
	if err != nil {
		return pass.Binding{}, err
	}
	c.begun[d.ID] = true
	err = c.with.Dockets.Put(d, true)
	if err == nil {
		err = c.with.Record.Holder(d.Since, d.Commitment(Intended))
	}
	if err != nil {
		return pass.Binding{}, undo(err, c.Abandon(d.ID))
	}
	return d.claims(c.with.Policy.Site, [32]byte{}).Binding(), nil
}

func (c *Controller) newDocket(r Request) (d Docket, err error) {
	now := c.with.Now()
	d = Docket{
		State: Intended, Since: now, Zones: r.Zones, NotBefore: r.NotBefore, Expires: r.Expires,
		Schedule: r.Schedule, Consent: r.Consent, Models: r.Models, Holder: r.Holder,
	}
	if d.ID, err = pass.NewID(c.with.Rand); err != nil {
		return Docket{}, err
	}
	if _, err := io.ReadFull(c.with.Rand, d.Salt[:]); err != nil {
		return Docket{}, err
	}
	d.Status, err = c.with.Lists.Reserve(now)
	return d, err
}

// Sign is a method of [Office].
func (c *Controller) Sign(id pass.ID, sealed [32]byte) ([]byte, error) {
	d, err := c.at(id, Intended)
	if err != nil {
		return nil, err
	}
	claims := d.claims(c.with.Policy.Site, sealed)
	if err := lint(claims, c.with.Policy, d); err != nil {
		return nil, err
	}
	signed, err := pass.Sign(c.with.Rand, c.with.Key, claims)
	if err != nil {
		return nil, err
	}
	d.State, d.Signed, d.Since = Signed, sha256.Sum256(signed), c.with.Now()
	if err := c.with.Dockets.Put(d, true); err != nil {
		return nil, err
	}
	if err := c.with.Record.Holder(d.Since, d.Commitment(Signed)); err != nil {
		return nil, err
	}
	return signed, nil
}

// Complete is a method of [Office].
func (c *Controller) Complete(id pass.ID) error {
	d, err := c.at(id, Signed)
	if err != nil {
		return err
	}
	now := c.with.Now()
	if err := c.with.Lists.Set(d.Status, statuslist.Valid, now); err != nil {
		return err
	}
	d.State, d.Since = Issued, now
	if err := c.with.Dockets.Put(d, false); err != nil {
		return err
	}
	delete(c.begun, id)
	return nil
}

// Abandon is a method of [Office]. The docket is opened again first, because a
// Complete that failed may have closed it. Where that cannot be written, taking
// the place is tried all the same.
func (c *Controller) Abandon(id pass.ID) error {
	if !c.begun[id] {
		return ErrState
	}
	d, err := c.with.Dockets.Get(id)
	if err == nil {
		err = c.end(d, c.with.Dockets.Put(d, true))
	}
	if err != nil && !errors.Is(err, ErrUnknown) { // unknown: not even the docket was kept
		return err
	}
	delete(c.begun, id)
	return nil
}

// at returns a docket that is in a state and was begun here.
func (c *Controller) at(id pass.ID, s State) (Docket, error) {
	if !c.begun[id] {
		return Docket{}, ErrState
	}
	d, err := c.with.Dockets.Get(id)
	if err != nil {
		return Docket{}, err
	}
	if d.State != s {
		return Docket{}, fmt.Errorf("%w: it is %s", ErrState, d.State)
	}
	return d, nil
}

// undo returns an error and, in words, whether what was done for nothing could
// be undone.
func undo(err, undone error) error {
	if undone == nil {
		return err
	}
	return fmt.Errorf("%w (undoing it failed as well, and is done at the next start: %v)", err, undone)
}
