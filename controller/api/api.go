// Package api is the REST API of a controller, below /api/v1: every act that
// operators have and that an API token may do, over controller/acts.
//
// One table of routes (routes.go) says of each what it takes, what it answers and
// which act it is. From that table and the Go types that it names come the
// OpenAPI document, the check of every request, and docs/openapi.json. A request
// is checked to the last member before anything is done; an error is always a
// problem (RFC 9457) of a type in problem.go.
//
// Whoever asks shows an API token. What it may is said by the table of rights of
// controller/acts alone. The answer to a giving act is kept in memory for ten
// minutes if the request had an Idempotency-Key, and then forgotten; that it was made
// is known to all of a site's controllers for a day.
//
// It never gives a consent, never issues a face pass, never keeps a pass, and
// never logs a request.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/visitors"
)

// Path is below what the API is.
const Path = "/api/v1/"

// DocumentPath is where the OpenAPI document is served, to everybody.
const DocumentPath = Path + "openapi.json"

// ErrConfig is returned for a [Config] that cannot be used.
var ErrConfig = errors.New("the API cannot be set up like this")

// Config is what an API is made from. Acts and JoinText are required.
type Config struct {
	Acts Acts
	// JoinText writes a join code as people copy it to a door: it knows where the
	// controller is, and its authority.
	JoinText func(acts.JoinCode) (string, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Say is called with failures of this side, never with anything about a
	// request or a person. It may be nil.
	Say func(string)
}

// api is the handler.
type api struct {
	with      Config
	mux       *http.ServeMux
	document  []byte
	calls     *visitors.Tries // by token
	strangers *visitors.Tries // by place: tokens that are not good
	answers   *answers
}

// New makes the handler of everything below [Path]. It fails with [ErrConfig].
func New(c Config) (http.Handler, error) {
	if c.Acts == nil || c.JoinText == nil {
		return nil, ErrConfig
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Say == nil {
		c.Say = func(string) {}
	}
	document, err := Document()
	if err != nil {
		return nil, err
	}
	a := &api{
		with: c, mux: http.NewServeMux(), document: document, answers: newAnswers(c.Now),
		calls: visitors.NewTries(c.Now, callsEach, limitTime), strangers: visitors.NewTries(c.Now, strangersEach, limitTime),
	}
	a.mux.HandleFunc("GET "+DocumentPath, a.describe)
	paths := make(map[string][]string)
	for _, r := range routes() {
		paths[r.path] = append(paths[r.path], r.method)
		a.mux.HandleFunc(r.method+" "+strings.TrimSuffix(Path, "/")+r.path, func(w http.ResponseWriter, q *http.Request) { a.serve(w, q, r) })
	}
	for path, methods := range paths {
		a.mux.HandleFunc(strings.TrimSuffix(Path, "/")+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			a.refuse(w, &Problem{Type: problemMethod, Detail: "It takes " + strings.Join(methods, ", ")})
		})
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { a.refuse(w, &Problem{Type: problemNotFound}) })
	return a, nil
}

// ServeHTTP answers a request.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	a.mux.ServeHTTP(w, r)
}

// describe serves the OpenAPI document.
func (a *api) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", typeJSON)
	_, _ = w.Write(a.document) // whoever asked may be gone
}

// call is a request that was let in.
type call struct {
	ctx   context.Context
	api   *api
	actor acts.Actor
}

// serve answers a request to a route.
func (a *api) serve(w http.ResponseWriter, r *http.Request, to route) {
	actor, key, err := a.whois(r)
	if err == nil {
		err = tooMany(a.calls.Allow(key))
	}
	if err == nil && !actor.May(to.act) {
		err = forbidden(to.act)
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	in, body, err := to.read(w, r)
	if err != nil {
		a.refuse(w, err)
		return
	}
	c := call{ctx: r.Context(), api: a, actor: actor}
	answer := func() reply { return to.answer(c, in) }
	if once := r.Header.Get(onceHeader); once != "" && to.once {
		a.write(w, a.answers.once(r.Context(), a.with.Acts, key, once, sumOf(r, body), answer))
		return
	}
	a.write(w, answer())
}

// reply is what is answered, whole.
type reply struct {
	status      int
	contentType string
	etag        string
	location    string
	body        []byte
	err         error // instead of all the others
}

func (a *api) write(w http.ResponseWriter, r reply) {
	if r.err != nil {
		a.refuse(w, r.err)
		return
	}
	h := w.Header()
	for name, value := range map[string]string{"Content-Type": r.contentType, "ETag": r.etag, "Location": r.location} {
		if value != "" {
			h.Set(name, value)
		}
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // whoever asked may be gone
}

// Media types.
const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
	typeCSV     = "text/csv"
)

func jsonReply(status int, value any) reply {
	body, err := json.Marshal(value)
	return reply{status: status, contentType: typeJSON, body: append(body, '\n'), err: err}
}
