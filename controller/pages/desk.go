package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// deskRules are the part of the configuration that is about desks.
type deskRules struct {
	TwoPeople bool
	Claims    []string
}

// rulesOf are those of a site; the claims are those that a result may have.
func rulesOf(c acts.SiteConfig) deskRules {
	r := deskRules{Claims: party.Claims()}
	if d := c.Site.Desk; d != nil {
		if r.TwoPeople = d.TwoPeople; len(d.Claims) > 0 {
			r.Claims = d.Claims
		}
	}
	return r
}

// desksPage lists desks, and is where staff open a counter.
func (v *visit) desksPage() error {
	all, err := v.membersShown(true)
	if err != nil {
		return err
	}
	p := desksView{Desks: all, Rules: rulesOf(v.site)}
	if v.actor.May(acts.ActSiteView) {
		if p.Notice, err = v.c.Acts.DeskNotice(v.r.Context(), v.actor); err != nil {
			return err
		}
		if p.Counts, err = v.deskCounts(); err != nil {
			return err
		}
		p.Told = toldAtDesks(p.Notice)[string(v.tag)]
	}
	return v.show(page{name: "desks", title: "desks.title", data: p})
}

// desksView is the page of desks.
type desksView struct {
	Desks  []doorView
	Rules  deskRules
	Notice site.PublishedNotice
	Counts countsView
	Told   string // what people read, in the language of the page
}

func (v *visit) deskForm() error { return v.showDesk(0, filled()) }

func (v *visit) showDesk(status int, f *form) error {
	return v.show(page{name: "deskform", title: "deskform.title", status: status, data: f})
}

// maxOrigin is the longest address of a desk, in characters.
const maxOrigin = 280

// addDesk makes a join code and shows it, once.
func (v *visit) addDesk() error {
	f := v.entered()
	name, origin := v.text(f, "name", maxDoorName, true), v.text(f, "origin", maxOrigin, true)
	if _, err := doorapi.OriginHost(origin); err != nil && f.wrong["origin"] == "" {
		f.wrong["origin"] = v.say("wrong.origin")
	}
	if !f.ok() {
		return v.showDesk(http.StatusUnprocessableEntity, f)
	}
	made, err := v.c.Acts.MakeDeskCode(v.r.Context(), v.actor, name, origin)
	if err != nil {
		if err := v.take(f, err, map[string]string{"door": "name"}); err != nil {
			return err
		}
		return v.showDesk(http.StatusUnprocessableEntity, f)
	}
	return v.showJoinCode(made)
}

// openCounter sends an operator to the counter of a desk, with a ticket. It goes in
// the body of a form, so that it stands in no address, log or history.
func (v *visit) openCounter() error {
	id, err := pass.ParseDoorID(v.r.PathValue("id"))
	if err != nil {
		return acts.ErrNotFound
	}
	c, err := v.c.Acts.OpenCounter(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	to, err := url.Parse(c.Address)
	if err != nil {
		return err
	}
	if _, err := doorapi.OriginHost(c.Desk.Origin); err != nil || to.Scheme+"://"+to.Host != c.Desk.Origin {
		return acts.ErrNotFound // what is kept is checked before it gets into a header
	}
	policy := v.w.Header().Get("Content-Security-Policy")
	v.w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self' "+c.Desk.Origin, 1))
	return v.show(page{name: "counter", title: "counter.title", once: true, data: struct{ Name, Address, Field, Ticket string }{
		c.Desk.Name, c.Address, doorapi.FieldTicket, c.Ticket,
	}})
}

// rulesValues is the form of the rules about checks.
func rulesValues(c acts.SiteConfig) *form {
	r := rulesOf(c)
	f := filled("version", strconv.FormatInt(c.Version, 10), wasPrefix+"two-people", "")
	if r.TwoPeople {
		f.values.Set("two-people", "yes")
		f.values.Set(wasPrefix+"two-people", "yes")
	}
	f.values["claim"], f.values[wasPrefix+"claim"] = r.Claims, r.Claims
	return f
}

func (v *visit) rulesForm() error { return v.showRules(0, rulesValues(v.site)) }

func (v *visit) showRules(status int, f *form) error {
	return v.show(page{name: "deskrules", title: "deskrules.title", status: status, data: struct {
		Form   *form
		Claims []string
	}{f, party.Claims()}})
}

func (v *visit) changeRules() error {
	f := v.entered()
	rules := site.Desk{TwoPeople: f.Get("two-people") != ""}
	for _, claim := range party.Claims() {
		if f.Has("claim", claim) {
			rules.Claims = append(rules.Claims, claim)
		}
	}
	if len(rules.Claims) == 0 {
		f.wrong["claim"] = v.say("wrong.scope")
	}
	if slices.Equal(rules.Claims, party.Claims()) {
		rules.Claims = nil // also what is added later
	}
	c := v.site
	c.Site.Desk = &rules
	return v.change(f, c, rulesValues, map[string]string{"site": "claim", "desk": "claim"}, v.showRules, Path+"desks", "")
}
