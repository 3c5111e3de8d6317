package pages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/doorapi"
)

// offer is who a check can be begun for.
type offer struct {
	ID     string            `json:"id"`
	Name   map[string]string `json:"name"`
	Claims []string          `json:"claims"`
}

// counter is GET counter: what the page of staff begins with. Whoever is not signed
// in is told where to.
func (p *Pages) counter(c call) error {
	_, err := p.signedIn(c.r)
	if err != nil && problemOf(err).Status == http.StatusUnauthorized {
		return c.write(map[string]any{"signedIn": false, "signIn": p.o.SignIn(), "site": p.o.Site(), "demo": p.o.Demo()})
	}
	if err != nil {
		return err
	}
	offers := []offer{}
	for _, o := range p.o.Parties() {
		offers = append(offers, offer{o.ID, o.Name, append([]string{}, o.Claims...)})
	}
	slices.SortFunc(offers, func(a, b offer) int { return strings.Compare(a.ID, b.ID) })
	return c.write(map[string]any{"signedIn": true, "site": p.o.Site(), "demo": p.o.Demo(), "quiet": p.o.Quiet(), "parties": offers})
}

// list is GET counter/checks: those that are not over, and what is waited for.
func (p *Pages) list(c call) error {
	who, err := p.signedIn(c.r)
	if err != nil {
		return err
	}
	views := []view{}
	for _, one := range p.o.Room.Attended() {
		v := p.seen(one)
		v.Mine = one.Order().Staff == who
		if v.Step != check.Ended {
			views = append(views, v)
		}
	}
	return c.write(map[string]any{"checks": views})
}

// beginning is the body of POST counter/checks.
type beginning struct {
	Party     string   `json:"party"`
	Claims    []string `json:"claims"`
	TwoPeople bool     `json:"twoPeople"`
}

// begin is POST counter/checks. Its answer is the only one that has the secret.
func (p *Pages) begin(c call) error {
	who, err := p.signedIn(c.r)
	if err != nil {
		return err
	}
	var b beginning
	if err := c.read(&b); err != nil {
		return err
	}
	all := p.o.Parties()
	at := slices.IndexFunc(all, func(o party.Party) bool { return o.ID == b.Party })
	if at < 0 {
		return problem(doorapi.ProblemNotFound, http.StatusUnprocessableEntity, "Nobody of that name can ask here")
	}
	for _, name := range b.Claims {
		if !slices.Contains(all[at].Claims, name) {
			return badRequest("Something is asked for that may not be asked for")
		}
	}
	one, secret, err := p.o.Room.Begin(check.Order{Party: b.Party, PartyName: all[at].Name, Claims: b.Claims, Staff: who, TwoPeople: b.TwoPeople})
	if err != nil {
		return err
	}
	return c.write(map[string]string{"id": one.ID(), "link": p.Link(one.ID(), secret)})
}

// document is POST document: a picture of the document.
func (p *Pages) document(c call) error {
	return c.picture(maxDocument, c.check.Document, check.Chosen, check.Document)
}

// picture hands a picture on. It is not even read before its time.
func (c call) picture(most int64, give give, at ...check.Step) error {
	if s := c.check.State(); s.Step == check.Ended {
		return check.ErrEnded
	} else if !slices.Contains(at, s.Step) {
		return check.ErrStep
	}
	if err := c.in.begin(c.check.ID()); err != nil {
		return err
	}
	defer c.in.end(c.check.ID())
	data, err := c.readPicture(most)
	defer clear(data)
	if err != nil {
		return err
	}
	return c.done(give(c.r.Context(), data))
}

// lines is POST lines: the document's lines, typed.
func (p *Pages) lines(c call) error {
	var body struct {
		Lines []string `json:"lines"`
	}
	if err := c.read(&body); err != nil {
		return err
	}
	for i, line := range body.Lines {
		body.Lines[i] = strings.ToUpper(strings.Join(strings.Fields(line), ""))
	}
	return c.done(c.check.Typed(body.Lines))
}

// look is POST look: what a member of staff found.
func (p *Pages) look(c call) error {
	var body struct {
		Found idcheck.Outcome `json:"found"`
	}
	if err := c.read(&body); err != nil {
		return err
	}
	return c.done(c.check.Look(c.staff, body.Found))
}

// settle is POST settle: nothing more will be tried.
func settle(c call) error { return c.done(c.check.Settle()) }

// revoke is POST revoke: the result of a check that has ended is not good any more.
func (p *Pages) revoke(c call) error {
	if c.check.State().Step != check.Ended {
		return check.ErrStep
	}
	return c.done(p.o.Revoke(c.check.ID()))
}

// cancel is POST cancel. What has ended already is no error.
func cancel(c call) error {
	_ = c.check.Cancel()
	return c.done(nil)
}

// signOut is POST counter/sign-out. Checks that this member of staff began end with
// it, as abandoned, unless they are signed in elsewhere, too: nobody is left in front
// of a screen that nobody attends to. It succeeds for whoever is signed out already.
func (p *Pages) signOut(c call) error {
	who, _ := p.o.Staff(c.r)
	cookie, last := p.o.SignOut(c.r)
	if cookie != nil {
		http.SetCookie(c.w, cookie)
	}
	if who != "" && last {
		for _, one := range p.o.Room.Attended() {
			if one.Order().Staff == who {
				_ = one.Cancel() // what has ended has ended
			}
		}
	}
	return c.done(nil)
}
