package front_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/controller/front"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/models"
)

const origin = "https://house.internal"

// house is a site whose ledger is published each second.
type house struct {
	dir       string
	office    *site.Office
	authority *authority.Authority
}

func newHouse(t *testing.T) house {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	_, err := site.CreateController(dir, site.Config{
		Name: "Garden Court", Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(),
	}, time.Now())
	must(t, err)
	ca, err := authority.OpenOrMake(dir, nil, time.Now)
	must(t, err)
	office, err := site.OpenOffice(dir, time.Now)
	must(t, err)
	t.Cleanup(func() { must(t, office.Close()) })
	must(t, office.Keep(site.KeepOptions{Interval: time.Second}))
	return house{dir, office, ca}
}

func (h house) open(t *testing.T, where string) *front.Front {
	t.Helper()
	f, err := front.New(front.Config{
		Office: h.office, Dir: h.dir, Authority: h.authority, Origin: where, Address: "192.168.1.2:7443",
		Engine: public.Engine{Models: models.Default(), Measured: public.Measured()},
	})
	must(t, err)
	return f
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestParts asks each part for something that only it has.
func TestParts(t *testing.T) {
	h := newHouse(t)
	f := h.open(t, origin)
	t.Cleanup(func() { must(t, f.Close()) })
	deadline := time.Now().Add(time.Minute)
	for ask(f, "house.internal", "/ledger/checkpoint").Code != http.StatusOK && time.Now().Before(deadline) {
		time.Sleep(100 * time.Millisecond)
	}
	for path, want := range map[string]struct {
		code int
		text string
	}{
		"/en":                  {http.StatusOK, "Garden Court"},
		"/zh-CN":               {http.StatusOK, "Garden Court"},
		"/office/":             {http.StatusSeeOther, ""},
		"/me/":                 {http.StatusOK, "/me/"},
		"/api/v1/openapi.json": {http.StatusOK, `"3.1`},
		"/api/v1/holders":      {http.StatusUnauthorized, "urn:facelatch:"},
		"/ledger/checkpoint":   {http.StatusOK, "facelatch/"},
		"/ledger/tile/9/9":     {http.StatusNotFound, ""},
		"/ledger/../site.json": {http.StatusTemporaryRedirect, ""},
		"/public/site.pem":     {http.StatusOK, "BEGIN PUBLIC KEY"},
		"/healthz":             {http.StatusOK, "ok"},
		"/nothing":             {http.StatusNotFound, ""},
	} {
		got := ask(f, "house.internal", path)
		if got.Code != want.code || !strings.Contains(got.Body.String(), want.text) {
			t.Errorf("%s: %d %.300s", path, got.Code, got.Body)
		}
		if got.Header().Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: no Strict-Transport-Security", path)
		}
	}
	if got := ask(f, "elsewhere.example", "/"); got.Code != http.StatusMisdirectedRequest {
		t.Errorf("under another name: %d", got.Code)
	}
}

func ask(f http.Handler, host, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = host
	f.ServeHTTP(w, r)
	return w
}

// TestServe opens the pages over TLS, as a browser does that trusts the site's
// authority, and stops.
func TestServe(t *testing.T) {
	h := newHouse(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	where := "https://" + l.Addr().String()
	f := h.open(t, where)
	code, wanted, err := f.SetupCode(t.Context())
	if err != nil || !wanted || len(code) < 8 {
		t.Errorf("the set-up code is %q, %v, %v", code, wanted, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- f.Serve(t.Context(), l) }()
	roots := x509.NewCertPool()
	roots.AddCert(h.authority.Certificate)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	answer, err := client.Get(where + "/api/v1/openapi.json")
	must(t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	must(t, err)
	var document struct{ OpenAPI string }
	if err := json.Unmarshal(data, &document); err != nil || document.OpenAPI == "" {
		t.Errorf("%v: %.200s", err, data)
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended: %v", err)
	default:
	}
}

// TestKey opens the pages again with the same key, and refuses one that others can
// read.
func TestKey(t *testing.T) {
	h := newHouse(t)
	first, _, err := h.open(t, origin).SetupCode(t.Context())
	must(t, err)
	if again, _, err := h.open(t, origin).SetupCode(t.Context()); err != nil || again != first {
		t.Errorf("another code, %v", err)
	}
	key := filepath.Join(h.dir, "controller", "web-key")
	must(t, os.Chmod(key, 0o644))
	if f, err := front.New(front.Config{Office: h.office, Dir: h.dir, Authority: h.authority, Origin: origin}); err == nil || f != nil {
		t.Error("a key that others can read")
	}
	must(t, os.WriteFile(key, []byte("short"), 0o600))
	must(t, os.Chmod(key, 0o600))
	if f, err := front.New(front.Config{Office: h.office, Dir: h.dir, Authority: h.authority, Origin: origin}); err == nil || f != nil {
		t.Error("a damaged key")
	}
}

func TestConfig(t *testing.T) {
	h := newHouse(t)
	for _, where := range []string{"", "http://house.internal", "house.internal", "https://", "https://house.internal/path"} {
		if f, err := front.New(front.Config{Office: h.office, Dir: h.dir, Authority: h.authority, Origin: where}); err == nil || f != nil {
			t.Errorf("%q was taken", where)
		}
	}
	if f, err := front.New(front.Config{Origin: origin}); err == nil || f != nil {
		t.Error("without a site")
	}
}
