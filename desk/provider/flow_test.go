package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider"
	"github.com/facelatch/facelatch/desk/provider/providertest"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
)

// away is an address to come back to. Nobody goes there in a test.
const away = "https://bank.example/back?from=desk"

// wanted asks for three claims of the person and one of the document.
const wanted = `{"id_token":{"verified_claims":{"verification":{"trust_framework":null,` +
	`"evidence":[{"type":{"value":"document"},"document_details":{"document_number":null}}]},` +
	`"claims":{"given_name":null,"family_name":{"essential":true},"over_18":null,"email":null}}}}`

// client is a relying party built on go-oidc.
type client struct {
	desk     *providertest.Desk
	ctx      context.Context
	config   oauth2.Config
	verifier *oidc.IDTokenVerifier
	pkce     string
}

func newClient(t testing.TB, d *providertest.Desk, public bool) *client {
	t.Helper()
	c := &client{desk: d, ctx: oidc.ClientContext(t.Context(), d.Server.Client()), pkce: oauth2.GenerateVerifier()}
	secret := d.Register(t, "bank", away, public, party.Claims()...)
	found, err := oidc.NewProvider(c.ctx, d.Server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.config = oauth2.Config{ClientID: "bank", ClientSecret: secret, Endpoint: found.Endpoint(), RedirectURL: away, Scopes: []string{oidc.ScopeOpenID}}
	c.verifier = found.VerifierContext(c.ctx, &oidc.Config{ClientID: "bank", Now: d.Now})
	return c
}

// address is where the client sends a browser.
func (c *client) address(more ...oauth2.AuthCodeOption) string {
	return c.config.AuthCodeURL("a state", append([]oauth2.AuthCodeOption{
		oidc.Nonce("a nonce"), oauth2.S256ChallengeOption(c.pkce), oauth2.SetAuthURLParam("claims", wanted),
	}, more...)...)
}

// code is what a browser comes back with.
func (c *client) code(t testing.TB, more ...oauth2.AuthCodeOption) string {
	t.Helper()
	back, status := providertest.Visit(t, c.desk.Browser(t), c.address(more...))
	if back == nil {
		t.Fatalf("the browser stays at a page: %d", status)
	}
	q := back.Query()
	if q.Get("state") != "a state" || q.Get("iss") != c.desk.Server.URL || q.Get("from") != "desk" || q.Get("code") == "" {
		t.Fatalf("%v", back)
	}
	return q.Get("code")
}

func (c *client) exchange(code string, more ...oauth2.AuthCodeOption) (*oauth2.Token, error) {
	return c.config.Exchange(c.ctx, code, append([]oauth2.AuthCodeOption{oauth2.VerifierOption(c.pkce)}, more...)...)
}

// TestFlow: a client built on go-oidc gets what it asked for and may ask for, with a
// secret in either place and with none.
func TestFlow(t *testing.T) {
	for name, test := range map[string]struct {
		public bool
		style  oauth2.AuthStyle
	}{"in the header": {false, oauth2.AuthStyleInHeader}, "in the form": {false, oauth2.AuthStyleInParams}, "without": {true, oauth2.AuthStyleInParams}} {
		t.Run(name, func(t *testing.T) {
			d := providertest.New(t, 0)
			c := newClient(t, d, test.public)
			c.config.Endpoint.AuthStyle = test.style
			got, err := c.exchange(c.code(t))
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := got.Extra("id_token").(string)
			id, err := c.verifier.Verify(c.ctx, raw)
			if err != nil {
				t.Fatal(err)
			}
			var says struct {
				Verified struct {
					Claims map[string]any `json:"claims"`
				} `json:"verified_claims"`
				Check struct {
					Watched bool `json:"watched"`
				} `json:"desk_check"`
			}
			if err := id.Claims(&says); err != nil {
				t.Fatal(err)
			}
			if id.Nonce != "a nonce" || id.Subject == "" || says.Check.Watched || len(says.Verified.Claims) != 3 || says.Verified.Claims["family_name"] != "ERIKSSON" {
				t.Errorf("%+v, %+v", id, says)
			}
			v, err := result.Verify(raw, result.Expect{Keys: d.Maker.Keys.Set(), Issuer: d.Server.URL, Party: "bank", Nonce: "a nonce", Now: d.Now()})
			if err != nil {
				t.Fatal(err)
			}
			want := []string{party.DocumentNumber, party.DocumentType, party.FamilyName, party.GivenName, party.Over18}
			if claims := slices.Sorted(maps.Keys(v.Claims)); !slices.Equal(claims, want) || v.Watched {
				t.Errorf("%v", v)
			}
			if a := d.Asked()[0]; a.Nonce != "a nonce" || a.Party.ID != "bank" || !slices.Equal(slices.Sorted(slices.Values(a.Claims)), want) {
				t.Errorf("%+v", a)
			}
		})
	}
}

// TestOtherOutcomes: whatever is not the same person is an error of OAuth, and no
// code.
func TestOtherOutcomes(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	for _, outcome := range idcheck.Outcomes()[1:] {
		d.End(outcome, nil)
		back, _ := providertest.Visit(t, d.Browser(t), c.address())
		q := back.Query()
		if q.Get("error") != "access_denied" || !strings.HasSuffix(q.Get("error_description"), string(outcome)) || q.Get("state") != "a state" || q.Has("code") || q.Get("iss") != d.Server.URL {
			t.Errorf("%s: %v", outcome, q)
		}
	}
	d.End(idcheck.SamePerson, provider.ErrBusy)
	if back, _ := providertest.Visit(t, d.Browser(t), c.address()); back.Query().Get("error") != "temporarily_unavailable" {
		t.Errorf("%v", back)
	}
	d.End(idcheck.SamePerson, errors.New("the room burns"))
	back, _ := providertest.Visit(t, d.Browser(t), c.address())
	if back.Query().Get("error") != "server_error" || strings.Contains(back.String(), "burns") || len(d.Errors()) != 1 {
		t.Errorf("%v, %v", back, d.Errors())
	}
}

// denied exchanges a code, which must be refused.
func (c *client) denied(t *testing.T, name, want, code string, more ...oauth2.AuthCodeOption) {
	t.Helper()
	_, err := c.exchange(code, more...)
	var oauth *oauth2.RetrieveError
	if !errors.As(err, &oauth) || oauth.ErrorCode != want {
		t.Errorf("%s: %v", name, err)
	}
}

// TestCodeOnce: a code is good for one try, for a minute, for its client, address and
// verifier; one that was answered and comes again has its result revoked.
func TestCodeOnce(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	code := c.code(t)
	if _, err := c.exchange(code); err != nil {
		t.Fatal(err)
	}
	if len(d.Revoked()) != 0 {
		t.Error("revoked too early")
	}
	c.denied(t, "again", "invalid_grant", code)
	if len(d.Revoked()) != 1 {
		t.Errorf("%v", d.Revoked())
	}
	code = c.code(t)
	d.Wait(provider.CodeTime)
	c.denied(t, "late", "invalid_grant", code)
	c.denied(t, "unknown", "invalid_grant", "nothing")

	code = c.code(t)
	c.denied(t, "another verifier", "invalid_grant", code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
	c.denied(t, "the verifier, after that", "invalid_grant", code)

	code = c.code(t)
	c.denied(t, "another address", "invalid_grant", code, oauth2.SetAuthURLParam("redirect_uri", "https://bank.example/other"))

	other := *c
	other.config.ClientID, other.config.ClientSecret = "hotel", d.Register(t, "hotel", away, false)
	code = c.code(t)
	other.denied(t, "another client", "invalid_grant", code)
	c.denied(t, "its client, after that", "invalid_grant", code)
	if len(d.Revoked()) != 1 {
		t.Errorf("what was never answered was revoked: %v", d.Revoked())
	}
	code = c.code(t)
	if _, err := c.exchange(code); err != nil {
		t.Fatal(err)
	}
	d.End(idcheck.SamePerson, errors.New("no disk"))
	c.denied(t, "a revocation that fails", "invalid_grant", code)
	if errs := d.Errors(); len(errs) != 1 {
		t.Errorf("nobody was told: %v", errs)
	}
}

// TestClients: who does not prove who it is gets nothing, and a code is not spent by
// it.
func TestClients(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	code := c.code(t)
	public := d.Register(t, "app", away, true)
	if public != "" {
		t.Fatal("a public client with a secret")
	}
	for name, bad := range map[string]oauth2.Config{
		"no secret":                      {ClientID: "bank"},
		"another secret":                 {ClientID: "bank", ClientSecret: "guess"},
		"nobody":                         {ClientID: "nobody", ClientSecret: "guess"},
		"a public client with a secret":  {ClientID: "app", ClientSecret: c.config.ClientSecret},
		"a secret that cannot be header": {ClientID: "bank", ClientSecret: "%zz:\x00"},
	} {
		for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams} {
			if bad.ClientSecret == "" && style == oauth2.AuthStyleInHeader {
				continue // sends none
			}
			tried := *c
			bad.Endpoint, bad.RedirectURL = c.config.Endpoint, away
			bad.Endpoint.AuthStyle = style
			tried.config = bad
			tried.denied(t, name, "invalid_client", code)
		}
	}
	if _, err := c.exchange(code); err != nil {
		t.Errorf("the code was spent by somebody else: %v", err)
	}
}

// TestOneBrowser: the answer goes to the browser that began, whoever else has the
// link, and a check that goes on is gone back to.
func TestOneBrowser(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	began, other := d.Browser(t), d.Browser(t)
	began.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	link, _ := providertest.Visit(t, began, c.address())
	back := d.Asked()[0].Return
	if on, _ := providertest.Visit(t, began, back); on == nil || on.String() != link.String() {
		t.Errorf("a check that goes on: %v", on)
	}
	if _, status := providertest.Visit(t, other, link.String()); status != http.StatusForbidden {
		t.Errorf("another browser is checked: %d", status)
	}
	if _, status := providertest.Visit(t, other, back); status != http.StatusForbidden {
		t.Errorf("another browser got %d", status)
	}
	if to, _ := providertest.Visit(t, began, link.String()); to == nil || to.String() != back {
		t.Errorf("the browser that began is not checked: %v", to)
	}
	answer, status := providertest.Visit(t, began, back)
	if status != http.StatusSeeOther || answer.Query().Get("code") == "" {
		t.Errorf("%d, %v", status, answer)
	}
	if _, status := providertest.Visit(t, began, back); status != http.StatusNotFound {
		t.Errorf("a second answer: %d", status)
	}
	if _, status := providertest.Visit(t, began, d.Server.URL+provider.PathCallback+"guess"); status != http.StatusNotFound {
		t.Errorf("a guess: %d", status)
	}
}

// TestTwoTabs: two logins of one browser do not disturb each other, and neither does
// one whose check is lost.
func TestTwoTabs(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	browser := d.Browser(t)
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	links := make([]string, 3)
	for i := range links {
		link, _ := providertest.Visit(t, browser, c.address())
		links[i] = link.String()
	}
	for i, link := range links {
		back, status := providertest.Visit(t, browser, link)
		if status != http.StatusSeeOther {
			t.Fatal(status)
		}
		if i == 2 {
			d.End(idcheck.SamePerson, errors.New("it was lost"))
		}
		answer, _ := providertest.Visit(t, browser, back.String())
		if q := answer.Query(); i < 2 && !q.Has("code") || i == 2 && q.Get("error") != "server_error" {
			t.Errorf("%d: %v", i, answer)
		}
		if got := d.Provider.Began(httptest.NewRequest(http.MethodGet, "/", nil), d.Asked()[0].Return); got {
			t.Error("no cookie began it")
		}
	}
	if len(d.Errors()) != 1 {
		t.Errorf("%v", d.Errors())
	}
}

// TestDiscovery: what has to be there is, and keys can be read from anywhere.
func TestDiscovery(t *testing.T) {
	d := providertest.New(t, 0)
	for path, needs := range map[string][]string{
		provider.PathDiscovery: {
			"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported",
			"id_token_signing_alg_values_supported", "trust_frameworks_supported", "claims_in_verified_claims_supported", "evidence_supported", "documents_supported",
		},
		provider.PathVCIssuer: {"issuer", "jwks_uri"}, provider.PathKeys: {"keys"},
	} {
		answer, err := d.Server.Client().Get(d.Server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var says map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&says); err != nil || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%v, %v", err, answer.Header)
		}
		for _, name := range needs {
			if says[name] == nil {
				t.Errorf("%s: no %s", path, name)
			}
		}
		if path == provider.PathKeys {
			for _, k := range says["keys"].([]any) {
				if k.(map[string]any)["d"] != nil {
					t.Error("a private key")
				}
			}
		}
	}
}

// TestIssuer: an address that is no issuer is refused, and so is what is missing.
func TestIssuer(t *testing.T) {
	for _, issuer := range []string{"", "http://desk.example", "https://desk.example/", "https://desk.example/a", "https://a@desk.example", "https://desk.example?a"} {
		if _, err := provider.New(provider.Options{Issuer: issuer}); err == nil || !strings.Contains(err.Error(), "issuer") {
			t.Errorf("%q: %v", issuer, err)
		}
	}
	if _, err := provider.New(provider.Options{Issuer: "https://desk.example"}); err == nil {
		t.Error("a provider of nothing")
	}
}
