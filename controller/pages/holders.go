package pages

import (
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// pageSize is how many holders a page lists.
const pageSize = 50

func (v *visit) holdersPage() error {
	q := acts.Query{Text: v.value("q"), After: v.value("after"), Limit: pageSize}
	all, next, err := v.c.Acts.Holders(v.r.Context(), v.actor, q)
	if errors.Is(err, acts.ErrInvalid) {
		all, next, err = nil, "", nil // nobody is called like that
	}
	if err != nil {
		return err
	}
	p := struct {
		Query   string
		Holders []acts.Holder
		Next    string
		First   bool
	}{q.Text, all, "", q.After == ""}
	if next != "" {
		p.Next = Path + "holders?" + url.Values{"q": {q.Text}, "after": {next}}.Encode()
	}
	return v.show(page{name: "holders", title: "holders.title", data: p})
}

func (v *visit) holderForm() error { return v.showHolder(0, filled(), "") }

// showHolder shows the form of a holder: a new one without an id.
func (v *visit) showHolder(status int, f *form, id string) error {
	title := "holderform.new"
	if id != "" {
		title = "holderform.title"
	}
	return v.show(page{name: "holderform", title: title, status: status, data: struct {
		Form *form
		ID   string
	}{f, id}})
}

// readHolder reads what is entered about a holder.
func (v *visit) readHolder(f *form) acts.HolderInput {
	in := acts.HolderInput{
		Label: v.text(f, "label", acts.MaxLabel, true), Contact: v.text(f, "contact", acts.MaxContact, false), Under14: f.Get("under14") != "",
	}
	if in.Under14 {
		in.GuardianLabel = v.text(f, "guardian", acts.MaxLabel, true)
	}
	return in
}

func holderFields() map[string]string { return map[string]string{"guardian_label": "guardian"} }

func (v *visit) addHolder() error {
	f := v.entered()
	in := v.readHolder(f)
	if f.ok() {
		added, err := v.c.Acts.AddHolder(v.r.Context(), v.actor, in)
		if err == nil {
			return v.to(holderPath(added.ID), "added")
		}
		if err := v.take(f, err, holderFields()); err != nil {
			return err
		}
	}
	return v.showHolder(http.StatusUnprocessableEntity, f, "")
}

func holderPath(id string) string { return Path + "holders/one/" + url.PathEscape(id) }

func holderValues(h acts.Holder) *form {
	f := filled("version", strconv.FormatInt(h.Version, 10), "label", h.Label, "contact", h.Contact, "guardian", h.GuardianLabel)
	if h.Under14 {
		f.values.Set("under14", "yes")
	}
	return f
}

// holder returns the holder of the address.
func (v *visit) holder() (acts.HolderView, error) {
	return v.c.Acts.Holder(v.r.Context(), v.actor, v.r.PathValue("id"))
}

func (v *visit) editForm() error {
	h, err := v.holder()
	if err != nil {
		return err
	}
	return v.showHolder(0, holderValues(h.Holder), h.Holder.ID)
}

func (v *visit) editHolder() error {
	f, id := v.entered(), v.r.PathValue("id")
	in := v.readHolder(f)
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	if !f.ok() {
		return v.showHolder(http.StatusUnprocessableEntity, f, id)
	}
	_, err = v.c.Acts.EditHolder(v.r.Context(), v.actor, id, version, in)
	if errors.Is(err, acts.ErrConflict) {
		now, err := v.holder()
		if err != nil {
			return err
		}
		f.values.Set("version", strconv.FormatInt(now.Holder.Version, 10))
		f.merge(holderValues(now.Holder))
		delete(f.now, "version")
		return v.showHolder(http.StatusConflict, f, id)
	}
	if err != nil {
		if err := v.take(f, err, holderFields()); err != nil {
			return err
		}
		return v.showHolder(http.StatusUnprocessableEntity, f, id)
	}
	return v.to(holderPath(id), "saved")
}

// passView is a pass as a list shows it.
type passView struct {
	ID, Short, State, Zones, Hours, From, Until string
	Face, Guest, Phone, Good                    bool
	GuestLabel                                  string
}

// consentView is a consent as a list shows it.
type consentView struct {
	Hash, Given, Until, Withdrawn, Notice string
	Signed, Guardian, Good                bool
}

func (v *visit) holderPage() error { return v.showHolderPage(0, filled()) }

// showHolderPage shows a holder, with the form of an answer to what they asked.
func (v *visit) showHolderPage(status int, f *form) error {
	h, err := v.holder()
	if err != nil {
		return err
	}
	p := struct {
		acts.HolderView
		Given  []consentView
		Passes []passView
		Form   *form
	}{HolderView: h, Form: f}
	now := v.now()
	for _, c := range h.Consents {
		p.Given = append(p.Given, consentView{
			Hash: c.Hash.String(), Given: v.day(c.Given), Until: v.lastDay(c.Until), Withdrawn: v.day(c.Withdrawn),
			Notice: hexText(c.Notice[:]), Signed: c.Signed, Guardian: c.Guardian, Good: c.Good(now),
		})
	}
	for _, one := range h.Passes {
		p.Passes = append(p.Passes, v.viewPass(one, now))
	}
	return v.show(page{name: "holder", title: h.Holder.Label, titled: true, status: status, data: p})
}

// answerCorrection tells a holder what was done about what they say is wrong.
func (v *visit) answerCorrection() error {
	f := v.entered()
	answer := v.text(f, "answer", acts.MaxWish, true)
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	if f.ok() {
		_, err := v.c.Acts.AnswerCorrection(v.r.Context(), v.actor, v.r.PathValue("id"), version, answer)
		if err == nil {
			return v.to(holderPath(v.r.PathValue("id")), "answered")
		}
		if err := v.take(f, err, nil); err != nil {
			return err
		}
	}
	return v.showHolderPage(http.StatusUnprocessableEntity, f)
}

// link is what a link to a page is shown with: once, on screen or paper.
type linkView struct {
	URL, Until, For string
	Guardian        bool
}

// makeLink makes the link to a holder's page, to be printed or sent.
func (v *visit) makeLink() error {
	h, err := v.holder()
	if err != nil {
		return err
	}
	made, err := v.c.Acts.MakeLink(v.r.Context(), v.actor, h.Holder.ID)
	if err != nil {
		return err
	}
	link := linkView{v.c.Origin + "/me/" + made.Token, v.moment(made.Expires), h.Holder.Label, h.Holder.Under14}
	return v.show(page{name: "holderlink", title: "holderlink.title", once: true, data: struct {
		linkView
		ID, Mail string
	}{link, h.Holder.ID, v.mailWith(link, h.Holder.Contact)}})
}

// mailWith is an address (RFC 6068) that opens a letter with the link in the
// operator's own mail program, if a holder gave an address for mail; else "". The
// controller itself sends nothing.
func (v *visit) mailWith(link linkView, contact string) string {
	to, err := mail.ParseAddress(contact)
	if err != nil || to.Address != contact {
		return ""
	}
	said := "holderlink.paper"
	if link.Guardian {
		said = "holderlink.paper.guardian"
	}
	body := v.say("holderlink.mail.text") + "\r\n\r\n" + link.URL + "\r\n\r\n" + v.say(said) + "\r\n" + v.say("holderlink.once", "until", link.Until)
	escape := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
	return "mailto:" + url.PathEscape(to.Address) + "?subject=" + escape(v.say("holderlink.title")+" – "+v.site.Site.Name) + "&body=" + escape(body)
}

func (v *visit) deletePage() error {
	h, err := v.holder()
	if err != nil {
		return err
	}
	good := 0
	for _, p := range h.Passes {
		if v.viewPass(p, v.now()).Good {
			good++
		}
	}
	return v.show(page{name: "holderdelete", title: "holderdelete.title", data: struct {
		Holder acts.Holder
		Good   int
		Years  int
	}{h.Holder, good, max(v.site.KeepYears, acts.DefaultKeepYears)}})
}

func (v *visit) deleteHolder() error {
	if err := v.c.Acts.DeleteHolder(v.r.Context(), v.actor, v.r.PathValue("id")); err != nil {
		return err
	}
	return v.to(Path+"holders", "deleted")
}

// exportHolders hands out the book as a file.
func (v *visit) exportHolders() error {
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="holders-`+v.now().In(v.location()).Format(time.DateOnly)+`.csv"`)
	return v.c.Acts.ExportHolders(v.r.Context(), v.actor, v.w)
}
