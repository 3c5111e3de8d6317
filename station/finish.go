package station

import (
	"context"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// named is a body that names an enrolment.
type named struct {
	Enrolment string `json:"enrolment"`
}

// handed answers POST /api/finish.
type handed struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Until string `json:"until"`
	// Number is how the pass is called on its card.
	Number string `json:"number"`
	PNG    string `json:"png"`
	SVG    string `json:"svg"`
	PDF    string `json:"pdf"`
	// Later is always said: which doors are without network, no station knows.
	Later bool `json:"later"`
	// Transfer says that it can be given to a phone.
	Transfer bool `json:"transfer"`
	// Page is the link to the holder's own page; "" where they have one already.
	Page string `json:"page,omitempty"`
}

// finish is POST /api/finish.
func (s *Server) finish(c call) error {
	var body named
	if err := c.read(&body); err != nil {
		return err
	}
	e, err := s.hold(body.Enrolment)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	if e.made == nil {
		began := time.Now()
		err := s.make(c.life, e)
		s.pause(c.r.Context(), stillTime(time.Since(began)))
		if err != nil {
			return err
		}
	}
	at := pathPass + e.token
	return c.write(handed{
		Kind: e.shown.String(), Text: e.made.text, Until: e.made.until, Number: e.made.number, Later: true,
		PNG: at + namePNG, SVG: at + nameSVG, PDF: at + namePDF, Transfer: s.c.PhoneURL != "", Page: e.made.page,
	})
}

const (
	// finishTime is the least that making a pass seems to take, and finishStep what
	// it seems to take more in: the same for every kind, so that the time says
	// nothing of what was made (and a face pass is not the faster one).
	finishTime = 1500 * time.Millisecond
	finishStep = 500 * time.Millisecond
)

// stillTime is how long to wait still after making a pass took so long.
func stillTime(took time.Duration) time.Duration {
	if took < finishTime {
		return finishTime - took
	}
	return finishStep - took%finishStep
}

// make makes the pass, and wipes what was kept of pictures once it is there. It
// goes on if whoever asked goes away: the pass can be asked for again. The caller
// holds e's mutex.
func (s *Server) make(life context.Context, e *enrolment) error {
	if e.shown == pass.Face && e.good(s.c.Now()) < Need {
		return problem(doorapi.ProblemConflict, http.StatusConflict, "There are not enough good pictures yet")
	}
	ctx, cancel := context.WithTimeout(life, makeTime)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	e.request.NotBefore = s.c.Now().Truncate(time.Second) // whatever came before
	out := &outlet{server: s, e: e}
	claims, err := s.c.Site.Issue(ctx, e.whose, e.request, &enroller{s.c.Faces, e}, out)
	if err != nil {
		return err
	}
	e.forget()
	e.made = out.made
	e.made.receipt = s.receipt(ctx, e, claims.ID)
	if own, err := s.c.Site.OwnPage(ctx, claims.ID); err == nil { // else staff can make one later
		e.made.page = own.URL
	}
	s.prolong(e)
	return nil
}

// receipt fetches the receipt of the consent to a face pass. Without it, the pass
// is good all the same, and the receipt can be had later.
func (s *Server) receipt(ctx context.Context, e *enrolment, id pass.ID) []byte {
	if e.request.Consent == nil {
		return e.notAgreed(s.c.Now())
	}
	data, err := s.c.Site.Receipt(ctx, id)
	if err != nil {
		return nil
	}
	return data
}

// enroller is an [issue.Enroller] with the pictures that were kept.
type enroller struct {
	faces *Faces
	e     *enrolment
}

// Models is a method of [issue.Enroller].
func (r *enroller) Models() []pass.ModelID { return r.e.request.Models }

// Size is a method of [issue.Enroller].
func (r *enroller) Size() int { return r.faces.Size }

// References is a method of [issue.Enroller]. Only now, when the intent is in the
// record, a reference is made, of all pictures that were kept.
func (r *enroller) References(g consent.Grant) (map[pass.ModelID][]byte, error) {
	now, _ := g.Consent()
	then, ok := r.e.grant.Consent()
	if !ok || now != then {
		return nil, issue.ErrState
	}
	reference, err := r.e.reference(r.faces.Engine)
	if err != nil {
		return nil, err
	}
	return map[pass.ModelID][]byte{r.faces.Engine.ModelID(): reference}, nil
}

// made is a pass on its way to its holder.
type made struct {
	text, until, number string
	png, svg, pdf       []byte
	// receipt is of the consent to a face pass; nil where there is none.
	receipt []byte
	// page is the link to the holder's own page, or "".
	page string
}

func (m *made) wipe() {
	if m == nil {
		return
	}
	for _, data := range [][]byte{m.png, m.svg, m.pdf, m.receipt} {
		clear(data)
	}
	*m = made{}
}

// outlet is an [issue.Outlet] that keeps a pass in memory.
type outlet struct {
	server *Server
	e      *enrolment
	made   *made
}

// HandOver is a method of [issue.Outlet].
func (o *outlet) HandOver(text string) (err error) {
	o.made, err = o.server.draw(text, o.e)
	return err
}

// TakeBack is a method of [issue.Outlet].
func (o *outlet) TakeBack() error {
	o.made.wipe()
	o.made = nil
	return nil
}

// abandon is POST /api/abandon. What is gone already is no error.
func (s *Server) abandon(c call) error {
	var body named
	if err := c.read(&body); err != nil {
		return err
	}
	if e, err := s.hold(body.Enrolment); err == nil {
		s.drop(e)
		e.mu.Unlock()
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
