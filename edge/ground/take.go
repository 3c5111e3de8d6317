package ground

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/ledger"
)

// ErrRejected is returned for a bundle that was not taken; what was held stays.
var ErrRejected = errors.New("the bundle was not taken")

// taker is a Ground as [link.Client.Follow] sees it.
type taker struct {
	*Ground
	client *link.Client
}

// Take is a method of [link.Taker].
func (t taker) Take(ctx context.Context, data []byte) error {
	return t.take(ctx, data, t.client.Ledger(), func(o bundle.Object) ([]byte, error) { return t.client.Object(ctx, o) })
}

// After is a method of [link.Taker]: after anything that the disk does not
// have, or that is not trusted, any bundle will do.
func (g *Ground) After() uint64 {
	g.writing.Lock()
	defer g.writing.Unlock()
	if g.keeper.Distrusted() {
		return 0
	}
	return g.durable
}

// Heard is a method of [link.Taker].
func (g *Ground) Heard(err error) {
	before := g.Snapshot().Contact
	if errors.Is(err, link.ErrRemoved) {
		g.remove()
	}
	if errors.Is(err, ErrRejected) {
		g.reports.add(BundleRejected)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if errors.Is(err, ErrLedger) {
		g.accuse(err)
	}
	g.contact = Contact{Reached: err == nil, Why: err, Removed: g.contact.Removed} // which is final
	over := errors.Is(err, link.ErrOver)
	if before.Reached == g.contact.Reached && before.Removed == g.contact.Removed && errors.Is(before.Why, link.ErrOver) == over {
		return
	}
	g.tell()
	switch {
	case over:
		g.log.Error("this door was away for too long and has to join again", "error", err)
	case err != nil:
		g.log.Warn("the controller cannot be reached, or what came from it cannot be used", "error", err)
	default:
		g.log.Info("in step with the controller")
	}
}

// take verifies a bundle, what it names and what it says of the ledger, makes it
// count, and keeps it. One goroutine takes bundles; nothing else waits while it
// fetches.
func (g *Ground) take(ctx context.Context, data []byte, from ledger.Source, fetch func(bundle.Object) ([]byte, error)) error {
	g.mu.RLock()
	i, before := g.identity, g.contents
	g.mu.RUnlock()
	b, err := g.verify(data, i, before)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	if err := follow(ctx, from, before, b); err != nil {
		return err
	}
	var lost error
	c, err := state.Assemble(b, i.Zone, before, func(o bundle.Object) ([]byte, error) {
		if data, err := g.folder.Object(o); err == nil {
			return data, nil
		}
		data, err := fetch(o)
		if err == nil {
			lost = errors.Join(lost, g.folder.SaveObject(data))
		}
		return data, err
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	g.writing.Lock()
	defer g.writing.Unlock()
	g.mu.Lock()
	g.contents, g.accused = c, nil
	g.sayBlind()
	g.tell()
	g.mu.Unlock()
	g.dropOver()
	if lost == nil {
		lost = g.keep(b)
	}
	if lost != nil {
		return fmt.Errorf("bundle %d counts from now on, and cannot be kept: %w", b.Number, lost)
	}
	g.mu.Lock()
	g.tell() // now it has a life, too
	select {
	case g.took <- struct{}{}:
	default: // the errands are told already
	}
	g.mu.Unlock()
	g.log.Info("took a bundle", "number", b.Number)
	return nil
}

func (g *Ground) verify(data []byte, i *state.Identity, before *state.Contents) (*bundle.Bundle, error) {
	list := i.Signers
	if before != nil {
		list = before.Bundle.Signers
	}
	signers, err := bundle.Keys(list)
	if err != nil {
		return nil, err
	}
	b, err := bundle.Verify(data, signers, i.Site)
	if err != nil {
		return nil, err
	}
	if before != nil {
		if err := b.Follows(before.Bundle); err != nil {
			return nil, err
		}
	}
	return b, g.follows(b)
}

// keep makes a bundle durable, whose objects are, in an order in which a power
// cut leaves the old one or the new one: the bundle itself, its mark, who may
// sign the next, and only then the objects of the old one go. The caller holds
// writing.
func (g *Ground) keep(b *bundle.Bundle) error {
	if err := g.folder.SaveBundle(b); err != nil {
		return err
	}
	if err := g.keeper.Accept(held(b)); err != nil {
		return err
	}
	if err := g.learnSigners(b); err != nil {
		return err
	}
	g.durable = b.Number
	if err := g.folder.Retain(state.Needed(b, g.identity.Zone)); err != nil {
		g.log.Warn("objects that nobody needs any more could not be removed", "error", err)
	}
	return nil
}

// learnSigners keeps who may sign the next bundle, if that has changed.
func (g *Ground) learnSigners(b *bundle.Bundle) error {
	if slices.EqualFunc(g.identity.Signers, b.Signers, func(x, y *ecdsa.PublicKey) bool { return x.Equal(y) }) {
		return nil
	}
	next := *g.identity
	next.Signers = b.Signers
	if err := g.folder.SaveIdentity(&next); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.identity = &next
	return nil
}

// remove is what follows when the operator has removed the door: nothing opens
// any more, and no secret stays. It waits for no disk.
func (g *Ground) remove() {
	g.writing.Lock()
	defer g.writing.Unlock()
	if g.Snapshot().Contact.Removed {
		return
	}
	g.keeper.Distrust()
	g.mu.Lock()
	g.secrets.Wipe()
	g.secrets = bundle.Secrets{}
	g.contact.Removed = true
	g.mu.Unlock()
	g.fetched = [32]byte{}
	if err := errors.Join(g.keeper.Save(), g.saveSecrets()); err != nil {
		g.log.Error("this door was removed, and its secrets could not be deleted", "error", err)
	}
}
