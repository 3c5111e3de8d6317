package provider_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/oauth2"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider"
	"github.com/facelatch/facelatch/desk/provider/providertest"
	"github.com/facelatch/facelatch/idcheck"
)

// good are the parameters of a request that is begun.
func good() url.Values {
	return url.Values{
		"client_id": {"bank"}, "redirect_uri": {away}, "response_type": {"code"}, "scope": {"openid"}, "state": {"a state"}, "nonce": {"a nonce"},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(strings.Repeat("v", 43))}, "code_challenge_method": {"S256"},
	}
}

// ask sends a request to a provider, without going where it sends a browser.
func ask(p *provider.Provider, method string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, provider.PathAuthorize+"?"+values.Encode(), nil)
	if method == http.MethodPost {
		r = httptest.NewRequest(method, provider.PathAuthorize, strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	return w
}

// TestNeverSentOn: while it is not known who asks, or the address to come back to is
// not registered, nobody is sent anywhere and no check is begun.
func TestNeverSentOn(t *testing.T) {
	d := providertest.New(t, 0)
	d.Register(t, "bank", away, false)
	for name, change := range map[string]func(url.Values){
		"no party":          func(v url.Values) { v.Del("client_id") },
		"unknown party":     func(v url.Values) { v.Set("client_id", "hotel") },
		"two parties":       func(v url.Values) { v.Add("client_id", "bank") },
		"no address":        func(v url.Values) { v.Del("redirect_uri") },
		"another address":   func(v url.Values) { v.Set("redirect_uri", "https://evil.example/") },
		"one that is alike": func(v url.Values) { v.Set("redirect_uri", away+"&more") },
		"one above":         func(v url.Values) { v.Set("redirect_uri", "https://bank.example/") },
		"with a path more":  func(v url.Values) { v.Set("redirect_uri", "https://bank.example/back/../x?from=desk") },
		"two addresses":     func(v url.Values) { v.Add("redirect_uri", away) },
		"a script":          func(v url.Values) { v.Set("redirect_uri", "javascript:alert(1)") },
		"too long":          func(v url.Values) { v.Set("state", strings.Repeat("s", 17<<10)) },
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			values := good()
			change(values)
			w := ask(d.Provider, method, values)
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: %d, %v", name, w.Code, w.Header())
			}
			if page := w.Body.String(); strings.Contains(page, "evil") || !strings.Contains(page, `lang="zh-CN"`) {
				t.Errorf("%s: %s", name, page)
			}
		}
	}
	w := httptest.NewRecorder()
	d.Provider.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, provider.PathAuthorize+"?%zz", nil))
	if w.Code != http.StatusBadRequest {
		t.Errorf("what cannot be read: %d", w.Code)
	}
	w = httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, provider.PathAuthorize+"?"+good().Encode(), strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	if d.Provider.Handler().ServeHTTP(w, r); w.Code != http.StatusBadRequest {
		t.Errorf("a body that is no form: %d", w.Code)
	}
	if len(d.Asked()) != 0 {
		t.Errorf("%d checks were begun", len(d.Asked()))
	}
}

// TestSentBack: once it is known, each fault goes back to the party with its state.
func TestSentBack(t *testing.T) {
	d := providertest.New(t, 0)
	d.Register(t, "bank", away, false)
	for name, test := range map[string]struct {
		change func(url.Values)
		want   string
	}{
		"no response type":   {func(v url.Values) { v.Del("response_type") }, "invalid_request"},
		"implicit":           {func(v url.Values) { v.Set("response_type", "id_token") }, "unsupported_response_type"},
		"hybrid":             {func(v url.Values) { v.Set("response_type", "code id_token") }, "unsupported_response_type"},
		"a form":             {func(v url.Values) { v.Set("response_mode", "form_post") }, "invalid_request"},
		"no OpenID":          {func(v url.Values) { v.Set("scope", "profile") }, "invalid_scope"},
		"no challenge":       {func(v url.Values) { v.Del("code_challenge") }, "invalid_request"},
		"a short challenge":  {func(v url.Values) { v.Set("code_challenge", "short") }, "invalid_request"},
		"no method":          {func(v url.Values) { v.Del("code_challenge_method") }, "invalid_request"},
		"plain":              {func(v url.Values) { v.Set("code_challenge_method", "plain") }, "invalid_request"},
		"nobody there":       {func(v url.Values) { v.Set("prompt", "none") }, "interaction_required"},
		"nobody, and login":  {func(v url.Values) { v.Set("prompt", "none login") }, "invalid_request"},
		"another prompt":     {func(v url.Values) { v.Set("prompt", "dance") }, "invalid_request"},
		"an age":             {func(v url.Values) { v.Set("max_age", "-1") }, "invalid_request"},
		"a request":          {func(v url.Values) { v.Set("request", "a.b.c") }, "request_not_supported"},
		"a request's URI":    {func(v url.Values) { v.Set("request_uri", "https://bank.example/r") }, "request_uri_not_supported"},
		"a registration":     {func(v url.Values) { v.Set("registration", "{}") }, "registration_not_supported"},
		"two nonces":         {func(v url.Values) { v.Add("nonce", "another") }, "invalid_request"},
		"a long nonce":       {func(v url.Values) { v.Set("nonce", strings.Repeat("n", 513)) }, "invalid_request"},
		"no UTF-8":           {func(v url.Values) { v.Set("nonce", "\xff") }, "invalid_request"},
		"claims, no JSON":    {func(v url.Values) { v.Set("claims", "family_name") }, "invalid_request"},
		"claims, no purpose": {func(v url.Values) { v.Set("claims", `{"id_token":{"verified_claims":{"claims":{}}}}`) }, "invalid_request"},
	} {
		values := good()
		test.change(values)
		w := ask(d.Provider, http.MethodGet, values)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusSeeOther || !strings.HasPrefix(to.String(), away+"&") {
			t.Errorf("%s: %d, %v", name, w.Code, to)
			continue
		}
		if q := to.Query(); q.Get("error") != test.want || q.Get("state") != "a state" || q.Get("iss") != d.Server.URL || q.Get("error_description") == "" {
			t.Errorf("%s: %v", name, q)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
	two := good()
	two.Add("state", "another")
	if to := ask(d.Provider, http.MethodGet, two).Header().Get("Location"); strings.Contains(to, "state=a") {
		t.Errorf("one of two states: %s", to)
	}
	if len(d.Asked()) != 0 {
		t.Errorf("%d checks were begun", len(d.Asked()))
	}
	p, _ := d.Party("bank")
	p.Formats = []party.Format{party.SDJWT}
	d.Set(p)
	if to := ask(d.Provider, http.MethodGet, good()).Header().Get("Location"); !strings.Contains(to, "unauthorized_client") {
		t.Errorf("a party that takes no ID Token: %s", to)
	}
}

// TestBegun: what may be there or not, and a POST, begins a check; a look ahead does
// not.
func TestBegun(t *testing.T) {
	d := providertest.New(t, 0)
	d.Register(t, "bank", away, false)
	for name, change := range map[string]func(url.Values){
		"as it is": func(url.Values) {},
		"all": func(v url.Values) {
			v.Set("prompt", "login consent")
			v.Set("max_age", "0")
			v.Set("display", "page")
			v.Set("response_mode", "query")
			v.Set("ui_locales", "zh-CN not_a_language en")
		},
		"least": func(v url.Values) { v.Del("state"); v.Del("nonce") },
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			values := good()
			change(values)
			w := ask(d.Provider, method, values)
			if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasPrefix(to, d.Server.URL+"/check/") {
				t.Errorf("%s: %d, %s", name, w.Code, to)
			}
			if set := w.Header().Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-") || !strings.Contains(set, "HttpOnly; Secure; SameSite=Lax") {
				t.Errorf("%s: %s", name, set)
			}
		}
	}
	before := len(d.Asked())
	if w := ask(d.Provider, http.MethodHead, good()); w.Code != http.StatusMethodNotAllowed || len(d.Asked()) != before {
		t.Errorf("a look ahead: %d", w.Code)
	}
}

// TestFlood: however many ask at once, no more is kept than the limit, one party
// cannot take it all, and what is over makes room.
func TestFlood(t *testing.T) {
	const limit = 40
	d := providertest.New(t, limit)
	d.Register(t, "bank", away, false)
	d.Register(t, "hotel", away, false)
	flood := func(id string) (begun int) {
		values := good()
		values.Set("client_id", id)
		var wait sync.WaitGroup
		var mu sync.Mutex
		for range 3 * limit {
			wait.Go(func() {
				to := ask(d.Provider, http.MethodGet, values).Header().Get("Location")
				mu.Lock()
				defer mu.Unlock()
				if strings.Contains(to, "/check/") {
					begun++
				} else if !strings.Contains(to, "temporarily_unavailable") {
					t.Error(to)
				}
			})
		}
		wait.Wait()
		return begun
	}
	if got := flood("bank"); got != limit/2 {
		t.Errorf("one party began %d", got)
	}
	if got := flood("hotel"); got != limit/2 {
		t.Errorf("the other began %d", got)
	}
	d.Wait(provider.LoginTime)
	if got := flood("bank"); got != limit/2 {
		t.Errorf("later %d were begun", got)
	}
}

// TestAnswers: answers that nobody fetches are limited as well.
func TestAnswers(t *testing.T) {
	d := providertest.New(t, 2)
	c := newClient(t, d, false)
	answers := 0
	for range 10 {
		if back, _ := providertest.Visit(t, d.Browser(t), c.address()); back.Query().Has("code") {
			answers++
		} else if back.Query().Get("error") != "temporarily_unavailable" {
			t.Error(back)
		}
	}
	if answers != 8 {
		t.Errorf("%d answers are kept for a limit of 2", answers)
	}
	d.Wait(provider.CodeTime)
	for range 10 { // codes that are spent make room
		if _, err := c.exchange(c.code(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPartyChanged: what is registered no longer when somebody comes back is not gone
// to.
func TestPartyChanged(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	browser := d.Browser(t)
	browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.Contains(r.URL.Path, "callback") {
			p, _ := d.Party("bank")
			p.Redirects = []string{"https://bank.example/new"}
			d.Set(p)
		}
		return nil
	}
	if back, status := providertest.Visit(t, browser, c.address()); back != nil || status != http.StatusBadRequest {
		t.Errorf("%v, %d", back, status)
	}
}

// TestBadTokenRequests: what is no request of the protocol is an error of it.
func TestBadTokenRequests(t *testing.T) {
	d := providertest.New(t, 0)
	d.Register(t, "app", away, true)
	for name, test := range map[string]struct{ kind, body, want string }{
		"JSON":          {"application/json", `{}`, "invalid_request"},
		"nothing":       {"application/x-www-form-urlencoded", "", "invalid_client"},
		"twice":         {"application/x-www-form-urlencoded", "client_id=app&client_id=app", "invalid_request"},
		"long":          {"application/x-www-form-urlencoded", "client_id=" + strings.Repeat("a", 17<<10), "invalid_request"},
		"another grant": {"application/x-www-form-urlencoded", "client_id=app&grant_type=password", "unsupported_grant_type"},
		"no code":       {"application/x-www-form-urlencoded", "client_id=app&grant_type=authorization_code", "invalid_request"},
	} {
		answer, err := d.Server.Client().Post(d.Server.URL+provider.PathToken, test.kind, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		says, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode/100 != 4 || !strings.Contains(string(says), `"error":"`+test.want+`"`) || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %s", name, answer.StatusCode, says)
		}
	}
	r := httptest.NewRequest(http.MethodPost, provider.PathToken, strings.NewReader("client_id=other"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, set := range map[string]func(){
		"two names":   func() { r.SetBasicAuth("bank", "secret") },
		"no encoding": func() { r.SetBasicAuth("%zz", "secret") },
		"a bearer":    func() { r.Header.Set("Authorization", "Bearer x") },
	} {
		set()
		w := httptest.NewRecorder()
		d.Provider.Handler().ServeHTTP(w, r)
		if w.Code/100 != 4 || w.Code == http.StatusUnauthorized && w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d, %v", name, w.Code, w.Header())
		}
	}
}

// TestRun: it ends with its context, and forgets then.
func TestRun(t *testing.T) {
	d := providertest.New(t, 0)
	c := newClient(t, d, false)
	code := c.code(t)
	ignore := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { d.Provider.Run(ctx); close(done) }()
	cancel()
	<-done
	goleak.VerifyNone(t, ignore)
	d.End(idcheck.SamePerson, nil)
	c.denied(t, "after the end", "invalid_grant", code)
}
