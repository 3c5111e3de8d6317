package provider

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/facelatch/facelatch/idcheck"
)

// cookie is known to the browser that began a login. It has the prefix __Host-, so
// that no other host can set it.
const cookie = "__Host-desk-login"

var cookieValue = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize begins a login (OpenID Connect Core, 3.1.2.1).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed) // a look ahead is no login
		return
	}
	values, err := form(w, r)
	if err != nil {
		page(w, http.StatusBadRequest, badRequest)
		return
	}
	from, redirect, err := who(values, p.o.Party)
	switch {
	case errors.Is(err, errRedirect):
		page(w, http.StatusBadRequest, notRegistered)
		return
	case err != nil:
		page(w, http.StatusBadRequest, notKnown)
		return
	}
	req, fault := parse(values, from, redirect)
	if fault == nil {
		fault = p.begin(w, r, req)
	}
	if fault != nil {
		p.back(w, r, redirect, req.state, url.Values{"error": {fault.code}, "error_description": {fault.description}})
	}
}

// begin begins a check and sends the browser there.
func (p *Provider) begin(w http.ResponseWriter, r *http.Request, req request) *oauthError {
	now := p.o.Now()
	if !p.store.hold(req.party.ID, now) {
		return fault("temporarily_unavailable", "there are as many logins as there can be")
	}
	secret := newSecret()
	begun, err := p.o.Checks.Begin(r.Context(), Ask{
		Party: req.party, Claims: req.claims, Nonce: req.nonce, Return: p.o.Issuer + PathCallback + secret, Languages: req.languages,
	})
	switch {
	case errors.Is(err, ErrBusy):
		p.store.free(req.party.ID)
		return fault("temporarily_unavailable", "there are as many checks as there can be")
	case err != nil:
		p.store.free(req.party.ID)
		p.o.Failed(err)
		return fault("server_error", "no check could be begun")
	}
	p.store.keep(secret, &login{
		party: req.party.ID, redirect: req.redirect, state: req.state, challenge: req.challenge,
		browser: handleOf(mark(w, r)), check: begun.ID, link: begun.Link, until: now.Add(LoginTime),
	})
	send(w, r, begun.Link)
	return nil
}

// mark returns what a browser is known by, and gives it that if it has nothing.
func mark(w http.ResponseWriter, r *http.Request) string {
	value := newSecret()
	if has, err := r.Cookie(cookie); err == nil && cookieValue.MatchString(has.Value) {
		value = has.Value
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: value, Path: "/", MaxAge: int(LoginTime.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return value
}

// Began says whether a request comes from the browser that began the login of a
// check, by [Begun.ID]. It is false for what is no login, and once the answer to one
// was given. The cookie that tells is of this host and path /, and is sent with every
// request to it, a page's own included.
func (p *Provider) Began(r *http.Request, check string) bool {
	has, err := r.Cookie(cookie)
	return err == nil && p.store.began(check, handleOf(has.Value), p.o.Now())
}

// callback ends a login: the browser comes here from the check.
func (p *Provider) callback(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	secret := r.PathValue("login")
	l := p.store.login(secret, p.o.Now())
	if l == nil {
		page(w, http.StatusNotFound, noLogin)
		return
	}
	if has, err := r.Cookie(cookie); err != nil || handleOf(has.Value) != l.browser {
		page(w, http.StatusForbidden, otherBrowser)
		return
	}
	ended, err := p.o.Checks.Outcome(r.Context(), l.check)
	if err == nil && !ended.Over {
		send(w, r, l.link)
		return
	}
	if !p.store.take(secret) {
		page(w, http.StatusNotFound, noLogin)
		return
	}
	if from, known := p.o.Party(l.party); !known || !from.Redirect(l.redirect) {
		page(w, http.StatusBadRequest, notRegistered) // no longer
		return
	}
	p.back(w, r, l.redirect, l.state, p.answer(l, ended, err))
}

// answer is what a party is told of a check that ended.
func (p *Provider) answer(l *login, ended Ended, err error) url.Values {
	switch {
	case err != nil, ended.Outcome == idcheck.SamePerson && ended.Token == "":
		if err != nil {
			p.o.Failed(err)
		}
		return url.Values{"error": {"server_error"}, "error_description": {"the outcome of the check is not known"}}
	case ended.Outcome != idcheck.SamePerson:
		return url.Values{"error": {"access_denied"}, "error_description": {"the outcome of the check is " + string(ended.Outcome)}}
	}
	now := p.o.Now()
	secret := p.store.answer(&code{
		party: l.party, redirect: l.redirect, challenge: l.challenge, check: l.check, token: ended.Token, until: now.Add(CodeTime),
	}, now)
	if secret == "" {
		return url.Values{"error": {"temporarily_unavailable"}, "error_description": {"there are as many answers as there can be"}}
	}
	return url.Values{"code": {secret}}
}

// back sends a browser to a party, with who sends it (RFC 9207). The address was
// compared with those that are registered.
func (p *Provider) back(w http.ResponseWriter, r *http.Request, redirect, state string, values url.Values) {
	values.Set("iss", p.o.Issuer)
	if state != "" {
		values.Set("state", state)
	}
	u, err := url.Parse(redirect)
	if err != nil {
		page(w, http.StatusBadRequest, notRegistered)
		return
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += values.Encode()
	send(w, r, u.String())
}

// send sends a browser to an address by GET, whatever it came with.
func send(w http.ResponseWriter, r *http.Request, address string) {
	quiet(w)
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// quiet keeps an answer out of caches, and its address out of the next request.
func quiet(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}
