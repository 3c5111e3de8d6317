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
	modulePixels = 8 // of a PNG
	shortID      = 8 // how much of a pass's id is on a card, in characters
)

// draw makes the picture and the card of a pass.
func (s *Server) draw(text string, about doorapi.Site, location *time.Location) (*made, error) {
	p, err := pass.Parse(text)
	if err != nil {
		return nil, err
	}
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return nil, err
	}
	claims := p.Claims()
	m := &made{text: text, until: lastDay(claims.Expires, location)}
	if m.png, err = code.PNG(modulePixels); err != nil {
		return nil, err
	}
	c := card.Card{
		Site: about.Name, Kind: card.PlainPass, Zones: claims.Zones, Until: claims.Expires.In(location),
		ID: claims.ID.String()[:shortID], Contact: s.c.Contact, Code: code,
	}
	if claims.Kind() == pass.Face {
		c.Kind = card.FacePass
	}
	m.pdf, err = card.PDF(card.Single, s.c.Fonts, s.c.Now().In(location), c)
	return m, err
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
