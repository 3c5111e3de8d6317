// Package door decides, once for each time that somebody shows a pass, whether
// a door opens, and says why.
//
// The order is fixed. The pass is judged first, alone. Only a face pass that is
// good now, for this zone, with a model and a seal that are here, leads to a
// look at a face, and to exactly one: that of the person who showed it. A plain
// pass never does.
//
// This package never remembers anybody: it has no state, writes nothing, and a
// [Decision] says nothing about who it was. Warning people before the camera
// looks, and giving them time to say no, is for the door's state machine, which
// is not here yet.
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
	// person's: a cosine above 0.
	Threshold float64
	// Suspected is whether the face looks like a picture of one.
	Suspected bool
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
	if v.Claims().Kind() == pass.Plain {
		return Decide(d.Policy, v, nil, d.Now()), nil
	}
	reference, wipe, err := d.open(p, v)
	if err != nil {
		return d.refused(err)
	}
	defer wipe()
	look, err := d.look(v, reference)
	if err != nil {
		return d.refused(err)
	}
	return Decide(d.Policy, v, &look, d.Now()), nil
}

// open returns the reference that can be compared here.
func (d Door) open(p *pass.Pass, v pass.Verified) (r face.Reference, wipe func(), err error) {
	if d.Eyes == nil {
		return nil, nil, ErrNoEyes
	}
	model, err := v.Model(d.Eyes.Model())
	if err != nil {
		return nil, nil, err
	}
	id, _ := p.SealID()
	keys, err := d.Seals.SealingKeys(id)
	if err != nil {
		return nil, nil, err
	}
	references, err := v.Open(keys)
	for _, key := range keys {
		key.Wipe()
	}
	if err != nil {
		return nil, nil, err
	}
	reference, _ := references.Get(model)
	return reference, references.Wipe, nil
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
