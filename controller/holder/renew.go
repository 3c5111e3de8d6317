package holder

import (
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/pass"
)

// ending is a consent that ends soon, or has.
type ending struct {
	Until time.Time
	// Over says that it has ended.
	Over bool
	// Child says that a guardian decides.
	Child bool
}

// endingOf returns the consent of a holder that is to be given anew if they like:
// the one that ends last, within [acts.RenewAhead] or already; nil if there is none.
// One that was taken back is not renewed.
func endingOf(view acts.HolderView, now time.Time) *ending {
	var last *acts.ConsentView
	for i, c := range view.Consents {
		back := !c.Withdrawn.IsZero() && c.Withdrawn.Before(c.Until)
		if c.Guardian == view.Holder.Under14 && !back && (last == nil || c.Until.After(last.Until)) {
			last = &view.Consents[i]
		}
	}
	if last == nil || last.Until.Sub(now) > acts.RenewAhead {
		return nil
	}
	return &ending{Until: last.Until, Over: !now.Before(last.Until), Child: view.Holder.Under14}
}

// renewal is what the page asks on which a consent is given anew.
type renewal struct {
	ending
	Notice public.Notice
	// Name is that of the notice, which is sent back with what was chosen.
	Name string
	// Changed says that the notice has changed since it was shown.
	Changed bool
}

// toRenew returns what is to be renewed, and the notice that holds now. It fails
// with [acts.ErrNotFound] where there is nothing to renew.
func (s *server) toRenew(v *visit) (r renewal, err error) {
	view, err := s.Do.Holder(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return r, err
	}
	found := endingOf(view, s.Now())
	if found == nil {
		return r, acts.ErrNotFound
	}
	n, err := s.Site.CurrentNotice(v.r.Context(), consent.AgreesFor(found.Child).Rules())
	if err != nil {
		return r, err
	}
	r = renewal{ending: *found, Name: hex.EncodeToString(n.Hash[:])}
	r.Notice.Since = n.Published
	r.Notice.Notice, err = consent.DecodeNotice(n.Document)
	return r, err
}

// askRenew shows the notice, and both ways to go on.
func (s *server) askRenew(v *visit) error {
	r, err := s.toRenew(v)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "renew", r)
}

// renewed is what was chosen, and what follows.
type renewed struct {
	ending
	// Face says that they agreed; Consent is then what they agreed to.
	Face    bool
	Consent acts.ConsentView
}

// renew does what was chosen: a consent is given with one click, and with as many
// none is.
func (s *server) renew(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	r, err := s.toRenew(v)
	if err != nil {
		return err
	}
	done := renewed{ending: r.ending, Face: v.r.PostForm.Get("choice") == pass.Face.String()}
	if !done.Face {
		return s.show(v, http.StatusOK, "renewed", done)
	}
	if v.r.PostForm.Get("notice") == r.Name {
		done.Consent, err = s.give(v, r)
	} else {
		err = acts.ErrConflict
	}
	if errors.Is(err, acts.ErrConflict) {
		if r, err = s.toRenew(v); err != nil {
			return err
		}
		r.Changed = true
		return s.show(v, http.StatusConflict, "renew", r)
	}
	if err != nil {
		return err
	}
	return s.show(v, http.StatusCreated, "renewed", done)
}

// give records that the holder agreed, or for a child the guardian, to the notice
// that was shown.
func (s *server) give(v *visit, r renewal) (acts.ConsentView, error) {
	in := acts.ConsentInput{Agreed: true, Purpose: pass.PurposeAccess, Guardian: r.Child, Language: consent.Lang(v.tag)}
	if _, err := hex.Decode(in.Notice[:], []byte(r.Name)); err != nil {
		return acts.ConsentView{}, err
	}
	return s.Do.GiveConsent(v.r.Context(), v.actor(), v.holder(), in)
}
