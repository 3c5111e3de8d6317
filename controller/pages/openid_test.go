package pages_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/controller/signin/signintest"
)

// TestOpenID: the pages offer the organisation's accounts where there are some,
// give each the role that the configuration says, and nothing to anybody else.
func TestOpenID(t *testing.T) {
	r := newRig(t)
	issuer := signintest.NewIssuer(t, time.Now)
	c := signin.Config{
		Origin: origin, Store: r.store, Operators: pages.Accounts{Acts: r.acts}, Now: r.clock.now,
		OpenID: &signin.OpenID{
			Issuer: issuer.URL, ClientID: issuer.ID, ClientSecret: issuer.Secret, Name: "House accounts", Client: issuer.Client,
			Allowed: []signin.Allowed{{Subject: "17", Role: "owner"}, {Email: "desk@house.example", Role: "front-desk"}},
		},
	}
	var err error
	r.config.SignIn, err = signin.New(c)
	must(t, err)
	r.office, err = pages.New(r.config)
	must(t, err)
	t.Cleanup(func() { must(t, r.office.Close()) })

	visit := func(path string) (*browser, answer) {
		b := r.browser()
		b.get("/office/sign-in").is(http.StatusOK).has("Sign in with House accounts")
		sent := b.get(path).is(http.StatusSeeOther)
		client := *issuer.Client
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		back, err := client.Get(sent.Header().Get("Location"))
		must(t, err)
		must(t, back.Body.Close())
		to, err := url.Parse(back.Header.Get("Location"))
		must(t, err)
		return b, b.get(to.RequestURI())
	}
	issuer.Say(map[string]any{"sub": "17", "name": "Front office"})
	b, a := visit("/office/openid?next=/office/doors")
	a.to("/office/doors")
	b.get("/office/operators").is(http.StatusOK).has("Front office", "Owner")
	b.get("/office/account").is(http.StatusOK).has("by the organisation's account").lacks("Recovery codes", "Add a passkey")
	b.get("/office/operators/" + r.actorOf(b, r.config.SignIn).Operator + "/remove").is(http.StatusSeeOther)
	b.get("/office/confirm?next=/office/operators").is(http.StatusOK).has("Sign in with House accounts").lacks("Show my passkey")

	issuer.Say(map[string]any{"sub": "18", "email": "desk@house.example", "email_verified": true, "name": "Desk"})
	b, a = visit("/office/openid")
	a.to("/office/")
	b.get("/office/operators").is(http.StatusForbidden)

	issuer.Say(map[string]any{"sub": "19"})
	b, a = visit("/office/openid")
	a.is(http.StatusForbidden).has("nobody gave you a role here")
	b.get("/office/").is(http.StatusSeeOther)
	issuer.Down(true)
	b.get("/office/set-up").is(http.StatusConflict)
}
