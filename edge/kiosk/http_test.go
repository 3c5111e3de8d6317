package kiosk_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/facelatch/facelatch/edge/kiosk"
)

// get asks with a client that trusts the site's authority and nothing else.
func (r *rig) get(method, path string, edit func(*http.Request)) (*http.Response, string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.soon(), method, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if edit != nil {
		edit(request)
	}
	client := r.tablet().Client()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response, string(body)
}

func TestFiles(t *testing.T) {
	r := start(t)
	for _, f := range []struct {
		path, contentType, cache string
		status                   int
	}{
		{"/", "text/html; charset=utf-8", "no-store", 200},
		{"/index.html", "text/html; charset=utf-8", "no-store", 200},
		{"/help/", "text/html; charset=utf-8", "no-store", 200},
		{"/main.js", "text/javascript; charset=utf-8", "no-cache", 200},
		{"/zxing/qr.wasm", "application/wasm", "no-cache", 200},
		{"/secret.private", "text/plain; charset=utf-8", "no-store", 404},
		{"/none.js", "text/plain; charset=utf-8", "no-store", 404},
		{"/zxing/", "text/plain; charset=utf-8", "no-store", 404},
		{"/zxing", "text/plain; charset=utf-8", "no-store", 404},
		{"/%2e%2e/main.js", "text/plain; charset=utf-8", "no-store", 404},
	} {
		response, _ := r.get("GET", f.path, nil)
		h := response.Header
		if response.StatusCode != f.status || h.Get("Content-Type") != f.contentType || h.Get("Cache-Control") != f.cache {
			t.Errorf("%s: %d %v", f.path, response.StatusCode, h)
		}
		r.strict(f.path, h)
	}
}

// strict checks the headers that every answer has.
func (r *rig) strict(path string, h http.Header) {
	r.t.Helper()
	host := strings.TrimPrefix(r.url, "https://")
	for key, want := range map[string][]string{
		"Content-Security-Policy": {
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval';", "connect-src 'self' wss://" + host + ";",
			"style-src 'self';", "worker-src 'self';", "img-src 'self' data: blob:;", "frame-ancestors 'none'",
		},
		"Permissions-Policy":           {"camera=(self), microphone=(), geolocation=()"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"no-referrer"},
	} {
		for _, w := range want {
			if !strings.Contains(h.Get(key), w) {
				r.t.Errorf("%s: %s is %q, without %q", path, key, h.Get(key), w)
			}
		}
	}
	if h.Get("Set-Cookie") != "" || strings.Contains(h.Get("Content-Security-Policy"), "unsafe-inline") {
		r.t.Errorf("%s: %v", path, h)
	}
}

func TestUnchangedFile(t *testing.T) {
	r := start(t)
	first, _ := r.get("GET", "/main.js", nil)
	again, body := r.get("GET", "/main.js", func(q *http.Request) { q.Header.Set("If-None-Match", first.Header.Get("ETag")) })
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("%d %q", again.StatusCode, body)
	}
	part, body := r.get("GET", "/sound/opened.mp3", func(q *http.Request) { q.Header.Set("Range", "bytes=2-4") }) // Safari asks for sounds so
	if part.StatusCode != http.StatusPartialContent || body != "234" {
		t.Errorf("%d %q", part.StatusCode, body)
	}
}

// Another name for this address is another site, which may not be read.
func TestOtherHost(t *testing.T) {
	r := start(t)
	response, body := r.get("GET", "/", func(q *http.Request) { q.Host = "rebound.example" })
	if response.StatusCode != http.StatusMisdirectedRequest || strings.Contains(body, "door<") {
		t.Errorf("%d %q", response.StatusCode, body)
	}
}

func TestOtherMethods(t *testing.T) {
	r := start(t)
	for _, method := range []string{"PUT", "DELETE", "TRACE", "OPTIONS"} {
		if response, _ := r.get(method, "/", nil); response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, response.StatusCode)
		}
	}
	if response, _ := r.get("POST", "/pair", func(q *http.Request) { q.Header.Set("Origin", r.url) }); response.StatusCode != http.StatusBadRequest {
		t.Errorf("nothing to pair: %d", response.StatusCode)
	}
}

func TestTLSVersions(t *testing.T) {
	r := start(t)
	for version, works := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		d := tls.Dialer{Config: &tls.Config{RootCAs: r.roots, MinVersion: tls.VersionTLS10, MaxVersion: version}}
		c, err := d.DialContext(r.soon(), "tcp", strings.TrimPrefix(r.url, "https://"))
		if (err == nil) != works {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			_ = c.Close()
		}
	}
}

func TestConfig(t *testing.T) {
	good := (&rig{t: t, url: "https://front.local:8443", clock: &clock{}, frames: &frames{}, store: kiosk.File{Path: t.TempDir() + "/kiosk.json"}}).config()
	if _, err := kiosk.New(good, newRecorder()); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*kiosk.Config){
		"Door":        func(c *kiosk.Config) { c.Door = "" },
		"Door:":       func(c *kiosk.Config) { c.Door = "a\nb" },
		"Origins":     func(c *kiosk.Config) { c.Origins = nil },
		"/path":       func(c *kiosk.Config) { c.Origins = []string{"https://front.local/path"} },
		"Front":       func(c *kiosk.Config) { c.Origins = []string{"https://Front.local"} },
		"http:":       func(c *kiosk.Config) { c.Origins = []string{"http://front.local"} },
		":443":        func(c *kiosk.Config) { c.Origins = []string{"https://front.local:443"} },
		"Certificate": func(c *kiosk.Config) { c.Certificate = nil },
		"Pages":       func(c *kiosk.Config) { c.Pages = fstest.MapFS{} },
		"Store":       func(c *kiosk.Config) { c.Store = nil },
		"Frames":      func(c *kiosk.Config) { c.Frames = nil },
	} {
		c := good
		spoil(&c)
		if _, err := kiosk.New(c, newRecorder()); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestOrigins(t *testing.T) {
	got := kiosk.Origins([]string{"Front.local", "front.local.", "10.0.0.7", "fe80::1"}, 8443)
	want := "https://front.local:8443 https://10.0.0.7:8443 https://[fe80::1]:8443"
	if strings.Join(got, " ") != want {
		t.Errorf("%v", got)
	}
	if got := kiosk.Origins([]string{"front.local"}, 443); got[0] != "https://front.local" {
		t.Errorf("%v", got)
	}
}

// A listener that breaks ends Serve with its error.
func TestBrokenListener(t *testing.T) {
	r := start(t)
	s, err := kiosk.New(r.config(), r.door)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := s.Serve(t.Context(), l); err == nil {
		t.Error("no error")
	}
}
