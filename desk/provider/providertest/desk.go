// Package providertest is a desk for tests: a provider at an address of its own,
// with checks that end as the test says and results that are really signed. It is
// for tests only and will never be a part of the program.
package providertest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

// Desk is a desk. Its fields are set before it is asked anything.
type Desk struct {
	Server *httptest.Server
	Maker  result.Maker
	// Provider is what is tested.
	Provider *provider.Provider

	mu      sync.Mutex // guards what follows
	parties map[string]party.Party
	at      time.Time
	outcome idcheck.Outcome
	fail    error
	asked   []provider.Ask
	checks  map[string]provider.Ask
	over    map[string]bool
	revoked []string
	errors  []error
}

// New starts a desk that ends with the test. Checks end with the same person.
func New(t testing.TB, limit int) *Desk {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := result.NewKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{
		parties: map[string]party.Party{}, outcome: idcheck.SamePerson, at: time.Now().Truncate(time.Second),
		checks: map[string]provider.Ask{}, over: map[string]bool{},
	}
	mux := http.NewServeMux()
	d.Server = httptest.NewTLSServer(mux)
	t.Cleanup(d.Server.Close)
	d.Maker = result.Maker{Issuer: d.Server.URL, Keys: keys}
	d.Provider, err = provider.New(provider.Options{
		Issuer: d.Server.URL, Checks: d, Keys: keys.Set, Now: d.Now, Limit: limit,
		Party: d.Party, Failed: d.failed,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", d.Provider.Handler())
	mux.HandleFunc("GET /check/{id}", d.person)
	return d
}

// Register adds a party that sends people back to an address. Its secret is "" for
// one that has none.
func (d *Desk) Register(t testing.TB, id, redirect string, public bool, claims ...string) (secret string) {
	t.Helper()
	p := party.Party{ID: id, Name: map[string]string{"en": id}, Redirects: []string{redirect}, Claims: claims}
	if !public {
		var err error
		if secret, p.SecretHash, err = party.NewSecret(rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Valid(); err != nil {
		t.Fatal(err)
	}
	d.Set(p)
	return secret
}

// Set registers a party, or changes what is registered of it.
func (d *Desk) Set(p party.Party) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.parties[p.ID] = p
}

// Party is for the provider.
func (d *Desk) Party(id string) (party.Party, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, ok := d.parties[id]
	return p, ok
}

// Browser returns a browser: it keeps cookies, and stops before it would leave the
// desk.
func (d *Desk) Browser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := *d.Server.Client()
	c.Jar = jar
	c.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), d.Server.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &c
}

// Visit goes where a party sends a browser, is checked, and returns where the desk
// sends it back, or the page at which it stays.
func Visit(t testing.TB, browser *http.Client, address string) (back *url.URL, status int) {
	t.Helper()
	answer, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return nil, answer.StatusCode
	}
	if back, err = answer.Location(); err != nil {
		t.Fatal(err)
	}
	return back, answer.StatusCode
}

// Now is the desk's clock. It stands unless it is put on.
func (d *Desk) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

// Wait puts the clock on.
func (d *Desk) Wait(more time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(more)
}

// End says how checks end from now on, and with which error asking for them fails.
func (d *Desk) End(o idcheck.Outcome, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outcome, d.fail = o, err
}

// Asked are the checks that were asked for.
func (d *Desk) Asked() []provider.Ask {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]provider.Ask{}, d.asked...)
}

// Revoked are the checks whose results were revoked.
func (d *Desk) Revoked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string{}, d.revoked...)
}

// Errors are what the provider was told to have failed.
func (d *Desk) Errors() []error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]error{}, d.errors...)
}

func (d *Desk) failed(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errors = append(d.errors, err)
}

// Begin is for the provider.
func (d *Desk) Begin(_ context.Context, a provider.Ask) (provider.Begun, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return provider.Begun{}, d.fail
	}
	d.asked = append(d.asked, a)
	id := fmt.Sprintf("check-%016d", len(d.asked))
	d.checks[id] = a
	return provider.Begun{ID: id, Link: d.Server.URL + "/check/" + id}, nil
}

// person is somebody who is checked at once, and sent back.
func (d *Desk) person(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !d.Provider.Began(r, id) {
		http.Error(w, "this check was begun in another browser", http.StatusForbidden)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over[id] = true
	http.Redirect(w, r, d.checks[id].Return, http.StatusSeeOther)
}

// Outcome is for the provider.
func (d *Desk) Outcome(_ context.Context, id string) (provider.Ended, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, known := d.checks[id]
	switch {
	case !known:
		return provider.Ended{}, errors.New("no such check")
	case d.fail != nil:
		return provider.Ended{}, d.fail
	case !d.over[id]:
		return provider.Ended{}, nil
	case d.outcome != idcheck.SamePerson:
		return provider.Ended{Over: true, Outcome: d.outcome}, nil
	}
	token, err := d.Maker.Make(party.JWT, input(id, a, d.at), d.at)
	return provider.Ended{Over: true, Outcome: d.outcome, Token: token}, err
}

// Revoke is for the provider.
func (d *Desk) Revoke(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.revoked = append(d.revoked, id)
	return d.fail
}

// input is a check of the person of the specimen in ICAO Doc 9303-4.
func input(id string, a provider.Ask, at time.Time) result.Input {
	all := map[string]any{
		party.GivenName: "ANNA MARIA", party.FamilyName: "ERIKSSON", party.Birthdate: "1974-08-12", party.Nationalities: []string{"UTO"},
		party.Over18: true, party.DocumentNumber: "L898902C3", party.DocumentType: "passport", party.DocumentIssuer: "UTO", party.DocumentExpiry: "2030-04-15",
	}
	claims := map[string]any{}
	for _, c := range a.Claims {
		claims[c] = all[c]
	}
	return result.Input{
		ID: id, Party: a.Party.ID, Nonce: a.Nonce, Asked: a.Claims, Claims: claims, Lines: iddoc.Print, Portrait: iddoc.Print,
		Result: idcheck.Result{
			Outcome: idcheck.SamePerson, Way: idcheck.ByFace, DocumentChecked: true, LinesVerified: true, Threshold: 0.3, Unattended: true,
		},
		Notice: [32]byte{1}, At: at, Status: result.Place{URI: "https://desk.example/status/1", Index: 7},
	}
}
