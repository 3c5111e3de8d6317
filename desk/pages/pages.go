// Package pages serves the counter to members of staff, and to the person who is
// checked the second screen of the counter or the page on their own phone.
//
// The pages are files ([web.Desk]); what they say and do comes from a small JSON
// interface below [PathAPI], which web/src/desk/api.ts describes. Staff are known by
// whoever signed them in ([Options.Staff]), the person by the secret in the link that
// was made for their check: it stands in the link's fragment, which browsers send to
// nobody, and comes in a header.
//
// It never answers what a document says or how alike two faces were, never takes a
// picture in before the person has chosen, and writes nothing anywhere.
package pages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/web"
)

const (
	// PathCounter is the page of staff.
	PathCounter = "/desk/"
	// PathPerson is the page of the person: then the id of the check, and its secret
	// as the fragment. See [Pages.Link].
	PathPerson = "/p/"
	// PathAPI is below which all that the pages ask for stands.
	PathAPI = "/desk/v1/"
	// SecretHeader carries the secret of a check.
	SecretHeader = "Facelatch-Check"
)

const (
	// pollTime is how long an answer waits for something to change.
	pollTime = 25 * time.Second
	// wrongTries is how many wrong secrets may come from one place in wrongTime.
	// Of 128 bits, nobody finds one from however many.
	wrongTries = 20
	wrongTime  = time.Minute
)

// ErrOptions is returned for [Options] that cannot be.
var ErrOptions = errors.New("the desk's pages cannot be served like this")

// Options is what the pages are made of. All but what follows Address may be left out.
type Options struct {
	Room *check.Room
	// Staff says which member of staff sends a request, by their pseudonym, and
	// whether they may run checks.
	Staff func(*http.Request) (pseudonym string, may bool)
	// Parties are those that staff can begin a check for.
	Parties func() []party.Party
	// Page is [web.Desk] with its libraries.
	Page fs.FS
	// Address is where browsers find the desk, such as "https://desk.example:8446":
	// requests under another name, and from pages of another, are refused.
	Address string

	// Admits says whether a browser that has a check's secret may see it; nil lets all
	// of them. A login by OpenID Connect is for the browser alone that began it.
	Admits func(r *http.Request, id string) bool
	// Return is where the person goes on to when the check has ended, "" for nowhere.
	Return func(id string) string
	// Result is the signed result of a check that staff hand over themselves, "" where
	// it goes another way.
	Result func(id string) string
	// SignOut signs out the browser that sends a request, and says whether it was the
	// last one in which its member of staff was signed in. It returns the cookie that
	// the browser is to forget. nil is nowhere to sign out of.
	SignOut func(*http.Request) (cookie *http.Cookie, last bool)
	// Revoke says that the result of a check that ended a while ago is not good any
	// more; nil can say it of none.
	Revoke func(id string) error
	// Revoked is whether the result of a check was revoked, and whether it can be.
	Revoked func(id string) (revoked, can bool)
	// Site is what the place is called, by language (BCP 47).
	Site func() map[string]string
	// Demo says that the site is one for trying out; nil is no.
	Demo func() bool
	// Quiet is for how many days the controller has not been heard, 0 where that is
	// not worth telling staff; nil is never.
	Quiet func() int
	// SignIn is where staff who are not signed in are sent, "" for nowhere.
	SignIn func() string
	// Say is called with what the operator has to know, and never with anything
	// about a person. It is called by several goroutines.
	Say func(string)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Pages answers browsers. It is safe for concurrent use.
type Pages struct {
	o      Options
	host   string
	file   http.Handler
	person []byte
	wrong  *visitors.Tries
	in     intake
}

// New checks the options, and starts nothing. It fails with [ErrOptions].
func New(o Options) (*Pages, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Site == nil {
		o.Site = func() map[string]string { return nil }
	}
	if o.Revoke == nil || o.Revoked == nil {
		o.Revoke = func(string) error { return check.ErrStep }
		o.Revoked = func(string) (bool, bool) { return false, false }
	}
	if o.Demo == nil {
		o.Demo = func() bool { return false }
	}
	if o.Quiet == nil {
		o.Quiet = func() int { return 0 }
	}
	if o.Admits == nil {
		o.Admits = func(*http.Request, string) bool { return true }
	}
	if o.Return == nil {
		o.Return = func(string) string { return "" }
	}
	if o.Result == nil {
		o.Result = func(string) string { return "" }
	}
	if o.SignIn == nil {
		o.SignIn = func() string { return "" }
	}
	if o.SignOut == nil {
		o.SignOut = func(*http.Request) (*http.Cookie, bool) { return nil, true }
	}
	if o.Room == nil || o.Staff == nil || o.Parties == nil || o.Page == nil {
		return nil, fmt.Errorf("%w: there is no room, staff, parties or page", ErrOptions)
	}
	at, err := url.Parse(o.Address)
	if err != nil || at.Scheme != "https" || at.Host == "" || at.String() != "https://"+at.Host {
		return nil, fmt.Errorf("%w: the address has to be https:// and a name, and nothing else", ErrOptions)
	}
	person, err := fs.ReadFile(o.Page, "person.html")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return &Pages{o: o, host: at.Host, file: web.Serve(o.Page), person: person, wrong: visitors.NewTries(o.Now, wrongTries, wrongTime), in: intake{of: map[string]bool{}}}, nil
}

// Link is where a person finds the page of their check. Whoever has it has the
// check: it is shown to them and told to nobody else.
func (p *Pages) Link(id, secret string) string {
	return p.o.Address + PathPerson + id + "#" + secret
}

// Handler answers [PathCounter], [PathPerson] and what is below [PathAPI]. Requests
// that wait for a change end with life.
func (p *Pages) Handler(life context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(PathCounter, http.StripPrefix("/desk", p.file))
	mux.HandleFunc("GET "+PathPerson+"{id}", p.personPage)
	mux.HandleFunc(PathAPI, func(w http.ResponseWriter, _ *http.Request) { refuse(w, check.ErrNoCheck) })
	for pattern, do := range map[string]func(call) error{
		"GET counter":                       p.counter,
		"GET counter/checks":                p.list,
		"POST counter/checks":               p.begin,
		"POST counter/sign-out":             p.signOut,
		"GET counter/checks/{id}":           p.attend(p.staffView),
		"POST counter/checks/{id}/document": p.attend(p.document),
		"POST counter/checks/{id}/lines":    p.attend(p.lines),
		"POST counter/checks/{id}/look":     p.attend(p.look),
		"POST counter/checks/{id}/settle":   p.attend(settle),
		"POST counter/checks/{id}/cancel":   p.attend(cancel),
		"POST counter/checks/{id}/revoke":   p.attend(p.revoke),
		"GET checks/{id}":                   p.enter(p.personView),
		"POST checks/{id}/choose":           p.enter(p.choose),
		"POST checks/{id}/document":         p.enter(alone(p.document)),
		"POST checks/{id}/lines":            p.enter(alone(p.lines)),
		"POST checks/{id}/frame":            p.enter(p.frame),
		"POST checks/{id}/here":             p.enter(here),
		"POST checks/{id}/settle":           p.enter(alone(settle)),
		"POST checks/{id}/cancel":           p.enter(cancel),
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+PathAPI+path, func(w http.ResponseWriter, r *http.Request) {
			if err := do(call{w: w, r: r, life: life, in: &p.in}); err != nil {
				p.fail(w, err)
			}
		})
	}
	return p.guard(mux)
}

// personPage is the page of the person. It is the same for every check, and for
// those that are not there: only who has the secret learns which.
func (p *Pages) personPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(p.person)
}
