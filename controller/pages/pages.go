// Package pages is what operators see: the pages with which a site is set up and
// run, in Chinese and English, rendered here and usable without a script except
// for passkeys.
//
// A page decides nothing. What an operator may do is said by the one table of
// controller/acts: no page offers what that table refuses, each route names the
// act that it needs, and the act itself asks again. Who is asking is said by
// controller/signin.
//
// The package never keeps a pass: its text is shown once, and comes back from
// the browser for a picture or a card of it. Passes that are made by the hundred
// wait in memory for ten minutes, to be fetched once. It never logs, and what it
// shows is stored by no cache.
package pages

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/pass"
)

// Config is what the pages are made from. Acts, SignIn, Origin and Static are
// required.
type Config struct {
	Acts   Acts
	SignIn *signin.Service
	// Origin is where people open the pages and holders theirs, such as
	// "https://house.example": links and their codes begin with it.
	Origin string
	// Static is [web.Office].
	Static fs.FS
	// Fonts are for cards; without them there are pictures of passes only.
	Fonts card.Fonts
	// JoinText writes a join code as people copy it to a door: it knows where the
	// controller is, and its authority.
	JoinText func(acts.JoinCode) (string, error)
	// Doors tells what the controller knows of doors at this moment; nil is
	// nothing.
	Doors func() DoorNews
	// Record reads the ledger's entries about the site; nil leaves them to whoever
	// opens the ledger itself.
	Record Record
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// DoorNews is what the controller knows of doors while it runs. It is not kept.
type DoorNews struct {
	// Bundle is the number of the newest bundle.
	Bundle uint64
	// Seen is what each door that has asked since the start said.
	Seen map[pass.DoorID]DoorSeen
	// Faults are what the machines of doors said is wrong with them, in the order of
	// [doorapi.ReportKinds].
	Faults map[pass.DoorID][]DoorFault
}

// DoorFault is something that a door's machine said of itself, and nothing about
// who passed.
type DoorFault struct {
	// Kind is one of [doorapi.ReportKinds], Count how often it was, and Last the day
	// on which it was said last, at the site.
	Kind  string
	Count int
	Last  string
}

// DoorSeen is when a door asked for news, and what it had then.
type DoorSeen struct {
	// At is when it last asked, or still waits for an answer.
	At time.Time
	// Bundle is the number of the bundle that it has.
	Bundle uint64
}

// Record reads what the ledger says in clear.
type Record interface {
	// SiteActs returns the newest acts about the site before an index, at most
	// limit of them, the newest first; before 0 is from the end.
	SiteActs(ctx context.Context, before uint64, limit int) ([]SiteAct, error)
}

// SiteAct is one entry of the ledger about the site.
type SiteAct struct {
	Index uint64
	// Day is when it was done, in UTC, By the operator's pseudonym, Act what it was.
	Day time.Time
	By  string
	Act string
	// Details are names and values, in an order that people can read.
	Details [][2]string
}

// ErrConfig is returned for a [Config] that cannot be used.
var ErrConfig = errors.New("the operators' pages cannot be set up like this")

// Office serves the pages, below /office/. Close ends what it does beside.
type Office struct {
	c      Config
	book   words.Book
	sheets map[words.Tag]map[string]*template.Template
	mux    *http.ServeMux
	jobs   *jobs
	now    func() time.Time
}

// Path is below what the pages are.
const Path = "/office/"

// New checks a configuration and makes the pages. It fails with [ErrConfig].
func New(c Config) (*Office, error) {
	switch {
	case c.Acts == nil || c.SignIn == nil || c.Static == nil:
		return nil, fmt.Errorf("%w: something is missing", ErrConfig)
	case !strings.HasPrefix(c.Origin, "https://"):
		return nil, fmt.Errorf("%w: the origin %q is not like https://house.example", ErrConfig, c.Origin)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	o := &Office{c: c, now: c.Now, mux: http.NewServeMux(), jobs: newJobs(c.Now)}
	var err error
	if o.book, err = openBook(); err != nil {
		return nil, err
	}
	if o.sheets, err = openSheets(o.book); err != nil {
		return nil, err
	}
	for _, r := range routes() {
		o.mux.HandleFunc(r.pattern, func(w http.ResponseWriter, q *http.Request) { o.serve(w, q, r) })
	}
	o.mux.HandleFunc("GET "+pathStatic+"{name}", o.static)
	o.mux.HandleFunc(Path, func(w http.ResponseWriter, q *http.Request) {
		v := o.visit(w, q)
		_ = v.known() // for the menu beside it
		v.fail(errLost)
	})
	return o, nil
}

// Close ends what is being made for somebody, and forgets what was.
func (o *Office) Close() error {
	o.jobs.close()
	return nil
}

// ServeHTTP answers a request.
func (o *Office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	headers(w.Header())
	if err := o.c.SignIn.Check(r); err != nil {
		o.visit(w, r).fail(err)
		return
	}
	o.mux.ServeHTTP(w, r)
}

// headers are those of every answer.
func headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'")
	h.Set("Referrer-Policy", "same-origin") // a form sends no Origin under no-referrer
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
	h.Set("Cache-Control", "no-store")
}
