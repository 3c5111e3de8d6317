package station

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// usualLife is how long a pass from here lasts, where the site allows it.
const usualLife = 365 * 24 * time.Hour

// offer answers GET /api/notice.
type offer struct {
	Site  string   `json:"site"`
	Demo  bool     `json:"demo"`
	Kinds []string `json:"kinds"`
	// Zones are what people call them, by language.
	Zones []map[string]string `json:"zones"`
	// Look is for how many seconds at most the camera of a door looks that the pass
	// opens, and Prompts how many movements it asks for at most.
	Look    int    `json:"look"`
	Prompts int    `json:"prompts,omitempty"`
	Until   string `json:"until"`
	Contact string `json:"contact,omitempty"`
	// Notice is what is agreed to before a face pass is made, and Children the same
	// for a child under 14; nil where there is none.
	Notice   *offerNotice `json:"notice,omitempty"`
	Children *offerNotice `json:"children,omitempty"`
}

// offerNotice is a notice as people read it, by language.
type offerNotice struct {
	ID       string                          `json:"id"`
	Version  string                          `json:"version"`
	Title    map[consent.Lang]string         `json:"title"`
	Sections map[consent.Lang][]offerSection `json:"sections"`
}

type offerSection struct {
	Heading string   `json:"heading"`
	Text    []string `json:"text"`
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
		Site: about.Name, Demo: about.Demo, Kinds: []string{pass.Plain.String()}, Zones: titles(about, zonesOf(about)),
		Until: lastDay(expires, location), Contact: s.c.Contact,
	}
	for _, zone := range zonesOf(about) {
		o.Prompts = max(o.Prompts, about.Prompts[zone])
	}
	o.Look = int(door.Policy{Prompts: o.Prompts}.LookTime() / time.Second)
	if n, ok := noticeFor(about, consent.Everybody); ok && s.faces(about) {
		o.Kinds = append(o.Kinds, pass.Face.String())
		o.Notice = offered(n)
		if n, ok := noticeFor(about, consent.Children); ok {
			o.Children = offered(n)
		}
	}
	return c.write(o)
}

func offered(n consent.Notice) *offerNotice {
	o := &offerNotice{ID: noticeID(n), Version: n.Version, Title: make(map[consent.Lang]string), Sections: make(map[consent.Lang][]offerSection)}
	for _, lang := range consent.Langs() {
		o.Title[lang] = n.Title(lang)
		for _, each := range n.Sections(lang) {
			o.Sections[lang] = append(o.Sections[lang], offerSection{each.Heading, each.Paragraphs})
		}
	}
	return o
}

// noticeFor returns the notice that the controller says is in force.
func noticeFor(about doorapi.Site, rules consent.Rules) (consent.Notice, bool) {
	data, there := about.Notices[string(rules)]
	if !there {
		return consent.Notice{}, false
	}
	n, err := consent.DecodeNotice(data)
	return n, err == nil && n.Rules == rules
}

// noticeID is the hash of a notice that was decoded.
func noticeID(n consent.Notice) string {
	hash, _ := n.Hash() // it was encoded when it was decoded
	return hex.EncodeToString(hash[:])
}

// faces says whether there are face passes.
func (s *Server) faces(about doorapi.Site) bool { return s.c.Faces != nil && about.FaceDays > 0 }

// titles are zones as people call them: by their names where they have no title.
func titles(about doorapi.Site, zones []string) (all []map[string]string) {
	for _, zone := range zones {
		t := map[string]string{"en": zone}
		for lang, title := range about.Titles[zone] {
			t[lang] = title
		}
		all = append(all, t)
	}
	return all
}

// called are zones as people call them in a language, as far as the site says.
func called(about doorapi.Site, zones []string, lang consent.Lang) (all []string) {
	short, _, _ := strings.Cut(string(lang), "-")
	for _, t := range titles(about, zones) {
		all = append(all, cmp.Or(t[string(lang)], t[short], t["en"]))
	}
	return all
}

// zonesOf are the zones of a pass: all of the site, and no more than a pass has.
func zonesOf(about doorapi.Site) []string {
	zones := slices.Sorted(slices.Values(about.Zones))
	return zones[:min(len(zones), pass.MaxZones)]
}

// life is when a pass begins that is made now, and when it ends: with a day at
// the site, and the same for both kinds, and for a child, for whom a guardian
// agrees for a year.
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
	// Guardian says that a guardian agrees, for a child under 14.
	Guardian bool   `json:"guardian"`
	Holder   []byte `json:"holder"`
	// Whose is the holder, as staff named them or a link did.
	Whose doorapi.Whose `json:"whose"`
}

// choose is POST /api/choose.
func (s *Server) choose(c call) error {
	var chosen choice
	if err := c.read(&chosen); err != nil {
		return err
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

// begin makes an enrolment of a choice.
func (s *Server) begin(about doorapi.Site, chosen choice) (*enrolment, error) {
	from, until, _, err := s.life(about)
	if err != nil {
		return nil, err
	}
	chosen.Whose.Child = chosen.Whose.Child || chosen.Guardian
	e := &enrolment{about: about, lang: consent.Lang(chosen.Lang), whose: chosen.Whose, request: issue.Request{Zones: zonesOf(about), NotBefore: from, Expires: until}}
	switch {
	case chosen.Kind == pass.Plain.String():
		e.shown = pass.Plain
		e.request.Holder, err = holderOf(chosen.Holder)
		return e, err
	case chosen.Kind != pass.Face.String() || !s.faces(about):
		return nil, noSuchPass()
	case len(chosen.Holder) > 0:
		return nil, problem(doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "A face pass is not bound to a phone")
	}
	e.shown = pass.Face
	return e, s.agree(e, chosen)
}

// agree records what a person agreed to; the grant to look at the face comes from
// that record. It stays in memory until the pass is made.
func (s *Server) agree(e *enrolment, chosen choice) error {
	by := consent.AgreesFor(chosen.Guardian)
	n, ok := noticeFor(e.about, by.Rules())
	switch {
	case !ok:
		return noSuchPass()
	case chosen.Notice != noticeID(n):
		return problem(doorapi.ProblemConflict, http.StatusConflict, "The notice has changed: please read it again")
	case !slices.Contains(consent.Langs(), e.lang):
		return badRequest("The notice is not there in this language")
	}
	e.request.Models = []pass.ModelID{s.c.Faces.Engine.ModelID()}
	terms := consent.Terms{
		Site: e.about.ID, Purpose: pass.PurposeAccess, Given: e.request.NotBefore, Until: e.request.Expires,
		By: by, Lang: e.lang, Attester: s.c.Attester,
	}
	var err error
	if terms.Notice, err = n.Hash(); err != nil {
		return err
	}
	if err := terms.Fits(n, chosen.Guardian); err != nil {
		return err
	}
	if e.request.Consent, err = consent.Attest(rand.Reader, terms); err != nil {
		return err
	}
	e.grant, err = e.request.Consent.Grant(s.c.Now())
	return err
}

func noSuchPass() error {
	return problem(doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "There are no such passes here")
}

func holderOf(data []byte) (*ecdsa.PublicKey, error) {
	key, err := issue.ParseHolder(data)
	if err != nil {
		return nil, badRequest("The phone's key cannot be read")
	}
	return key, nil
}
