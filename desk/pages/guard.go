package pages

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/web"
)

// call is a request, and as whom it is made.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	life  context.Context
	in    *intake
	check *check.Check
	// staff is a pseudonym, "" for the person.
	staff string
}

// guard lets through what comes from the desk's own pages. Another site can neither
// ask, nor lead a browser here by a name of its own.
func (p *Pages) guard(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := web.Headers()
		for _, key := range slices.Sorted(maps.Keys(headers)) {
			w.Header().Set(key, headers[key])
		}
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		if strings.HasPrefix(r.URL.Path, PathAPI) || strings.HasPrefix(r.URL.Path, PathPerson) {
			w.Header().Set("Cache-Control", "no-store")
		}
		switch {
		case !strings.EqualFold(r.Host, p.host):
			refuse(w, problem(doorapi.ProblemForbidden, http.StatusMisdirectedRequest, "This desk has another address"))
		case !p.own(r):
			refuse(w, problem(doorapi.ProblemForbidden, http.StatusForbidden, "Only the desk's own pages may ask for this"))
		default:
			inner.ServeHTTP(w, r)
		}
	})
}

// own says whether a request comes from a page of the desk. Only reading may come
// from nowhere, such as a link that somebody opened.
func (p *Pages) own(r *http.Request) bool {
	origin := r.Header.Values("Origin")
	if len(origin) == 0 {
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	return len(origin) == 1 && strings.EqualFold(origin[0], p.o.Address)
}

// signedIn is who of staff asks. The problem says where they sign in.
func (p *Pages) signedIn(r *http.Request) (string, error) {
	who, may := p.o.Staff(r)
	if who == "" {
		return "", problem(doorapi.ProblemUnknown, http.StatusUnauthorized, "Please sign in first")
	}
	if !may {
		return "", problem(doorapi.ProblemForbidden, http.StatusForbidden, "You may not run checks")
	}
	return who, nil
}

// attend is for staff at a check that they take part in.
func (p *Pages) attend(do func(call) error) func(call) error {
	return func(c call) (err error) {
		if c.staff, err = p.signedIn(c.r); err != nil {
			return err
		}
		if c.check, err = p.o.Room.Find(c.r.PathValue("id")); err != nil {
			return err
		}
		if c.check.Order().Unattended {
			return check.ErrNoCheck
		}
		return do(c)
	}
}

// enter is for the person, who has the secret. Wrong ones are counted by place, and
// hold nobody up who has the right one.
func (p *Pages) enter(do func(call) error) func(call) error {
	return func(c call) (err error) {
		c.check, err = p.o.Room.Enter(c.r.PathValue("id"), c.r.Header.Get(SecretHeader))
		if err == nil && !p.o.Admits(c.r, c.check.ID()) {
			err = check.ErrNoCheck
		}
		switch {
		case err == nil:
			return do(c)
		case p.wrong.Allow(visitors.Place(c.r.RemoteAddr)) > 0:
			return problem(doorapi.ProblemTooMany, http.StatusTooManyRequests, "Too many tries. Please wait a minute")
		}
		return err
	}
}

// alone is for what a person does on their own phone and staff do at a counter.
func alone(do func(call) error) func(call) error {
	return func(c call) error {
		if !c.check.Order().Unattended {
			return problem(doorapi.ProblemForbidden, http.StatusForbidden, "A member of staff does this")
		}
		return do(c)
	}
}
