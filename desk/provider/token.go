package provider

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/facelatch/facelatch/desk/party"
)

// token exchanges a code for an ID Token (OpenID Connect Core, 3.1.3).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	values, err := form(w, r)
	if err != nil {
		refuse(w, r, fault("invalid_request", "not a form of at most 16 KB"))
		return
	}
	for _, all := range values {
		if len(all) > 1 {
			refuse(w, r, fault("invalid_request", "a parameter is there twice"))
			return
		}
	}
	from, fail := p.authenticate(r, values)
	if fail != nil {
		refuse(w, r, fail)
		return
	}
	token, fail := p.exchange(r, from, values)
	if fail != nil {
		refuse(w, r, fail)
		return
	}
	say(w, http.StatusOK, map[string]any{
		"id_token": token,
		// OAuth has to have an access token. This one opens nothing: there is no
		// userinfo, and nothing else to be had here.
		"access_token": newSecret(), "token_type": "Bearer", "expires_in": int(CodeTime.Seconds()), "scope": "openid",
	})
}

// authenticate finds out which party asks (RFC 6749, 2.3.1): by secret, in one of
// two places, or for a party without one by its name, since PKCE proves the rest.
func (p *Provider) authenticate(r *http.Request, values url.Values) (party.Party, *oauthError) {
	id, secret := values.Get("client_id"), values.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		name, err1 := url.QueryUnescape(user)
		pass, err2 := url.QueryUnescape(password)
		if err := errors.Join(err1, err2); err != nil || secret != "" || id != "" && id != name {
			return party.Party{}, fault("invalid_request", "the client proves itself in two ways, or in none that can be read")
		}
		id, secret = name, pass
	} else if r.Header.Get("Authorization") != "" {
		return party.Party{}, fault("invalid_client", "client_secret_basic, client_secret_post or none")
	}
	from, known := p.o.Party(id)
	// An unknown party takes as long as a wrong secret.
	good := from.Authentic(secret)
	if from.Public() {
		good = secret == ""
	}
	if !known || from.ID != id || !good {
		return party.Party{}, fault("invalid_client", "the client or its secret is not known")
	}
	return from, nil
}

var verifier = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// exchange spends a code. A code that comes again revokes what the first was given
// (RFC 6749, 4.1.2): one of the two that used it has stolen it.
func (p *Provider) exchange(r *http.Request, from party.Party, values url.Values) (string, *oauthError) {
	switch {
	case values.Get("grant_type") != "authorization_code":
		return "", fault("unsupported_grant_type", "only authorization_code is offered")
	case values.Get("code") == "" || values.Get("redirect_uri") == "" || values.Get("code_verifier") == "":
		return "", fault("invalid_request", "code, redirect_uri and code_verifier are needed")
	}
	token, revoke := p.store.spend(values.Get("code"), p.o.Now(), func(c code) bool {
		return c.party == from.ID && c.redirect == values.Get("redirect_uri") && proves(values.Get("code_verifier"), c.challenge)
	})
	if revoke != "" {
		if err := p.o.Checks.Revoke(r.Context(), revoke); err != nil {
			p.o.Failed(err)
		}
	}
	if token == "" {
		return "", fault("invalid_grant", "the code is not good, was used before, or is not for this client, address and verifier")
	}
	return token, nil
}

// proves says whether a verifier is what a challenge was made of (RFC 7636, 4.6).
func proves(text, challenge string) bool {
	sum := sha256.Sum256([]byte(text))
	made := base64.RawURLEncoding.EncodeToString(sum[:])
	return verifier.MatchString(text) && subtle.ConstantTimeCompare([]byte(made), []byte(challenge)) == 1
}

// refuse answers with an error (RFC 6749, 5.2).
func refuse(w http.ResponseWriter, r *http.Request, e *oauthError) {
	status := http.StatusBadRequest
	if e.code == "invalid_client" {
		status = http.StatusUnauthorized
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="desk"`)
		}
	}
	say(w, status, map[string]any{"error": e.code, "error_description": e.description})
}

// say answers with JSON that nobody may keep.
func say(w http.ResponseWriter, status int, value any) {
	quiet(w)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // whoever is gone needs no answer
}
