package pages

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

func hexText(data []byte) string { return hex.EncodeToString(data) }

// modulePixels is the side of a module of a PNG.
const modulePixels = 8

// viewPass is a pass as people read it.
func (v *visit) viewPass(p acts.PassView, now time.Time) passView {
	shown := passView{
		ID: p.ID.String(), Short: p.ID.Short(), Zones: v.list(v.zoneTitles(p.Zones)), From: v.day(p.NotBefore), Until: v.lastDay(p.Expires),
		Face: p.Kind == pass.Face, Guest: p.Guest != "", GuestLabel: p.Guest, Phone: p.Phone,
	}
	if p.Hours != "" {
		shown.Hours = v.sayHours(p.Hours)
	}
	state := "over"
	switch {
	case p.State == issue.Revoked:
		state = "revoked"
	case p.State != issue.Issued:
		state = "unfinished"
	case now.Before(p.NotBefore):
		state = "early"
	case now.Before(p.Expires):
		state = "good"
	}
	shown.State, shown.Good = state, state == "good" || state == "early"
	return shown
}

// list joins names as people list them.
func (v *visit) list(names []string) string {
	text := ""
	for i, name := range names {
		if i > 0 {
			text += v.say("list.and")
		}
		text += name
	}
	return text
}

// passForm is what a pass is to be.
type passForm struct {
	Form    *form
	Holder  acts.Holder
	Zones   []zoneView
	Longest string
}

func (v *visit) issueForm() error {
	f := filled("hours", hoursAlways)
	f.values["zone"] = v.site.Site.Zones
	return v.showIssue(0, f)
}

func (v *visit) showIssue(status int, f *form) error {
	h, err := v.holder()
	if err != nil {
		return err
	}
	longest := v.now().AddDate(0, 0, v.site.Site.Policy.PlainDays)
	return v.show(page{name: "issue", title: "issue.title", status: status, data: passForm{f, h.Holder, v.zones(), v.day(longest)}})
}

// readPass reads what a pass is to be.
func (v *visit) readPass(f *form) acts.PassInput {
	in := acts.PassInput{Zones: f.values["zone"], Hours: v.hours(f)}
	if len(in.Zones) == 0 {
		f.wrong["zone"] = v.say("wrong.zone")
	}
	if f.Get("until") != "" {
		day, err := time.ParseInLocation(time.DateOnly, f.Get("until"), v.location())
		in.Expires = day.AddDate(0, 0, 1) // to its end
		switch longest := v.now().AddDate(0, 0, v.site.Site.Policy.PlainDays); {
		case err != nil:
			f.wrong["until"] = v.say("wrong.day")
		case !in.Expires.After(v.now()):
			f.wrong["until"] = v.say("wrong.past")
		case in.Expires.After(longest):
			f.wrong["until"] = v.say("wrong.late", "day", v.day(longest))
		}
	}
	return in
}

func (v *visit) issuePass() error {
	f := v.entered()
	in := v.readPass(f)
	if f.ok() {
		made, err := v.c.Acts.IssuePlain(v.r.Context(), v.actor, v.r.PathValue("id"), in)
		if err == nil {
			return v.showIssued(made)
		}
		if err := v.take(f, err, map[string]string{"zones": "zone", "expires": "until", "hours": "own"}); err != nil {
			return err
		}
	}
	return v.showIssue(http.StatusUnprocessableEntity, f)
}

// showIssued shows a pass, once.
func (v *visit) showIssued(made acts.Issued) error {
	return v.show(page{name: "issued", title: "issued.title", once: true, data: struct {
		Pass passView
		Text string
		ID   string
		Card bool
	}{v.viewPass(made.PassView, v.now()), made.Text, v.r.PathValue("id"), len(v.c.Fonts.Regular) > 0}})
}

// found returns the pass of the address, among those of its holder.
func (v *visit) found() (acts.HolderView, acts.PassView, error) {
	id, err := pass.ParseID(v.r.PathValue("pass"))
	if err != nil {
		return acts.HolderView{}, acts.PassView{}, acts.ErrNotFound
	}
	h, err := v.holder()
	if err != nil {
		return h, acts.PassView{}, err
	}
	for _, p := range h.Passes {
		if p.ID == id {
			return h, p, nil
		}
	}
	return h, acts.PassView{}, acts.ErrNotFound
}

// about is a page that says what follows from something, before it is done.
type about struct {
	Holder acts.Holder
	Pass   passView
	Given  consentView
}

func (v *visit) aboutPass(name string) error {
	h, p, err := v.found()
	if err != nil {
		return err
	}
	return v.show(page{name: name, title: name + ".title", data: about{Holder: h.Holder, Pass: v.viewPass(p, v.now())}})
}

func (v *visit) revokePage() error  { return v.aboutPass("revoke") }
func (v *visit) replacePage() error { return v.aboutPass("replace") }

func (v *visit) revokePass() error {
	h, p, err := v.found()
	if err != nil {
		return err
	}
	if err := v.c.Acts.RevokePass(v.r.Context(), v.actor, p.ID); err != nil {
		return err
	}
	return v.to(holderPath(h.Holder.ID), "revoked")
}

func (v *visit) replacePass() error {
	_, p, err := v.found()
	if err != nil {
		return err
	}
	made, err := v.c.Acts.ReplacePass(v.r.Context(), v.actor, p.ID)
	if err != nil {
		return err
	}
	return v.showIssued(made)
}

// consent returns the consent of the address, among those of its holder.
func (v *visit) consent() (h acts.HolderView, c acts.ConsentView, err error) {
	if h, err = v.holder(); err != nil {
		return h, c, err
	}
	for _, c := range h.Consents {
		if c.Hash.String() == v.r.PathValue("hash") {
			return h, c, nil
		}
	}
	return h, c, acts.ErrNotFound
}

func (v *visit) withdrawPage() error {
	h, c, err := v.consent()
	if err != nil {
		return err
	}
	return v.show(page{name: "withdraw", title: "withdraw.title", data: about{Holder: h.Holder, Given: consentView{Hash: c.Hash.String(), Given: v.day(c.Given)}}})
}

// withdraw ends a consent, and offers a plain pass in the place of what it
// revoked.
func (v *visit) withdraw() error {
	h, c, err := v.consent()
	if err != nil {
		return err
	}
	done, err := v.c.Acts.WithdrawConsent(v.r.Context(), v.actor, c.Hash)
	if err != nil {
		return err
	}
	p := struct {
		Holder  acts.Holder
		Revoked int
		Offer   string
	}{Holder: h.Holder, Revoked: len(done.Revoked)}
	if done.Offer != (pass.ID{}) {
		p.Offer = done.Offer.String()
	}
	return v.show(page{name: "withdrawn", title: "withdrawn.title", once: true, data: p})
}

// maxPassText is longer than any pass.
const maxPassText = 2048

// passFile makes a file of a pass that the browser still shows: nothing of it is
// kept here.
func (v *visit) passFile() error {
	text := v.value("text")
	p, err := pass.Parse(text[:min(len(text), maxPassText)])
	if err != nil || p.Claims().Kind() != pass.Plain || p.Claims().Site != v.site.Site.ID {
		return errForm
	}
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return err
	}
	name, kind := "pass-"+p.Claims().ID.Short(), ""
	var data []byte
	switch v.value("as") {
	case "png":
		kind = "image/png"
		data, err = code.PNG(modulePixels)
	case "svg":
		kind, data = "image/svg+xml", code.SVG(90)
	case "pdf":
		kind = "application/pdf"
		data, err = v.cards(card.Single, []pass.Claims{p.Claims()}, []*qr.Code{code})
	default:
		return errForm
	}
	if err != nil {
		return err
	}
	v.file(name+"."+v.value("as"), kind, data)
	return nil
}

// file hands out a file.
func (v *visit) file(name, kind string, data []byte) {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = v.w.Write(data) // whoever asked may be gone
}

// errNoFonts is returned where there is nothing to print cards with.
var errNoFonts = errors.New("there are no fonts for cards")

// cards lays passes out for printing.
func (v *visit) cards(layout card.Layout, claims []pass.Claims, codes []*qr.Code) ([]byte, error) {
	if len(v.c.Fonts.Regular) == 0 {
		return nil, errNoFonts
	}
	now := v.now().In(v.location())
	var all []card.Card
	for i, c := range claims {
		one := card.Of(v.site.Site.Name, v.zoneTitles(c.Zones), c, now)
		one.Code = codes[i]
		all = append(all, one)
	}
	return card.PDF(layout, v.c.Fonts, now, all...)
}
