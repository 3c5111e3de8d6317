// Package door decides, once for each time that somebody shows a pass, whether
// a door opens, and says why.
//
// The order is fixed. The pass is judged first, alone. Only a face pass that is
// good now, for this zone, with a model and a seal that are here, leads to a
// look at a face, and to exactly one: that of the person who showed it. A plain
// pass never does.
//
// [Door.Judge] is for a command that is given a pass and a photograph. What
// stands at an entrance is a [Machine]: it announces the look, waits a second
// for "not me", looks for at most eight seconds, or a few more where the site has it
// ask for movements, and forgets (docs/design/door.md).
//
// This package never keeps anything of a person: it writes nothing, a [Decision]
// says nothing about who it was, a Machine holds one showing at a time, and a
// [Limiter] remembers for minutes, under a key of its own, what failed.
package door

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// ErrNoEyes is returned for a good face pass where nothing can look at a face.
var ErrNoEyes = errors.New("this is a face pass, and there is no face to compare")

// Eyes look at the person in front of the door.
type Eyes interface {
	// Model names the references that can be compared.
	Model() pass.ModelID
	// Look compares the one face with the one reference, which the caller
	// wipes. The error is what [Refusal] knows, or a failure.
	Look(g consent.Grant, r face.Reference) (Look, error)
}

// Look is what one look at a face gave.
type Look struct {
	Comparison face.Comparison
	// Threshold is the comparison score from which on two faces count as one
	// person's: a cosine above 0. The stated FMR is per showing. A [Machine]
	// allows [MaxAttempts] comparisons in one, so its eyes give the threshold of
	// a third of it (the manifest's fmr-3e-5 for 1e-4): by the union bound,
	// however the attempts depend on each other, a showing then stays within it.
	Threshold float64
	// Suspected is whether the face looks like a picture of one.
	Suspected bool
	// Moment is what the frame says to a sequence of them, where [LookAt.Since] asks
	// for it. The machine owns it from here on, and wipes it.
	Moment *face.Moment
	// Problems are why the capture may have failed, what to mend first first. A
	// [Machine] chooses its hint by them; like Advice they count only where the
	// faces do not match.
	Problems []face.Problem
	// Advice is what the person can do about a face that could hardly be
	// compared, a sentence each; nil where there is nothing to say. It counts
	// only where the faces do not match.
	Advice []string
}

// Seals are the sealing keys of a door.
type Seals interface {
	// SealingKeys returns the keys that may be needed for a pass sealed under
	// id. The caller wipes them.
	SealingKeys(id pass.KeyID) (pass.SealingKeys, error)
}

// Policy is what the site decides about faces.
type Policy struct {
	// RequireLive refuses a face that looks like a picture of one, where the
	// decision would only carry a warning.
	RequireLive bool
	// Prompts is how many things are asked for at a showing of a face pass, 0 to
	// [MaxPrompts]: 0, which asks for nothing, unless a site says otherwise. Whoever
	// cannot do them says so ([Cannot]). [Door.Judge] asks for nothing.
	Prompts int
	// Light is whether the screen then changes its colour while the camera looks.
	Light bool
}

// Door is what a door needs to decide with no network.
type Door struct {
	Zone   string
	Trust  pass.Trust
	Policy Policy
	Seals  Seals
	// Eyes may be nil at a door without a camera.
	Eyes Eyes
	Now  func() time.Time
}

// Judge decides about a pass that was shown; nil is no pass. An error is a
// failure of the door, [ErrNoEyes] among them, and then it stays closed.
func (d Door) Judge(p *pass.Pass) (Decision, error) {
	v, err := p.Verify(d.Trust, d.Zone, d.Now())
	if err != nil {
		return d.refused(err)
	}
	if err := v.CheckBearer(); err != nil {
		return d.refused(err)
	}
	if v.Claims().Kind() == pass.Plain {
		return Decide(d.Policy, v, nil, d.Now()), nil
	}
	if d.Eyes == nil {
		return Decision{}, ErrNoEyes
	}
	opened, err := unseal(p, v, d.Seals, d.Eyes.Model())
	if err != nil {
		return d.refused(err)
	}
	defer opened.references.Wipe()
	look, err := d.look(v, opened.reference)
	if err != nil {
		return d.refused(err)
	}
	return Decide(d.Policy, v, &look, d.Now()), nil
}

// look is the only way to a face. The grant comes from the pass just verified.
func (d Door) look(v pass.Verified, r face.Reference) (Look, error) {
	grant, err := consent.ForPass(v)
	if err != nil {
		return Look{}, err
	}
	return d.Eyes.Look(grant, r)
}

// refused turns an error into a decision if it is for something that a pass or
// a picture contains.
func (d Door) refused(err error) (Decision, error) {
	if r, ok := Refusal(err); ok {
		return Decision{Reason: r.Reason, Detail: r.Detail}, nil
	}
	return Decision{}, err
}
