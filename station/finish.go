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
	PNG   string `json:"png"`
	PDF   string `json:"pdf"`
	// Later is always said: which doors are without network, no station knows.
	Later bool `json:"later"`
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
		if err := s.make(c.life, e); err != nil {
			return err
		}
	}
	return c.write(handed{
		Kind: e.kind().String(), Text: e.made.text, Until: e.made.until, Later: true,
		PNG: pathPass + e.token + namePNG, PDF: pathPass + e.token + namePDF,
	})
}

// make makes the pass, and wipes what was kept of pictures once it is there. It
// goes on if whoever asked goes away: the pass can be asked for again. The caller
// holds e's mutex.
func (s *Server) make(life context.Context, e *enrolment) error {
	if e.kind() == pass.Face && len(e.kept) < Need {
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
	out := &outlet{server: s, about: e.about}
	if _, err := s.c.Site.Issue(ctx, e.request, &enroller{s.c.Faces, e}, out); err != nil {
		return err
	}
	e.forget()
	e.made = out.made
	s.prolong(e)
	return nil
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
// record, a reference is made, of the best picture.
func (r *enroller) References(g consent.Grant) (map[pass.ModelID][]byte, error) {
	now, _ := g.Consent()
	then, ok := r.e.grant.Consent()
	if !ok || now != then {
		return nil, issue.ErrState
	}
	reference, err := r.e.best().Reference()
	if err != nil {
		return nil, err
	}
	return map[pass.ModelID][]byte{r.faces.Engine.ModelID(): reference}, nil
}

// made is a pass on its way to its holder.
type made struct {
	text, until string
	png, pdf    []byte
}

func (m *made) wipe() {
	if m == nil {
		return
	}
	clear(m.png)
	clear(m.pdf)
	*m = made{}
}

// outlet is an [issue.Outlet] that keeps a pass in memory.
type outlet struct {
	server *Server
	about  doorapi.Site
	made   *made
}

// HandOver is a method of [issue.Outlet].
func (o *outlet) HandOver(text string) (err error) {
	location, err := time.LoadLocation(o.about.Timezone)
	if err != nil {
		return err
	}
	o.made, err = o.server.draw(text, o.about, location)
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
