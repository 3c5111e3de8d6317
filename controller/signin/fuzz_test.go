package signin_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzLocal: whatever a link says, the browser stays on this site's pages.
func FuzzLocal(f *testing.F) {
	base, err := url.Parse(origin)
	must(f, err)
	f.Fuzz(func(t *testing.T, path string) {
		local := signin.Local(path)
		to, err := base.Parse(local)
		if err != nil {
			t.Fatalf("%q leads to %q, which is no address", path, local)
		}
		if to.Host != base.Host || to.Scheme != "https" || !strings.HasPrefix(to.Path, "/office/") || strings.Contains(to.Path, "..") || strings.ContainsAny(to.RawPath, "%") {
			t.Errorf("%q leads to %s", path, to)
		}
	})
}

// FuzzFinish: nothing that an authenticator or a cookie could say lets anybody
// in, and nothing but the known answers is given.
func FuzzFinish(f *testing.F) {
	r := newRig(f, nil)
	r.owner()
	f.Fuzz(func(t *testing.T, said []byte, cookie string) {
		r.clock.pass(61e9) // no limit is met
		b := newBrowser()
		if cookie == "" {
			must(t, b.do(func(w http.ResponseWriter, q *http.Request) error {
				_, err := r.Begin(w, q, signin.Ask{For: "signin"})
				return err
			}))
		} else {
			b.cookies["__Host-office-step"] = base64.RawURLEncoding.EncodeToString([]byte(cookie))
		}
		w := httptest.NewRecorder()
		_, err := r.Finish(w, b.request("POST", "/"), said)
		if !errors.Is(err, signin.ErrRefused) && !errors.Is(err, signin.ErrExpired) {
			t.Fatalf("it says %v", err)
		}
		for _, c := range w.Result().Cookies() {
			if c.Name == "__Host-office" {
				t.Fatal("somebody is signed in")
			}
		}
	})
}

func TestCorpus(t *testing.T) {
	testenv.Corpus(t, "FuzzLocal")
	testenv.Corpus(t, "FuzzFinish")
}
