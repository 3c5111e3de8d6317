package signin_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/controller/signin/signintest"
)

// openID is a rig at which people sign in at an issuer of the test's own.
func openID(t *testing.T) (*rig, *signintest.Issuer) {
	t.Helper()
	// The token's times are checked by the machine's clock.
	issuer := signintest.NewIssuer(t, time.Now)
	r := newRig(t, func(c *signin.Config) {
		c.OpenID = &signin.OpenID{
			Issuer: issuer.URL, ClientID: issuer.ID, ClientSecret: issuer.Secret, Name: "House accounts", Client: issuer.Client,
			Allowed: []signin.Allowed{{Subject: "17", Role: "owner"}, {Email: "Desk@House.example", Role: "front-desk"}},
		}
	})
	r.clock.at = time.Now()
	return r, issuer
}

// visit walks a browser to the issuer and back, and finishes.
func visit(t *testing.T, r *rig, i *signintest.Issuer, b *browser, stepUp bool, change func(url.Values)) (string, error) {
	t.Helper()
	var to string
	err := b.do(func(w http.ResponseWriter, q *http.Request) (err error) {
		to, err = r.BeginOpenID(w, q, "/office/doors", stepUp)
		return err
	})
	if err != nil {
		return "", err
	}
	client := *i.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Get(to)
	must(t, err)
	defer answer.Body.Close()
	back, err := answer.Location()
	must(t, err)
	if !strings.HasPrefix(back.String(), origin+signin.PathOpenIDBack+"?") {
		t.Fatalf("back to %s", back)
	}
	q := back.Query()
	if change != nil {
		change(q)
	}
	w := httptest.NewRecorder()
	next, err := r.FinishOpenID(w, b.request("GET", signin.PathOpenIDBack+"?"+q.Encode()))
	b.keep(w)
	return next, err
}

func TestOpenID(t *testing.T) {
	r, issuer := openID(t)
	if _, open, err := r.SetupCode(t.Context()); err != nil || open {
		t.Error("a site whose configuration names its operators can be set up by a code")
	}
	issuer.Say(map[string]any{"sub": "17", "name": "Front office"})
	b := newBrowser()
	next, err := visit(t, r, issuer, b, false, nil)
	must(t, err)
	who, err := r.who(b)
	must(t, err)
	if next != "/office/doors" || who.By != signin.ByOpenID || who.IsFresh(r.clock.now()) || r.operators.Role(who.Operator) != "owner" {
		t.Errorf("to %s, %+v", next, who)
	}
	issuer.Say(map[string]any{"sub": "18", "email": "desk@house.example", "email_verified": true})
	b = newBrowser()
	_, err = visit(t, r, issuer, b, false, nil)
	must(t, err)
	who, err = r.who(b)
	must(t, err)
	if r.operators.Role(who.Operator) != "front-desk" {
		t.Errorf("%+v", who)
	}
}

// TestOpenIDRefusals: whom the configuration does not name, and answers that
// were tampered with.
func TestOpenIDRefusals(t *testing.T) {
	r, issuer := openID(t)
	owner := map[string]any{"sub": "17"}
	with := func(key string, value any) map[string]any { return map[string]any{"sub": "17", key: value} }
	set := func(key, value string) func(url.Values) { return func(q url.Values) { q.Set(key, value) } }
	for name, test := range map[string]struct {
		claims map[string]any
		change func(url.Values)
		want   error
	}{
		"unknown":            {map[string]any{"sub": "99"}, nil, signin.ErrNotAllowed},
		"not verified":       {map[string]any{"sub": "18", "email": "desk@house.example"}, nil, signin.ErrNotAllowed},
		"nobody":             {map[string]any{}, nil, signin.ErrRefused},
		"another state":      {owner, set("state", "x"), signin.ErrExpired},
		"another issuer":     {owner, set("iss", "https://evil.example"), signin.ErrRefused},
		"another code":       {owner, set("code", "x"), signin.ErrRefused},
		"no code":            {owner, func(q url.Values) { q.Del("code") }, signin.ErrRefused},
		"said no":            {owner, set("error", "access_denied"), signin.ErrRefused},
		"another nonce":      {with("nonce", "x"), nil, signin.ErrRefused},
		"for another client": {with("aud", "x"), nil, signin.ErrIssuer},
		"by another issuer":  {with("iss", "https://evil.example"), nil, signin.ErrIssuer},
		"over":               {with("exp", 1), nil, signin.ErrIssuer},
	} {
		issuer.Say(test.claims)
		r.clock.pass(time.Minute)
		b := newBrowser()
		if _, err := visit(t, r, issuer, b, false, test.change); err == nil {
			t.Errorf("%s: no error", name)
		} else {
			wants(t, err, test.want)
		}
		if _, err := r.who(b); err == nil {
			t.Errorf("%s: somebody is signed in", name)
		}
	}
}

// TestOpenIDStepUp: who is asked again at the issuer proved it just now, as the
// same.
func TestOpenIDStepUp(t *testing.T) {
	r, issuer := openID(t)
	issuer.Say(map[string]any{"sub": "17"})
	b := newBrowser()
	_, err := visit(t, r, issuer, b, false, nil)
	must(t, err)
	issuer.Say(map[string]any{"sub": "17", "auth_time": time.Now().Add(-time.Hour).Unix()})
	_, err = visit(t, r, issuer, b, true, nil)
	wants(t, err, signin.ErrRefused)
	issuer.Say(map[string]any{"sub": "18", "email": "desk@house.example", "email_verified": true, "auth_time": time.Now().Unix()})
	_, err = visit(t, r, issuer, b, true, nil)
	wants(t, err, signin.ErrRefused)
	issuer.Say(map[string]any{"sub": "17", "auth_time": time.Now().Unix()})
	_, err = visit(t, r, issuer, b, true, nil)
	must(t, err)
	if asked := issuer.Asked(); asked.Get("prompt") != "login" || asked.Get("max_age") != "0" {
		t.Errorf("it was asked with %v", asked)
	}
	who, err := r.who(b)
	must(t, err)
	must(t, r.CheckFresh(who))
	// What the issuer can no longer take away is not given.
	_, err = r.NewCodes(t.Context(), who)
	wants(t, err, signin.ErrRefused)
	_, err = r.passkey(b, &signintest.Authenticator{Origin: origin}, signin.Ask{For: "add"})
	wants(t, err, signin.ErrRefused)
}

// TestIssuerDown: the controller starts without it, says so, and goes on when it
// is there.
func TestIssuerDown(t *testing.T) {
	r, issuer := openID(t)
	issuer.Say(map[string]any{"sub": "17"})
	issuer.Down(true)
	_, err := visit(t, r, issuer, newBrowser(), false, nil)
	wants(t, err, signin.ErrIssuer)
	issuer.Down(false)
	_, err = visit(t, r, issuer, newBrowser(), false, nil)
	must(t, err)
}
