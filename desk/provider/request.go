package provider

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/facelatch/facelatch/desk/party"
)

const (
	maxRequest = 16 << 10 // of a query or a form, in bytes
	maxState   = 2 << 10
	maxNonce   = 512
)

// request is what a party asks for, once it is known who asks and where the answer
// may go.
type request struct {
	party     party.Party
	redirect  string
	state     string
	nonce     string
	challenge string
	claims    []string
	languages []string
}

// oauthError is an error in the words of RFC 6749, 4.1.2.1 and 5.2, and of OpenID
// Connect Core, 3.1.2.6. Its description is ASCII without quotes.
type oauthError struct{ code, description string }

func fault(code, description string) *oauthError { return &oauthError{code, description} }

// form reads the parameters of a request, which come in the query of a GET or the
// body of a POST, not in both.
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		if len(r.URL.RawQuery) > maxRequest {
			return nil, fmt.Errorf("a request of more than %d bytes", maxRequest)
		}
		return url.ParseQuery(r.URL.RawQuery)
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
		return nil, fmt.Errorf("a body that is no form")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.PostForm, nil
}

// one returns a parameter that is there at most once (RFC 6749, 3.1); ok is false
// if it is there more often.
func one(values url.Values, name string) (value string, ok bool) {
	all := values[name]
	if len(all) == 0 {
		return "", true
	}
	return all[0], len(all) == 1
}

var (
	errParty    = fmt.Errorf("the party is not known here")
	errRedirect = fmt.Errorf("the address to come back to is not registered")
)

// who finds out who asks and where the answer may go. Until that is known no
// browser is sent anywhere.
func who(values url.Values, parties func(string) (party.Party, bool)) (p party.Party, redirect string, err error) {
	id, once := one(values, "client_id")
	p, known := parties(id)
	if !once || id == "" || !known || p.ID != id {
		return party.Party{}, "", errParty
	}
	redirect, once = one(values, "redirect_uri")
	if !once || redirect == "" || !p.Redirect(redirect) {
		return party.Party{}, "", errRedirect
	}
	return p, redirect, nil
}

// parse reads a request of which it is known who asks. The state is returned with
// an error too: it goes back with it.
func parse(values url.Values, p party.Party, redirect string) (request, *oauthError) {
	r := request{party: p, redirect: redirect}
	if state, once := one(values, "state"); once && len(state) <= maxState && utf8.ValidString(state) {
		r.state = state
	} else {
		return r, fault("invalid_request", "state is there twice, too long or not UTF-8")
	}
	for name, all := range values {
		if len(all) > 1 {
			return r, fault("invalid_request", "a parameter is there twice")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(all[0]) {
			return r, fault("invalid_request", "a parameter is not UTF-8")
		}
	}
	for _, check := range []func(url.Values) *oauthError{unsupported, flow, presence, r.pkce} {
		if e := check(values); e != nil {
			return r, e
		}
	}
	if !p.Takes(party.JWT) {
		return r, fault("unauthorized_client", "the client is registered for results that are no ID Tokens")
	}
	r.nonce = values.Get("nonce")
	if len(r.nonce) > maxNonce {
		return r, fault("invalid_request", "nonce is too long")
	}
	r.languages = languages(values.Get("ui_locales"))
	claims, err := asked(values.Get("claims"), p)
	if err != nil {
		return r, fault("invalid_request", "claims: "+err.Error())
	}
	r.claims = claims
	return r, nil
}

// unsupported refuses what OpenID Connect Core names and is not offered (6, 7.2.1).
func unsupported(values url.Values) *oauthError {
	for _, name := range []string{"request", "request_uri", "registration"} {
		if values.Get(name) != "" {
			return fault(name+"_not_supported", name+" is not supported here")
		}
	}
	return nil
}

func flow(values url.Values) *oauthError {
	switch {
	case values.Get("response_type") == "":
		return fault("invalid_request", "response_type is missing")
	case values.Get("response_type") != "code":
		return fault("unsupported_response_type", "only response_type=code is offered")
	case !slices.Contains([]string{"", "query"}, values.Get("response_mode")):
		return fault("invalid_request", "only response_mode=query is offered")
	case !slices.Contains(strings.Fields(values.Get("scope")), "openid"):
		return fault("invalid_scope", "scope has to have openid")
	}
	return nil
}

// presence reads how present the person has to be (OpenID Connect Core, 3.1.2.1).
// Every login is a new check, so whatever age is asked for is kept, and without the
// person there is none.
func presence(values url.Values) *oauthError {
	prompts := strings.Fields(values.Get("prompt"))
	for _, p := range prompts {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, p) {
			return fault("invalid_request", "a prompt that is not known")
		}
	}
	if slices.Contains(prompts, "none") {
		if len(prompts) > 1 {
			return fault("invalid_request", "prompt=none stands alone")
		}
		return fault("interaction_required", "a check needs the person each time")
	}
	if age := values.Get("max_age"); age != "" {
		if n, err := strconv.ParseInt(age, 10, 64); err != nil || n < 0 {
			return fault("invalid_request", "max_age is no number of seconds")
		}
	}
	return nil
}

var challenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

func (r *request) pkce(values url.Values) *oauthError {
	r.challenge = values.Get("code_challenge")
	if values.Get("code_challenge_method") != "S256" || !challenge.MatchString(r.challenge) {
		return fault("invalid_request", "PKCE is needed from every client: code_challenge, and code_challenge_method=S256")
	}
	return nil
}

var language = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// languages reads ui_locales, and leaves out what is no language.
func languages(text string) (all []string) {
	for _, tag := range strings.Fields(text) {
		if language.MatchString(tag) && len(all) < 8 {
			all = append(all, tag)
		}
	}
	return all
}
