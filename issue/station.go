package issue

import (
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// Enroller looks at the face of somebody who agreed to it.
type Enroller interface {
	// Models are the models that make the references.
	Models() []pass.ModelID
	// Size is the length of each reference in bytes.
	Size() int
	// References extracts one reference with each model. It is called once the
	// intent is recorded, and never for a plain pass. The caller clears them.
	References(g consent.Grant) (map[pass.ModelID][]byte, error)
}

// Outlet hands a pass to its holder.
type Outlet interface {
	// HandOver hands over the text of a pass, which doors refuse until it has
	// returned nil.
	HandOver(text string) error
	// TakeBack undoes a HandOver, also a failed one, as far as it can be.
	TakeBack() error
}

// Station makes passes with an office. It is not safe for concurrent use.
type Station struct {
	Office Office
	// Key seals references. A station for plain passes only needs none.
	Key  pass.SealingKey
	Rand io.Reader
	Now  func() time.Time
}

// Issue makes a pass and hands it over. A request with a consent makes a face
// pass, with e; without, e is not used. After an error there is no pass that a
// door would open for.
func (s Station) Issue(r Request, e Enroller, out Outlet) (pass.Claims, error) {
	if r.Consent != nil {
		r.Models = e.Models()
		if err := s.fits(r, e.Size()); err != nil {
			return pass.Claims{}, err
		}
	}
	binding, err := s.Office.Prepare(r)
	if err != nil {
		return pass.Claims{}, err
	}
	text, err := s.make(r, binding, e)
	if err == nil {
		err = s.deliver(text, binding.ID, out)
	}
	if err != nil {
		return pass.Claims{}, undo(err, s.Office.Abandon(binding.ID))
	}
	p, err := pass.Parse(text)
	if err != nil {
		return pass.Claims{}, err // not to be reached: Join has read it back
	}
	return p.Claims(), nil
}

// fits tries a face pass that nobody gets, with no face in it, so that a pass
// that cannot be is refused before anybody's face is looked at.
func (s Station) fits(r Request, size int) error {
	return trySealed(s.Rand, s.Key, r, size)
}

// make returns the text of a pass that is not valid yet.
func (s Station) make(r Request, b pass.Binding, e Enroller) (string, error) {
	var sealed pass.Sealed
	if r.Consent != nil {
		var err error
		if sealed, err = s.seal(r, b, e); err != nil {
			return "", err
		}
	}
	signed, err := s.Office.Sign(b.ID, sealed.Hash)
	if err != nil {
		return "", err
	}
	return pass.Join(signed, sealed.Bytes)
}

// seal extracts references, under the consent to which they are then sealed.
func (s Station) seal(r Request, b pass.Binding, e Enroller) (pass.Sealed, error) {
	grant, err := r.Consent.Grant(s.Now())
	if err != nil {
		return pass.Sealed{}, err
	}
	if hash, ok := grant.Consent(); !ok || hash != b.Consent {
		return pass.Sealed{}, fmt.Errorf("%w: the consent is not the one that was recorded", ErrState)
	}
	references, err := e.References(grant)
	defer func() {
		for _, r := range references {
			clear(r)
		}
	}()
	if err != nil {
		return pass.Sealed{}, err
	}
	return pass.Seal(s.Rand, s.Key, b, references)
}

// deliver hands a pass over and then makes it valid, or takes it back.
func (s Station) deliver(text string, id pass.ID, out Outlet) error {
	err := out.HandOver(text)
	if err == nil {
		err = s.Office.Complete(id)
	}
	if err != nil {
		if back := out.TakeBack(); back != nil {
			return fmt.Errorf("%w (what was written could not be taken back: %v)", err, back)
		}
	}
	return err
}
