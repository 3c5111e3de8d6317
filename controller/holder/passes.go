package holder

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/pass"
)

// id reads the id of a pass from a path.
func (v *visit) id() (pass.ID, error) {
	id, err := pass.ParseID(v.r.PathValue("id"))
	if err != nil {
		return id, acts.ErrNotFound
	}
	return id, nil
}

// replace stops a pass and makes a plain one in its place.
func (s *server) replace(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	made, err := s.Do.ReplacePass(v.r.Context(), v.actor(), id)
	if err != nil {
		return err
	}
	return s.handOver(v, made)
}

// revoke stops a pass.
func (s *server) revoke(v *visit) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := s.Do.RevokePass(v.r.Context(), v.actor(), id); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, home, http.StatusSeeOther)
	return nil
}

// made is a new pass as its holder sees it, once.
type made struct {
	passRow
	// PNG is the pass as a picture, and PDF as a card to print, or "".
	PNG, PDF template.URL
}

// modulePixels is the size of a code's module in the picture to keep.
const modulePixels = 8

// handOver shows a new pass. All of it stands in this one answer, since it is kept
// nowhere: neither here nor, at a site with several controllers, at another.
func (s *server) handOver(v *visit, issued acts.Issued) error {
	// It exists now: without the configuration it is shown with less said about it.
	config, _ := s.Site.SiteConfig(v.r.Context())
	code, err := qr.Encode(issued.Text, qr.LevelM)
	if err != nil {
		return err
	}
	png, err := code.PNG(modulePixels)
	if err != nil {
		return err
	}
	shown := made{
		passRow: rowOf(issued.PassView, config.Site, v.tag, s.Now()),
		PNG:     dataURL("image/png", png),
	}
	if s.Card != nil {
		if pdf, err := s.Card(issued, v.tag); err == nil { // without it the picture is left
			shown.PDF = dataURL("application/pdf", pdf)
		}
	}
	return s.show(v, http.StatusCreated, "made", shown)
}

func dataURL(kind string, data []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data))
}

// shown is a link that a station is to be shown, as a drawing.
type shown struct {
	PNG   template.URL
	Until time.Time
}

// station makes a link and draws it, so that what is done at a station appears on
// the holder's page.
func (s *server) station(v *visit) error {
	link, err := s.Do.MakeLink(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return err
	}
	code, err := qr.Encode("https://"+s.origin.Host+home+link.Token, qr.LevelM)
	if err != nil {
		return err
	}
	png, err := code.PNG(modulePixels)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusCreated, "station", shown{dataURL("image/png", png), link.Expires})
}
