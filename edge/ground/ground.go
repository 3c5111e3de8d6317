// Package ground is what a door stands on when it decides: its bundle and all
// that this names, the secrets that stations gave it, what time it is, and for
// how long all that is good. It keeps them on disk, and in step with the
// controller while there is one.
//
// Losing the controller changes nothing until the bundle's life is over. What
// comes from the controller is taken only if it is signed, newer than what is
// held, and whole; otherwise everything stays as it was. A revocation counts
// from the moment at which it has been verified, even if the disk fails; new
// life counts only once it is on the disk.
//
// It never writes, sends or logs anything because somebody came by, and hands
// out copies of secrets only, which their callers wipe.
package ground

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/edge/tpm"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/pass"
)

// Options are what a Ground is made of, beside its configuration. The zero value
// is for a real machine.
type Options struct {
	// Disk is [durable.Disk] if nil.
	Disk durable.Files
	// Clock is that of the machine if nil.
	Clock timekeeper.Clock
	// Counter is that of the TPM which the configuration names if nil.
	Counter timekeeper.Counter
	// Log is told about the machine, never about a passage. Nothing if nil.
	Log *slog.Logger
	// Models are those whose references can be compared here, the preferred one
	// first.
	Models []pass.ModelID
	// CannotAsk is why the models cannot see whether people make movements that
	// they are asked for; nil if they can. Where the zone asks for some, this door
	// then takes no faces.
	CannotAsk error
	// Limits are what [door.Basis] asks for; new ones if nil.
	Limits *door.Limiter
}

// Ground is what a door stands on. [Open] makes one. It is safe for concurrent
// use.
type Ground struct {
	config  config.Config
	options Options
	folder  *state.Folder
	keeper  *timekeeper.Keeper
	counter counts.Counter
	reports reports
	today   reports // those that wait for the end of the day
	log     *slog.Logger
	tpm     io.Closer // nil without one

	// writing is held by whoever changes the folder, and before mu.
	writing sync.Mutex
	// durable is the number of the bundle that is on the disk; guarded by
	// writing. In memory there may be a newer one, if the disk fails.
	durable uint64
	fetched [32]byte // the hash of the secrets as they last came; guarded by writing
	// unsaved is whether the disk has other secrets than those that count;
	// guarded by writing.
	unsaved bool

	mu       sync.RWMutex
	identity *state.Identity
	contents *state.Contents // nil before the first bundle
	secrets  bundle.Secrets
	contact  Contact
	accused  error         // why a bundle was refused over the ledger; nil once one was taken
	blind    error         // why faces were last said to be refused here; nil while they are not
	jump     time.Duration // the last jump of the clock, while it is shown
	jumpLeft int           // for how many minutes it is still shown
	changed  chan struct{} // closed at the next change
	took     chan struct{} // gets a value when a bundle was taken
}

// Contact is how it stands with the controller.
type Contact struct {
	// Reached is whether the last attempt succeeded.
	Reached bool
	// Why is why it did not.
	Why error
	// Removed is whether the operator has removed the door.
	Removed bool
}

// Open takes the folder of a door that has joined a site, and reads all that it
// needs to decide with no network. A bundle that is damaged, or older than what
// the door has seen, is not used, and the controller is asked for another. It
// fails with [state.ErrNotJoined], [state.ErrBusy], [state.ErrExposed], or if
// the marks of time cannot be saved, and with [bundle.ErrOnlyWay] for a
// configuration that leaves faces as the only way in.
func Open(c config.Config, o Options) (*Ground, error) {
	if o.Disk == nil {
		o.Disk = durable.Disk{}
	}
	folder, err := state.Open(c.State, o.Disk)
	if err != nil {
		return nil, err
	}
	g := &Ground{config: c, options: o, folder: folder, log: o.Log, changed: make(chan struct{}), took: make(chan struct{}, 1)}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	if err := g.open(); err != nil {
		return nil, errors.Join(err, g.letGo())
	}
	return g, nil
}

func (g *Ground) letGo() error {
	if g.tpm != nil {
		return errors.Join(g.tpm.Close(), g.folder.Close())
	}
	return g.folder.Close()
}

func (g *Ground) open() (err error) {
	if g.identity, err = g.folder.Identity(); err != nil {
		return err
	}
	if g.options.Clock == nil {
		if g.options.Clock, err = timekeeper.NewMachine(); err != nil {
			return err
		}
	}
	if g.options.Limits == nil {
		if g.options.Limits, err = door.NewLimiter(rand.Reader); err != nil {
			return err
		}
	}
	if err := g.findTPM(); err != nil {
		return err
	}
	if g.keeper, err = timekeeper.Open(g.options.Clock, g.folder, g.options.Counter); err != nil {
		return err
	}
	g.keeper.AtLeast(g.identity.Certificate.NotBefore)
	g.reports.add(Restart)
	g.load()
	g.loadSecrets()
	if g.contents == nil {
		return nil
	}
	if _, err = g.config.Accepted(g.contents.Zone.Methods); errors.Is(err, bundle.ErrOnlyWay) {
		return err
	}
	return nil
}

// findTPM opens the TPM. One that was not asked for by name, and cannot be used,
// is like none; a door that has counted with it before will notice.
func (g *Ground) findTPM() error {
	if g.options.Counter != nil {
		return nil
	}
	c, err := tpm.Find(g.config.TPM)
	if err != nil && g.config.TPM != "auto" {
		return err
	}
	if err != nil {
		g.log.Warn("there is a TPM, and it cannot be used", "error", err)
	}
	if c != nil {
		g.options.Counter, g.tpm = c, c
	}
	return nil
}

// load takes up the bundle that is on the disk, if it is the one that it should
// be. Whatever is wrong ends the life of what was held until the controller has
// said which bundle is the right one.
func (g *Ground) load() {
	err := g.loadBundle()
	if errors.Is(err, state.ErrMissing) && g.keeper.Held().Number == 0 {
		return // a door that has just joined
	}
	if err != nil {
		g.keeper.Distrust()
		g.reports.add(BundleRejected)
		g.log.Error("the bundle on the disk cannot be used", "error", err)
	}
}

func (g *Ground) loadBundle() error {
	signers, err := bundle.Keys(g.identity.Signers)
	if err != nil {
		return err
	}
	b, err := g.folder.Bundle(signers, g.identity.Site)
	if err != nil {
		return err
	}
	if err := g.follows(b); err != nil {
		return err
	}
	c, err := state.Assemble(b, g.identity.Zone, nil, g.folder.Object)
	if err != nil {
		return err
	}
	g.contents, g.durable = c, b.Number
	g.sayBlind()
	if !g.keeper.Distrusted() && b.Number > g.keeper.Held().Number {
		// The power was cut after the bundle was written and before the mark.
		if err := g.keeper.Accept(held(b)); err != nil {
			return err
		}
	}
	return g.learnSigners(b)
}

// follows is whether a bundle may take the place of the last that was held,
// which the marks of time remember even if its file is gone.
func (g *Ground) follows(b *bundle.Bundle) error {
	last := g.keeper.Held()
	switch mine := held(b); {
	case b.Number < last.Number:
		return fmt.Errorf("%w: %d after %d", bundle.ErrOlder, b.Number, last.Number)
	case b.Number == last.Number && mine.SHA256 != last.SHA256:
		return fmt.Errorf("%w: %d", bundle.ErrFork, b.Number)
	case b.Demo != g.Identity().Demo:
		return bundle.ErrDemo
	}
	return nil
}

// held is what the timekeeper needs to know of a bundle.
func held(b *bundle.Bundle) timekeeper.Held {
	return timekeeper.Held{
		Number: b.Number, SHA256: bundle.ObjectOf(b.Encoded()).SHA256,
		Issued: b.Issued, Life: max(b.PlainLife, b.FaceLife),
	}
}

// Close saves the mark and lets go of the folder. Nothing may use the Ground
// any more.
func (g *Ground) Close() error {
	g.writing.Lock()
	defer g.writing.Unlock()
	err := g.keeper.Save()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.secrets.Wipe()
	g.secrets = bundle.Secrets{}
	g.identity.Relay.Wipe()
	return errors.Join(err, g.letGo())
}

// Run keeps the ground in step with the controller until ctx ends, and returns
// when all that it started has ended.
func (g *Ground) Run(ctx context.Context) {
	client := g.client()
	defer client.Close()
	var all sync.WaitGroup
	all.Go(func() { client.Follow(ctx, taker{g, client}) })
	all.Go(func() { g.tidy(ctx) })
	all.Go(func() { g.errands(ctx, client) })
	all.Wait()
}

func (g *Ground) client() *link.Client {
	address := cmp.Or(g.config.Controller, g.identity.Controller)
	return link.NewClient(address, link.Trust{
		Authority: g.identity.Authority, Certificate: g.Certificate, Now: g.Now, Mirror: g.config.Mirror,
	})
}

// Now is the time at which passes are judged. It never runs below what was
// saved.
func (g *Ground) Now() time.Time { return g.keeper.Now() }
