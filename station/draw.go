package station

import (
	"net/http"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

const (
	modulePixels = 8  // of a PNG
	codeMM       = 45 // the side of an SVG
)

// draw makes the pictures and the card of a pass.
func (s *Server) draw(text string, e *enrolment) (*made, error) {
	c, at, err := s.card(text, e)
	if err != nil {
		return nil, err
	}
	m := &made{text: text, until: lastDay(c.Until, at), number: c.ID, svg: c.Code.SVG(codeMM)}
	if m.png, err = c.Code.PNG(modulePixels); err != nil {
		return nil, err
	}
	m.pdf, err = card.PDF(card.Single, s.c.Fonts, s.c.Now().In(at), c)
	return m, err
}

// card is what is printed of a pass, and where the site is.
func (s *Server) card(text string, e *enrolment) (c card.Card, at *time.Location, err error) {
	if at, err = time.LoadLocation(e.about.Timezone); err != nil {
		return c, at, err
	}
	p, err := pass.Parse(text)
	if err != nil {
		return c, at, err
	}
	claims := p.Claims()
	c = card.Of(e.about.Name, called(e.about, claims.Zones, e.lang), claims, s.c.Now().In(at))
	c.Contact = s.c.Contact
	if e.shown == pass.Face {
		c.Kind = card.FacePass
	}
	c.Code, err = s.code(text, claims, e)
	return c, at, err
}

// code is the code of a pass, as large as one of the kind that is shown.
func (s *Server) code(text string, claims pass.Claims, e *enrolment) (*qr.Code, error) {
	if claims.Kind() == e.shown {
		return qr.Encode(text, qr.LevelL)
	}
	version, err := faceVersion(claims, s.c.Faces)
	if err != nil {
		return nil, err
	}
	return qr.EncodeAs(text, version)
}

// fetch answers with one of the forms of a pass.
func (s *Server) fetch(kind string, which func(*made) []byte) func(call) error {
	return func(c call) error {
		e, err := s.hold(c.r.PathValue("enrolment"))
		if err != nil {
			return err
		}
		defer e.mu.Unlock()
		if e.made == nil {
			return problem(doorapi.ProblemConflict, http.StatusConflict, "The pass has not been made yet")
		}
		data := which(e.made)
		c.w.Header().Set("Content-Type", kind)
		c.w.Header().Del("Content-Security-Policy") // some browsers apply it to their own viewer
		c.w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = c.w.Write(data) // whoever asked may be gone
		return nil
	}
}
