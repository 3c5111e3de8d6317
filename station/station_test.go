package station

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// What a station and a real controller do together is tested in cmd/facelatch,
// because neither may be built into the other.

func TestOpenRefused(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "nowhere"), time.Now); !errors.Is(err, ErrNotJoined) {
		t.Errorf("nothing there: %v", err)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Dir(keyFile(dir)), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := ownKey(durable.Disk{}, dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"half": `{"id": "00`, "nothing": `{}`, "no certificate": `{"certificate": "x", "authority": "y"}`} {
		if err := os.WriteFile(identityFile(dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, time.Now); !errors.Is(err, site.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := errors.Join(os.WriteFile(identityFile(dir), []byte("{}"), 0o600), os.Chmod(keyFile(dir), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, time.Now); !errors.Is(err, site.ErrExposed) {
		t.Errorf("a key that others can read: %v", err)
	}
}

// TestAnswers: whatever a controller answers, a station has an error that says
// so, and never a pass that is none.
func TestAnswers(t *testing.T) {
	var answer http.HandlerFunc
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r) }))
	defer server.Close()
	o := NewOffice(server.URL, nil)
	defer o.client.Close()
	problem := func(kind string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", doorapi.TypeProblem)
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(doorapi.Problem{Type: kind, Status: status, Title: "No", Detail: "because"})
		}
	}
	var p *doorapi.Problem
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   func(error) bool
	}{
		"policy":   {problem(doorapi.ProblemPolicy, 422), func(err error) bool { return errors.Is(err, issue.ErrPolicy) }},
		"conflict": {problem(doorapi.ProblemConflict, 409), func(err error) bool { return errors.Is(err, issue.ErrState) }},
		"unknown":  {problem(doorapi.ProblemNotFound, 404), func(err error) bool { return errors.Is(err, issue.ErrUnknown) }},
		"busy":     {problem(doorapi.ProblemBusy, 503), func(err error) bool { return errors.Is(err, errNotNow) }},
		"removed":  {problem(doorapi.ProblemRemoved, 403), func(err error) bool { return errors.As(err, &p) && p.Type == doorapi.ProblemRemoved }},
		"a page": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, func(err error) bool {
			return strings.Contains(err.Error(), "answer")
		}},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, func(err error) bool {
			return errors.As(err, &p) && p.Status == http.StatusFound
		}},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		}, func(error) bool { return true }},
	} {
		answer = c.answer
		signed, err := o.Sign(pass.ID{1}, [32]byte{1})
		if err == nil || signed != nil || !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
