// Package hosted is the API by which a relying party has people checked on their own
// phones: it begins a check, gives the person the link, and gets the result by its
// webhook or by asking here.
//
// One table of routes (routes.go) says of each what it takes and answers; the OpenAPI
// document at [DocumentPath] is made from it. A request is read strictly: what is not
// known is refused. An error is a problem (RFC 9457) of one of [ProblemTypes].
//
// A party shows its id and its secret, and learns nothing of any other's checks: what
// is another's is not there. The link holds the check's own secret, so an answer that
// has one is kept in memory alone, for who repeats the request, and never logged.
//
// It never tells what the person does before the check has ended, never gives a result
// in clear (a result is encrypted to its party: package handover), and writes nothing.
package hosted

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/visitors"
)

// Path is below what the API is.
const Path = "/api/"

// DocumentPath is where the OpenAPI document is served, to everybody.
const DocumentPath = Path + "openapi.json"

var (
	// ErrConfig is returned for a [Config] that cannot be used.
	ErrConfig = errors.New("the parties' API cannot be set up like this")
	// ErrNotFound is what [Checks] return for a check that is not there, not there any
	// more, or not the party's.
	ErrNotFound = errors.New("there is no such check")
	// ErrEnded is what [Checks.Cancel] returns for a check that has ended.
	ErrEnded = errors.New("the check has ended")
	// ErrFull is what [Checks.Begin] returns where as many checks run as may.
	ErrFull = errors.New("as many checks run as may run at once")
)

// Order is what a party asks for. It was judged: the party may have the claims.
type Order struct {
	Party  party.Party
	Claims []string
	Nonce  string
}

// Begun is a check that was begun.
type Begun struct {
	ID string
	// Link is the address that the person opens, with what lets them in.
	Link string
	// Expires is when it ends at the latest.
	Expires time.Time
}

// Status is how a check stands, as far as its party may know.
type Status struct {
	// Ended says that it is over, and how: Outcome and Reason as in package idcheck.
	Ended           bool
	Outcome, Reason string
	// HandedOn is false for a check that ended and whose result could not be kept.
	HandedOn bool
	// Expires is when a check that goes on ends unless something is done.
	Expires time.Time
}

// Checks are the desk's.
type Checks interface {
	// Begin begins a check on the person's own phone. It fails with [ErrFull].
	Begin(ctx context.Context, o Order) (Begun, error)
	// Status fails with [ErrNotFound], also for another party's.
	Status(party, id string) (Status, error)
	// Cancel ends a check. It fails with [ErrNotFound] and [ErrEnded].
	Cancel(party, id string) error
}

// Outbox has the results that a party has not acknowledged: [handover.Outbox].
type Outbox interface {
	Get(party, id string) (handover.Sealed, error)
	Pending(party string, most int) (all []handover.Sealed, waiting int, err error)
	Ack(party, id string) error
}

// Config is what the API is made from. Checks, Outbox and Party are required.
type Config struct {
	Checks Checks
	Outbox Outbox
	// Party finds a relying party by its id.
	Party func(id string) (party.Party, bool)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Say is called with failures of this side, never with anything about a request
	// or a person. It may be nil.
	Say func(string)
}

const (
	// callsEach is how many requests a party has in limitTime, and strangersEach how
	// many a place whose secrets are not good.
	callsEach     = 600
	strangersEach = 20
	limitTime     = time.Minute
	// maxParties is how many are told apart where calls are counted.
	maxParties = 256
)

type api struct {
	with      Config
	mux       *http.ServeMux
	document  []byte
	calls     *visitors.Tries
	strangers *visitors.Tries
	answers   *answers
}

// New makes the handler of everything below [Path]. It fails with [ErrConfig].
func New(c Config) (http.Handler, error) {
	if c.Checks == nil || c.Outbox == nil || c.Party == nil {
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
		calls: visitors.NewTriesOf(maxParties, c.Now, callsEach, limitTime), strangers: visitors.NewTries(c.Now, strangersEach, limitTime),
	}
	a.handle()
	return a, nil
}

func (a *api) handle() {
	a.mux.HandleFunc("GET "+DocumentPath, func(w http.ResponseWriter, _ *http.Request) {
		a.write(w, reply{status: http.StatusOK, contentType: typeJSON, body: a.document})
	})
	methods := map[string][]string{DocumentPath: {http.MethodGet}}
	for _, r := range routes() {
		path := strings.TrimSuffix(Path, "/") + r.path
		methods[path] = append(methods[path], r.method)
		a.mux.HandleFunc(r.method+" "+path, func(w http.ResponseWriter, q *http.Request) { a.write(w, a.serve(w, q, r)) })
	}
	for path, some := range methods {
		allow := strings.Join(some, ", ")
		a.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", allow)
			a.write(w, reply{err: &Problem{Type: problemMethod, Detail: "It takes " + allow}})
		})
	}
	a.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { a.write(w, reply{err: &Problem{Type: problemNotFound}}) })
}

// ServeHTTP answers a request.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	a.mux.ServeHTTP(w, r)
}

// call is a request of a party that proved who it is.
type call struct {
	*api
	ctx   context.Context
	party party.Party
	id    string // of the check, "" where none is meant
	body  []byte
	limit int // of the query
}

func (a *api) serve(w http.ResponseWriter, q *http.Request, r route) reply {
	p, err := a.whois(q)
	if err == nil {
		err = tooMany(a.calls.Allow(p.ID))
	}
	if err != nil {
		return reply{err: err}
	}
	c := call{api: a, ctx: q.Context(), party: p}
	if err := r.read(w, q, &c); err != nil {
		return reply{err: err}
	}
	once := q.Header.Values(onceHeader)
	if len(once) == 0 || !r.once {
		return r.do(c)
	}
	return a.answers.once(q.Context(), p.ID, strings.Join(once, ","), sumOf(q, c.body), func() reply { return r.do(c) })
}

// reply is what is answered, whole.
type reply struct {
	status      int
	contentType string
	location    string
	body        []byte
	err         error // instead of all the others
}

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

func jsonReply(status int, value any) reply {
	body, err := json.Marshal(value)
	return reply{status: status, contentType: typeJSON, body: append(body, '\n'), err: err}
}

func (a *api) write(w http.ResponseWriter, r reply) {
	if r.err != nil {
		a.refuse(w, r.err)
		return
	}
	for name, value := range map[string]string{"Content-Type": r.contentType, "Location": r.location} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // whoever asked may be gone
}
