package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/hosted"
	"github.com/facelatch/facelatch/desk/pages"
	"github.com/facelatch/facelatch/desk/provider"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/web"
)

const (
	// pathStatuses is below what the status lists are.
	pathStatuses = "/statuses/"
	// In rateTime so many tickets, steps of logins and exchanges of codes may come from
	// one place. Behind a proxy everybody is one place, and a relying party exchanges
	// all codes from one.
	rateTime     = time.Minute
	eachTicket   = 120
	eachLogin    = 600
	eachExchange = 1200
	// listHolds is how long a published status list holds.
	listHolds = time.Hour
)

// newHTTPServer speaks HTTP/1.1 only, whose body a handler reads straight from the
// connection: HTTP/2 would keep copies of pictures in buffers of its own.
func newHTTPServer(h http.Handler) *http.Server {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 2 * time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo), Protocols: new(http.Protocols),
	}
	server.Protocols.SetHTTP1(true)
	return server
}

// handler answers everybody.
func (s *Server) handler(life context.Context) http.Handler {
	mux := http.NewServeMux()
	own := s.pages.Handler(life)
	for _, path := range []string{pages.PathCounter, pages.PathPerson, pages.PathAPI} {
		mux.Handle(path, own)
	}
	for _, path := range []string{provider.PathDiscovery, provider.PathVCIssuer, provider.PathKeys} {
		mux.Handle(path, s.provider.Handler())
	}
	login := s.slowly(eachLogin, s.provider.Handler())
	mux.Handle(provider.PathAuthorize, login)
	mux.Handle(provider.PathCallback, login)
	mux.Handle(provider.PathToken, s.slowly(eachExchange, s.provider.Handler()))
	mux.Handle(hosted.Path, s.api)
	mux.Handle("POST "+doorapi.PathCounter, s.slowly(eachTicket, http.HandlerFunc(s.open)))
	mux.HandleFunc("GET "+pathStatuses+"{list}", s.statuses)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, pages.PathCounter, http.StatusSeeOther)
	})
	return s.recovering(mux)
}

// recovering tells the operator of a panic: where, and of what kind, and no values.
func (s *Server) recovering(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if failed := recover(); failed != nil {
				if failed != http.ErrAbortHandler { //nolint:errorlint // exactly this is thrown
					s.c.Say(fmt.Sprintf("a request of the kind %q failed inside (%T)", r.Pattern, failed))
				}
				panic(http.ErrAbortHandler)
			}
		}()
		inner.ServeHTTP(w, r)
	})
}

// slowly limits what comes from one place.
func (s *Server) slowly(each uint16, inner http.Handler) http.Handler {
	tries := visitors.NewTries(s.c.Now, each, rateTime)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := tries.Allow(visitors.Place(r.RemoteAddr)); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
			http.Error(w, "Too many requests. Wait a moment and try again.", http.StatusTooManyRequests)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// maxTicketForm is the longest form with a ticket, in bytes.
const maxTicketForm = 4 << 10

// open lets a member of staff in who comes from the controller with a ticket.
func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	for key, value := range web.Headers() {
		w.Header().Set(key, value)
	}
	w.Header().Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxTicketForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "This is not the form with which a counter is opened.", http.StatusBadRequest)
		return
	}
	cookie, err := s.admit(r.Context(), r.PostForm.Get(doorapi.FieldTicket))
	if err != nil {
		http.Error(w, sentence(err), http.StatusForbidden)
		return
	}
	http.SetCookie(w, cookie)
	http.Redirect(w, r, pages.PathCounter, http.StatusSeeOther)
}

// admit verifies a ticket, with keys fetched anew where its own is not known yet.
func (s *Server) admit(ctx context.Context, text string) (*http.Cookie, error) {
	verify := func() (doorapi.Ticket, error) {
		c := s.sites.get().config
		return doorapi.VerifyTicket(text, c.TicketKeys, c.Site, c.ID, s.c.Now())
	}
	ticket, err := verify()
	if errors.Is(err, doorapi.ErrTicketKey) && s.c.Link.Fetch(ctx, false) == nil {
		s.refresh()
		ticket, err = verify()
	}
	if err != nil {
		return nil, err
	}
	return s.staff.admit(ticket)
}

// sentence is an error as people read it.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + ".\n"
}

// statuses publishes a status list.
func (s *Server) statuses(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("list"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	token, ok, err := s.results.list(number)
	switch {
	case err != nil:
		http.Error(w, "The list cannot be signed now.", http.StatusServiceUnavailable)
	case !ok:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "application/statuslist+jwt")
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write([]byte(token))
	}
}
