package ground

import (
	"crypto/tls"
	"runtime/debug"
	"slices"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/pass"
)

// Basis returns what to decide from at this moment.
func (g *Ground) Basis() door.Basis {
	g.mu.RLock()
	c, zone := g.contents, g.identity.Zone
	g.mu.RUnlock()
	b := door.Basis{Zone: zone, Limits: g.options.Limits, Seals: g, Pulse: g.config.Latch.Pulse}
	if c == nil {
		return b
	}
	b.Trust, b.Hours, b.Budget = c.Trust, c.Zone.Hours, c.Zone.Budget
	b.Policy = door.Policy{RequireLive: c.Zone.RequireLive, Prompts: c.Zone.Prompts, Light: c.Zone.Light}
	if methods, err := g.accepted(c.Zone); err == nil {
		b.Methods = methods
	}
	left := g.keeper.Left(c.Bundle.PlainLife, c.Bundle.FaceLife)
	b.PlainOK, b.FaceOK = left[0] > 0, left[1] > 0
	if g.opensReferences() {
		b.Models = g.models(c.Bundle)
	}
	return b
}

// opensReferences is whether a sealing key is here. A door that joined a moment ago
// may have none yet, and must not ask people to look up in vain.
func (g *Ground) opensReferences() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	now := g.keeper.Now()
	return slices.ContainsFunc(g.secrets.Sealing, func(e bundle.EpochKey) bool { return now.Before(e.Until) })
}

// models are those that are here and not over.
func (g *Ground) models(b *bundle.Bundle) (ids []pass.ModelID) {
	now := g.keeper.Now()
	for _, id := range g.options.Models {
		if slices.ContainsFunc(b.Models, func(m bundle.Model) bool { return m.ID == id && now.Before(m.Until) }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// SealingKeys is a method of [door.Seals]: the key with an id, alone, unless it
// is not here, over, or refused. The caller wipes it.
func (g *Ground) SealingKeys(id pass.KeyID) (pass.SealingKeys, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.contents == nil || slices.Contains(g.contents.Bundle.Refused, id) {
		return nil, nil
	}
	now := g.keeper.Now()
	for _, e := range g.secrets.Sealing {
		if e.Key.ID() == id && now.Before(e.Until) {
			key, err := copyKey(e.Key)
			return pass.SealingKeys{id: key}, err
		}
	}
	return nil, nil
}

func copyKey(k pass.SealingKey) (pass.SealingKey, error) {
	secret := k.Export()
	defer clear(secret)
	return pass.ImportSealingKey(secret)
}

func copyPepper(p bundle.Pepper) (bundle.Pepper, error) {
	secret := p.Export()
	defer clear(secret)
	return bundle.ImportPepper(secret)
}

// lendPepper lends f a copy of the pepper, which the secrets may be wiped beside,
// and wipes it. It fails without one.
func (g *Ground) lendPepper(f func(bundle.Pepper)) error {
	g.mu.RLock()
	pepper, err := copyPepper(g.secrets.Pepper)
	g.mu.RUnlock()
	if err != nil {
		return err
	}
	defer pepper.Wipe()
	f(pepper)
	return nil
}

// CheckPIN checks a number and a code for the door's zone. It takes a tenth of a
// second or more, whatever the number. The error is a [pass.Refusal]:
// [pass.ReasonNotAcceptedHere] where there are no PINs, or what
// [bundle.PINs.Check] says.
func (g *Ground) CheckPIN(number, code string) (v bundle.PINVerified, err error) {
	g.mu.RLock()
	c := g.contents
	g.mu.RUnlock()
	if c == nil || c.PINs == nil {
		return v, noPINs(nil)
	}
	// The check takes 32 MiB. Left to the collector, a few in a row would be half
	// of all that a door takes.
	defer debug.FreeOSMemory()
	none := g.lendPepper(func(p bundle.Pepper) {
		v, err = c.PINs.Check(number, code, p, g.keeper.Now(), c.Trust.Location)
	})
	if none != nil {
		return v, noPINs(none)
	}
	return v, err
}

func noPINs(cause error) error {
	return &pass.Refusal{Reason: pass.ReasonNotAcceptedHere, Detail: "there are no PINs at this door", Cause: cause}
}

// Snapshot is what is held at one moment, for screens and for the operator.
type Snapshot struct {
	// Door is the door's id, and Name what the operator calls it.
	Door pass.DoorID
	Name string
	// Contents is nil before the first bundle.
	Contents *state.Contents
	// Methods are those that are accepted here; none where Wrong is not nil,
	// which may be [bundle.ErrOnlyWay].
	Methods bundle.Methods
	Wrong   error
	// CannotAsk is why faces are not among them although the zone and door.yaml
	// have them: it asks for movements that the models cannot see.
	CannotAsk error
	// PlainLeft and FaceLeft are how long the bundle can still be used.
	PlainLeft, FaceLeft time.Duration
	// Distrusted is whether the disk was not as it was left, so that the
	// controller is needed before anything opens.
	Distrusted bool
	// Approved is whether a station has given the door its secrets.
	Approved bool
	Contact  Contact
	// Ledger is why the last bundle that came was refused over the ledger, which is
	// [ErrLedger]; nil once one was taken.
	Ledger error
	// TimeLost is whether the marks of time cannot be saved, so that nothing
	// opens.
	TimeLost bool
	// ClockBehind is by how much the machine's clock is behind the time that
	// passes are judged at; 0 for less than a minute.
	ClockBehind time.Duration
	// ClockJumped is by how much the clock last jumped, if that is less than an
	// hour ago.
	ClockJumped time.Duration
}

// Snapshot returns what is held now.
func (g *Ground) Snapshot() Snapshot {
	g.mu.RLock()
	defer g.mu.RUnlock()
	s := Snapshot{
		Door: g.identity.Door, Name: g.identity.Name, Contents: g.contents, Contact: g.contact, Ledger: g.accused,
		Distrusted: g.keeper.Distrusted(), TimeLost: g.keeper.Unsaved(), ClockJumped: g.jump,
		Approved: len(g.secrets.Sealing) > 0 || g.secrets.Pepper.OK(),
	}
	if behind := g.keeper.Behind(); behind >= time.Minute {
		s.ClockBehind = behind
	}
	if s.Contents == nil {
		return s
	}
	s.Methods, s.Wrong = g.accepted(s.Contents.Zone)
	if s.Wrong != nil {
		s.Methods = 0
	}
	s.CannotAsk = g.cannotAsk(s.Contents.Zone)
	left := g.keeper.Left(s.Contents.Bundle.PlainLife, s.Contents.Bundle.FaceLife)
	s.PlainLeft, s.FaceLeft = left[0], left[1]
	return s
}

// Changed returns a channel that is closed at the next change of what a
// [Snapshot] holds, the time that is left excepted.
func (g *Ground) Changed() <-chan struct{} {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.changed
}

// tell closes the channel that Changed gave out. The caller holds mu.
func (g *Ground) tell() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// Certificate returns the door's certificate with its key, for its tablet and
// for the controller. It changes when it is renewed.
func (g *Ground) Certificate() tls.Certificate {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.identity.TLS()
}

// Identity returns who the door is. It must not be changed.
func (g *Ground) Identity() *state.Identity {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.identity
}

// Count counts one outcome, in memory; see package counts.
func (g *Ground) Count(r pass.Reason) { g.counter.Add(string(r)) }
