package public_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
)

// source gives facts, or fails.
type source struct{ err error }

func (s source) Facts() (public.Facts, error) { return publictest.Facts(), s.err }

func get(t *testing.T, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "https://doors.example"+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestHandler checks what is served, with which headers, and what is not.
func TestHandler(t *testing.T) {
	h := public.New(source{})
	for _, test := range []struct {
		method, path, accept string
		status               int
		has                  string
	}{
		{"GET", "/", "", 200, `<html lang="zh-CN">`},
		{"GET", "/", "en-GB,en;q=0.9", 200, `<html lang="en">`},
		{"GET", "/en", "zh", 200, `<html lang="en">`},
		{"GET", "/zh-CN", "en", 200, `<html lang="zh-CN">`},
		{"HEAD", "/en", "", 200, ""},
		{"GET", "/public/style.css", "", 200, "--ground"},
		{"GET", "/public/icon.svg", "", 200, "<svg"},
		{"GET", "/public/notice.json", "", 200, `"version":"2027-1"`},
		{"GET", "/public/site.pem", "", 200, "-----BEGIN PUBLIC KEY-----"},
		{"GET", "/public/", "", 404, "没有这个页面"},
		{"GET", "/public/../page.html", "en", 404, ""},
		{"GET", "/public/page.html", "en", 404, "There is no such page"},
		{"GET", "/%3Cscript%3E", "en", 404, "There is no such page"},
		{"GET", "/fr", "en", 404, ""},
		{"POST", "/", "en", 404, ""},
		{"DELETE", "/en", "en", 404, ""},
	} {
		w := get(t, h, test.method, test.path, "Accept-Language", test.accept)
		if w.Code == http.StatusMovedPermanently || w.Code == http.StatusTemporaryRedirect {
			continue // a path that the mux cleans
		}
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.has) || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%s %s: %d", test.method, test.path, w.Code)
		}
		if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; style-src 'self'; img-src 'self'") || strings.Contains(got, "unsafe") {
			t.Errorf("%s: the policy %q", test.path, got)
		}
		if w.Header().Get("Set-Cookie") != "" || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", test.path, w.Header())
		}
	}
}

// TestCaches: what was fetched once is not sent again, and a cache knows what the
// answer depends on.
func TestCaches(t *testing.T) {
	h := public.New(source{})
	w := get(t, h, "GET", "/", "Accept-Language", "en")
	if w.Header().Get("Vary") != "Accept-Language" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
		t.Errorf("%v", w.Header())
	}
	tag := w.Header().Get("ETag")
	if again := get(t, h, "GET", "/en", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("%d with the tag %s", again.Code, tag)
	}
	if other := get(t, h, "GET", "/zh-CN", "If-None-Match", tag); other.Code != http.StatusOK {
		t.Errorf("the other language: %d", other.Code)
	}
	if size := len(w.Body.Bytes()); size > 60_000 {
		t.Errorf("the page has %d bytes", size)
	}
}

// bare is a site of which little is known.
type bare struct{}

func (bare) Facts() (public.Facts, error) {
	f := publictest.Facts()
	f.Notice, f.Key = public.Notice{}, ""
	return f, nil
}

// TestFactsAsFiles: what is not there is not found, and the notice is the one that
// consents name.
func TestFactsAsFiles(t *testing.T) {
	for _, path := range []string{"/public/notice.json", "/public/site.pem"} {
		if w := get(t, public.New(bare{}), "GET", path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
		if w := get(t, public.New(source{errors.New("away")}), "GET", path); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	n, err := consent.DecodeNotice(get(t, public.New(source{}), "GET", "/public/notice.json").Body.Bytes())
	if err != nil || (public.Notice{Notice: n}).Name() != (public.Notice{Notice: publictest.Notice()}).Name() {
		t.Error(err)
	}
}

// TestUnavailable: why a page cannot be shown is nobody's business.
func TestUnavailable(t *testing.T) {
	h := public.New(source{errors.New("postgres://secret@db is gone")})
	w := get(t, h, "GET", "/en")
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "postgres") || !strings.Contains(w.Body.String(), "cannot be shown now") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("a failure is kept")
	}
}
