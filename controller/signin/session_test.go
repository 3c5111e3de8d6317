package signin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/store"
)

func beginWith(t *testing.T, r *rig, b *browser, ask signin.Ask) (options []byte) {
	t.Helper()
	must(t, b.do(func(w http.ResponseWriter, q *http.Request) error {
		o, err := r.Begin(w, q, ask)
		must(t, err)
		options, err = json.Marshal(o)
		return err
	}))
	return options
}

// testSessionsEnd: after half an hour without a request, and after twelve hours.
func testSessionsEnd(t *testing.T, db *store.Store) {
	r := rigOver(t, db, nil)
	b, a := r.owner()
	for range 47 {
		r.clock.pass(15 * time.Minute)
		_, err := r.who(b)
		must(t, err)
	}
	r.clock.pass(15 * time.Minute)
	_, err := r.who(b)
	wants(t, err, signin.ErrSignedOut)

	_, err = r.passkey(b, a, signin.Ask{For: "signin"})
	must(t, err)
	r.clock.pass(signin.IdleTime - time.Second)
	_, err = r.who(b)
	must(t, err)
	r.clock.pass(signin.IdleTime)
	_, err = r.who(b)
	wants(t, err, signin.ErrSignedOut)
	open, err := r.Open(t.Context(), "operator1")
	must(t, err)
	if len(open) != 0 {
		t.Errorf("%d sessions are open", len(open))
	}
}

// full is a store on a disk that is full, if it says so: what is there can be read.
type full struct {
	signin.Store
	is *bool
}

func (f full) ReplaceSession(ctx context.Context, old [32]byte, s *signin.Session) error {
	if *f.is {
		return signin.ErrUnavailable
	}
	return f.Store.ReplaceSession(ctx, old, s)
}

// TestFullDisk: where it cannot be noted that an operator is there, the operator is
// there all the same, and the session ends as if nothing had been asked.
func TestFullDisk(t *testing.T) {
	is := false
	r := newRig(t, func(c *signin.Config) { c.Store = full{c.Store, &is} })
	b, _ := r.owner()
	is = true
	r.clock.pass(signin.IdleTime / 2)
	_, err := r.who(b)
	must(t, err)
	r.clock.pass(signin.IdleTime / 2)
	_, err = r.who(b)
	wants(t, err, signin.ErrSignedOut)
}

// TestGone: a store that is gone is no reason to be signed out.
func TestGone(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "facelatch.db"))
	must(t, err)
	r := rigOver(t, db, nil)
	b, _ := r.owner()
	must(t, db.Close())
	_, err = r.who(b)
	wants(t, err, signin.ErrUnavailable)
}

// TestClockBack: a clock that was set back keeps nobody in for ever.
func TestClockBack(t *testing.T) {
	r := newRig(t, nil)
	b, _ := r.owner()
	r.clock.pass(-time.Hour)
	_, err := r.who(b)
	wants(t, err, signin.ErrSignedOut)
}

// testEnding: an operator sees the own sessions, and ends one, the others, or
// this one; nobody ends another's.
func testEnding(t *testing.T, db *store.Store) {
	r := rigOver(t, db, nil)
	b, a := r.owner()
	second, third := newBrowser(), newBrowser()
	for _, b := range []*browser{second, third} {
		_, err := r.passkey(b, a, signin.Ask{For: "signin"})
		must(t, err)
	}
	who, err := r.who(second)
	must(t, err)
	wants(t, r.End(t.Context(), "operator2", who.ID()), signin.ErrNotFound)
	must(t, r.End(t.Context(), "operator1", who.ID()))
	_, err = r.who(second)
	wants(t, err, signin.ErrSignedOut)
	own, err := r.who(b)
	must(t, err)
	must(t, r.EndOthers(t.Context(), own))
	_, err = r.who(third)
	wants(t, err, signin.ErrSignedOut)
	old := b.clone()
	must(t, b.do(r.SignOut))
	for _, gone := range []*browser{b, old} {
		_, err = r.who(gone)
		wants(t, err, signin.ErrSignedOut)
	}
	must(t, b.do(r.SignOut))
}

// TestRemovedOperator: who was removed is out at once, and gets in by no way.
func TestRemovedOperator(t *testing.T) {
	r := newRig(t, nil)
	r.owner()
	b, a := invited(t, r, "manager")
	who, err := r.who(b)
	must(t, err)
	codes, err := r.NewCodes(t.Context(), who)
	must(t, err)
	r.operators.Remove("operator2")
	_, err = r.passkey(newBrowser(), a, signin.Ask{For: "signin"})
	wants(t, err, signin.ErrRefused)
	wants(t, newBrowser().do(func(w http.ResponseWriter, q *http.Request) error { return r.Recover(w, q, codes[0]) }), signin.ErrRefused)
	must(t, r.Forget(t.Context(), "operator2"))
	must(t, r.Forget(t.Context(), "operator2"))
	_, err = r.who(b)
	wants(t, err, signin.ErrSignedOut)
	_, err = r.passkey(newBrowser(), a, signin.Ask{For: "signin"})
	wants(t, err, signin.ErrRefused)
	wants(t, newBrowser().do(func(w http.ResponseWriter, q *http.Request) error { return r.Recover(w, q, codes[1]) }), signin.ErrRefused)
}

// testCodes: each works once, whatever people make of it when they type it, and
// until there are new ones.
func testCodes(t *testing.T, db *store.Store) {
	r := rigOver(t, db, nil)
	b, _ := r.owner()
	owner, err := r.who(b)
	must(t, err)
	codes, err := r.NewCodes(t.Context(), owner)
	must(t, err)
	if len(codes) != signin.CodeCount {
		t.Fatalf("%d codes", len(codes))
	}
	recover := func(code string) error {
		b := newBrowser()
		b.from = "192.0.2.8:1"
		err := b.do(func(w http.ResponseWriter, q *http.Request) error { return r.Recover(w, q, code) })
		if err == nil {
			who, err := r.who(b)
			must(t, err)
			if who.By != signin.ByCode || who.IsFresh(r.clock.now()) {
				t.Errorf("%+v", who)
			}
		}
		return err
	}
	must(t, recover(codes[0]))
	wants(t, recover(codes[0]), signin.ErrRefused)
	must(t, recover(" "+strings.ToLower(strings.NewReplacer("0", "o", "1", "l", "-", "").Replace(codes[1]))))
	left, err := r.CodesLeft(t.Context(), "operator1")
	must(t, err)
	if left != 8 {
		t.Errorf("%d are left", left)
	}
	_, err = r.NewCodes(t.Context(), owner)
	must(t, err)
	wants(t, recover(codes[2]), signin.ErrRefused)
	r.clock.pass(signin.FreshTime)
	_, err = r.NewCodes(t.Context(), owner)
	wants(t, err, signin.ErrStepUp)
}

// TestNoLockOut: strangers use up what they themselves may try, from as many
// places as they like, and nothing of anybody else.
func TestNoLockOut(t *testing.T) {
	r := newRig(t, nil)
	_, a := r.owner()
	try := func(from string) error {
		b := newBrowser()
		b.from = from
		return b.do(func(w http.ResponseWriter, q *http.Request) error { return r.Recover(w, q, "0000") })
	}
	limited := func(err error) bool { _, ok := errors.AsType[signin.TooMany](err); return ok }
	tries := 0
	for !limited(try("198.51.100.1:1")) {
		tries++
	}
	if tries != 20 {
		t.Errorf("%d tries", tries)
	}
	for i := range 30 {
		err := try(fmt.Sprintf("[2001:db8::%x]:1", i)) // one network
		if i >= 20 && !limited(err) {
			t.Errorf("try %d from one network: %v", i, err)
		}
	}
	_, err := r.passkey(newBrowser(), a, signin.Ask{For: "signin"})
	must(t, err)
	r.clock.pass(time.Minute)
	wants(t, try("198.51.100.1:1"), signin.ErrRefused)
}

// TestAccountLimit: one operator cannot change things faster than a person does.
func TestAccountLimit(t *testing.T) {
	r := newRig(t, nil)
	b, _ := r.owner()
	who, err := r.who(b)
	must(t, err)
	for range 120 {
		must(t, r.AllowChange(who))
	}
	if _, ok := errors.AsType[signin.TooMany](r.AllowChange(who)); !ok {
		t.Error("there is no limit")
	}
	must(t, r.AllowChange(signin.Session{Operator: "operator2"}))
}

// TestCookies: both are bound to the host, to HTTPS, and out of reach of scripts.
func TestCookies(t *testing.T) {
	r := newRig(t, nil)
	_, a := r.owner()
	b := newBrowser()
	w := httptest.NewRecorder()
	options, err := r.Begin(w, b.request("POST", "/"), signin.Ask{For: "signin"})
	must(t, err)
	b.keep(w)
	data, err := json.Marshal(options)
	must(t, err)
	said, err := a.Get(data)
	must(t, err)
	end := httptest.NewRecorder()
	_, err = r.Finish(end, b.request("POST", "/"), said)
	must(t, err)
	cookies := append(w.Result().Cookies(), end.Result().Cookies()...)
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s", c)
		}
	}
	if len(cookies) != 3 {
		t.Errorf("%d cookies", len(cookies))
	}
}

// TestCheck: changes come from the service's own pages, under its own name.
func TestCheck(t *testing.T) {
	r := newRig(t, nil)
	for _, test := range []struct {
		method, host, site, from string
		want                     error
	}{
		{"GET", "house.example", "", "", nil},
		{"GET", "house.example", "cross-site", "", nil},
		{"GET", "evil.example", "", "", signin.ErrHost},
		{"POST", "house.example", "same-origin", "", nil},
		{"POST", "house.example", "", "https://house.example", nil},
		{"POST", "house.example", "", "https://evil.example", signin.ErrForeign},
		{"POST", "house.example", "cross-site", "https://evil.example", signin.ErrForeign},
		{"POST", "house.example", "same-site", "https://other.house.example", signin.ErrForeign},
		{"POST", "house.example", "", "null", signin.ErrForeign},
		{"POST", "house.example", "", "", signin.ErrForeign},
		{"DELETE", "house.example", "", "", signin.ErrForeign},
	} {
		q := httptest.NewRequest(test.method, origin+"/office/", nil)
		q.Host = test.host
		if test.site != "" {
			q.Header.Set("Sec-Fetch-Site", test.site)
		}
		if test.from != "" {
			q.Header.Set("Origin", test.from)
		}
		if err := r.Check(q); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestLocal(t *testing.T) {
	for path, want := range map[string]string{
		"/office/doors?x=1":         "/office/doors?x=1",
		"":                          "/office/",
		"/":                         "/office/",
		"//evil.example/":           "/office/",
		"https://evil.example/":     "/office/",
		"/office//evil.example":     "/office/",
		"/office/../":               "/office/",
		"/office/\\evil.example":    "/office/",
		"/office/\r\nSet-Cookie: x": "/office/",
	} {
		if got := signin.Local(path); got != want {
			t.Errorf("%q leads to %q", path, got)
		}
	}
}

// TestConfig: what cannot work is said at start.
func TestConfig(t *testing.T) {
	good := newRig(t, nil).config
	for name, change := range map[string]func(*signin.Config){
		"no origin":  func(c *signin.Config) { c.Origin = "" },
		"http":       func(c *signin.Config) { c.Origin = "http://house.example" },
		"a path":     func(c *signin.Config) { c.Origin += "/office" },
		"no store":   func(c *signin.Config) { c.Store = nil },
		"bad issuer": func(c *signin.Config) { c.OpenID = &signin.OpenID{Issuer: "http://x", ClientID: "c"} },
		"nobody":     func(c *signin.Config) { c.OpenID = &signin.OpenID{Issuer: "https://x", ClientID: "c"} },
		"no client": func(c *signin.Config) {
			c.OpenID = &signin.OpenID{Issuer: "https://x", Allowed: []signin.Allowed{{Subject: "1", Role: "owner"}}}
		},
		"no role": func(c *signin.Config) {
			c.OpenID = &signin.OpenID{Issuer: "https://x", ClientID: "c", Allowed: []signin.Allowed{{Subject: "1"}}}
		},
		"no operator": func(c *signin.Config) { c.Operators = nil },
	} {
		c := good
		change(&c)
		if s, err := signin.New(c); !errors.Is(err, signin.ErrConfig) || s != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := good
	c.Origin = "https://192.168.1.7:8443"
	s, err := signin.New(c)
	must(t, err)
	if s.Passkeys() {
		t.Error("passkeys for an address")
	}
}
