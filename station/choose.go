package station

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// usualLife is how long a pass from here lasts, where the site allows it.
const usualLife = 365 * 24 * time.Hour

// offer answers GET /api/notice.
type offer struct {
	Site    string    `json:"site"`
	Demo    bool      `json:"demo"`
	Kinds   []string  `json:"kinds"`
	Zones   []string  `json:"zones"`
	Notice  offerText `json:"notice"`
	Until   string    `json:"until"`
	Contact string    `json:"contact,omitempty"`
}

// offerText is the notice of an offer.
type offerText struct {
	ID   string            `json:"id"`
	Text map[string]string `json:"text"`
}

// notice is GET /api/notice.
func (s *Server) notice(c call) error {
	about, err := s.c.Site.About(c.r.Context())
	if err != nil {
		return err
	}
	_, expires, location, err := s.life(about)
	if err != nil {
		return err
	}
	o := offer{
		Site: about.Name, Demo: about.Demo, Kinds: []string{pass.Plain.String()}, Zones: zonesOf(about),
		Notice: offerText{s.noticeID(), s.c.Notice.Text}, Until: lastDay(expires, location), Contact: s.c.Contact,
	}
	if s.faces(about) {
		o.Kinds = append(o.Kinds, pass.Face.String())
	}
	return c.write(o)
}

func (s *Server) noticeID() string { return hex.EncodeToString(s.c.Notice.SHA256[:]) }

// faces says whether there are face passes.
func (s *Server) faces(about doorapi.Site) bool { return s.c.Faces != nil && about.FaceDays > 0 }

// zonesOf are the zones of a pass: all of the site, and no more than a pass has.
func zonesOf(about doorapi.Site) []string {
	zones := slices.Sorted(slices.Values(about.Zones))
	return zones[:min(len(zones), pass.MaxZones)]
}

// life is when a pass begins that is made now, and when it ends: with a day at
// the site, and the same for both kinds.
func (s *Server) life(about doorapi.Site) (from, until time.Time, location *time.Location, err error) {
	if location, err = time.LoadLocation(about.Timezone); err != nil {
		return from, until, nil, err
	}
	longest := min(usualLife, days(about.PlainDays))
	if about.FaceDays > 0 {
		longest = min(longest, days(about.FaceDays))
	}
	from = s.c.Now().Truncate(time.Second)
	end := from.Add(longest).In(location)
	until = time.Date(end.Year(), end.Month(), end.Day(), 0, 0, 0, 0, location)
	if !until.After(from) { // a day, on the day that has 25 hours
		until = end
	}
	return from, until, location, nil
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// lastDay is the last day on which a pass is good, as people say it.
func lastDay(expires time.Time, location *time.Location) string {
	return expires.Add(-time.Second).In(location).Format(time.DateOnly)
}

// choice is the body of POST /api/choose.
type choice struct {
	Kind   string `json:"kind"`
	Notice string `json:"notice"`
	Lang   string `json:"lang"`
	Agreed bool   `json:"agreed"`
	Holder []byte `json:"holder"`
}

// choose is POST /api/choose.
func (s *Server) choose(c call) error {
	var chosen choice
	if err := c.read(&chosen); err != nil {
		return err
	}
	if chosen.Notice != s.noticeID() {
		return problem(doorapi.ProblemConflict, http.StatusConflict, "The notice has changed: please read it again")
	}
	if !chosen.Agreed {
		return badRequest("Nobody has agreed")
	}
	about, err := s.c.Site.About(c.r.Context())
	if err != nil {
		return err
	}
	e, err := s.begin(about, chosen)
	if err != nil {
		return err
	}
	if err := s.add(e); err != nil {
		return err
	}
	return c.write(map[string]string{"enrolment": e.token})
}

// begin makes an enrolment of a choice. What a person agreed to is recorded
// first, and the grant to look at the face comes from that record.
func (s *Server) begin(about doorapi.Site, chosen choice) (*enrolment, error) {
	from, until, _, err := s.life(about)
	if err != nil {
		return nil, err
	}
	e := &enrolment{about: about, request: issue.Request{Zones: zonesOf(about), NotBefore: from, Expires: until}}
	switch {
	case chosen.Kind == pass.Plain.String():
		e.request.Holder, err = holderOf(chosen.Holder)
		return e, err
	case chosen.Kind != pass.Face.String() || !s.faces(about):
		return nil, problem(doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "There are no such passes here")
	case len(chosen.Holder) > 0:
		return nil, problem(doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "A face pass is not bound to a phone")
	}
	e.request.Models = []pass.ModelID{s.c.Faces.Engine.ModelID()}
	e.request.Consent, err = consent.Attest(rand.Reader, consent.Terms{
		Site: about.ID, Purpose: pass.PurposeAccess, Notice: s.c.Notice.SHA256, Given: from, Until: until,
	})
	if err != nil {
		return nil, err
	}
	e.grant, err = e.request.Consent.Grant(s.c.Now())
	return e, err
}

func holderOf(data []byte) (*ecdsa.PublicKey, error) {
	key, err := issue.ParseHolder(data)
	if err != nil {
		return nil, badRequest("The phone's key cannot be read")
	}
	return key, nil
}
