package holder_test

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/holder/holdertest"
	"github.com/facelatch/facelatch/controller/signin/signintest"
)

// say posts JSON as the page's script does.
func (b *browser) say(path string, body []byte) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, origin+path, strings.NewReader(string(body)))
	r.RemoteAddr = b.from
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w
}

// withKey adds a passkey of an authenticator.
func (b *browser) withKey(a *signintest.Authenticator) *browser {
	b.t.Helper()
	begun := b.say("/me/passkey/begin", []byte("{}"))
	made, err := a.Create(begun.Body.Bytes())
	if err != nil {
		b.t.Fatal(err)
	}
	if w := b.say("/me/passkey/finish", made); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "/me/") {
		b.t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return b
}

// shown is what an authenticator says to a page that asks who it is.
func (b *browser) shown(a *signintest.Authenticator) []byte {
	b.t.Helper()
	begun := b.say("/me/signin/begin", []byte("{}"))
	said, err := a.Get(begun.Body.Bytes())
	if err != nil {
		b.t.Fatal(err)
	}
	return said
}

// TestPasskey adds one, signs in with it, and removes it.
func TestPasskey(t *testing.T) {
	b := open(t).in()
	a := &signintest.Authenticator{Origin: origin}
	b.withKey(a)
	b.did("passkey")
	b.expect(b.get("/me/"), http.StatusOK, "A passkey, added on 2027-03-10")
	b.post("/me/signout", nil)
	if w := b.say("/me/signin/finish", b.shown(a)); w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	b.did("signin")
	w := b.get("/me/")
	b.expect(w, http.StatusOK, "3 号楼 1201 室")
	id := regexp.MustCompile(`name="id" value="([0-9a-f]+)"`).FindStringSubmatch(w.Body.String())
	if id == nil {
		t.Fatal("no passkey to remove")
	}
	for _, wrong := range []string{"", "zz", hex.EncodeToString([]byte("another"))} {
		if w := b.post("/me/passkey/remove", url.Values{"id": {wrong}}); w.Code != http.StatusBadRequest && w.Code != http.StatusNotFound {
			t.Errorf("%q: %d", wrong, w.Code)
		}
	}
	b.expect(b.post("/me/passkey/remove", url.Values{"id": {id[1]}}), http.StatusSeeOther)
	b.did("no passkey")
	b.post("/me/signout", nil)
	if w := b.say("/me/signin/finish", b.shown(a)); w.Code != http.StatusUnauthorized {
		t.Errorf("a removed passkey: %d", w.Code)
	}
}

// TestBadPasskeys: whatever does not let in is answered alike.
func TestBadPasskeys(t *testing.T) {
	b := open(t).in()
	a := &signintest.Authenticator{Origin: origin}
	b.withKey(a)
	b.post("/me/signout", nil)
	b.house.Done()
	said := b.shown(a)
	step := b.cookies["__Host-holder-step"]
	elsewhere := &signintest.Authenticator{Origin: "https://evil.example"}
	for name, try := range map[string]func() *httptest.ResponseRecorder{
		"no first half": func() *httptest.ResponseRecorder {
			delete(b.cookies, "__Host-holder-step")
			return b.say("/me/signin/finish", said)
		},
		"changed first half": func() *httptest.ResponseRecorder {
			b.cookies["__Host-holder-step"] = "A" + step
			return b.say("/me/signin/finish", said)
		},
		"another challenge": func() *httptest.ResponseRecorder { b.shown(a); return b.say("/me/signin/finish", said) },
		"no JSON":           func() *httptest.ResponseRecorder { b.shown(a); return b.say("/me/signin/finish", []byte("\x00")) },
		"the other use":     func() *httptest.ResponseRecorder { return b.say("/me/passkey/finish", said) },
		"unknown": func() *httptest.ResponseRecorder {
			other := open(t).in()
			stranger := &signintest.Authenticator{Origin: origin}
			other.withKey(stranger)
			return b.say("/me/signin/finish", b.shown(stranger))
		},
	} {
		b.from = "203.0.113." + string('0'+rune(len(name)%9)) + ":1"
		if w := try(); w.Code != http.StatusUnauthorized || b.cookies["__Host-holder"] != "" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if _, err := elsewhere.Get([]byte(`{}`)); err == nil {
		t.Error("an authenticator without passkeys has one")
	}
	b.did()
	// A form is no request of the script.
	if w := b.post("/me/signin/begin", nil); w.Code != http.StatusBadRequest {
		t.Errorf("%d", w.Code)
	}
	if w := b.say("/me/passkey/begin", []byte("{}")); w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
		t.Errorf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

// TestSealedSteps: what a controller with another key began is not finished.
func TestSealedSteps(t *testing.T) {
	b := open(t).in()
	a := &signintest.Authenticator{Origin: origin}
	made, err := a.Create(b.say("/me/passkey/begin", []byte("{}")).Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	step := b.cookies["__Host-holder-step"]
	b.say("/me/passkey/finish", made)
	// A controller with another key, or the same answer a second time.
	b.cookies["__Host-holder-step"] = step
	b.h = handler(t, holdertest.New())
	if w := b.say("/me/passkey/finish", made); w.Code != http.StatusUnauthorized {
		t.Errorf("%d", w.Code)
	}
}
