package station

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face/facetest"
)

// TestBadBodies: whatever is sent, the answer is a problem, and nothing is kept.
func TestBadBodies(t *testing.T) {
	r := newRig(t, nil)
	e := r.begin("face")
	frame := "/api/frame?enrolment=" + e
	jpeg := facetest.JPEG(facetest.Alone(1))
	const js, image = "application/json", "image/jpeg"
	for name, c := range map[string]struct {
		path, kind string
		body       []byte
		want       int
	}{
		"no JSON":             {"/api/choose", js, []byte("kind=face"), 400},
		"nothing":             {"/api/choose", js, nil, 400},
		"half":                {"/api/choose", js, []byte(`{"kind":"face"`), 400},
		"two":                 {"/api/finish", js, []byte(`{"enrolment":"a"}{}`), 400},
		"a strange member":    {"/api/finish", js, []byte(`{"enrolment":"a","name":"b"}`), 400},
		"a list":              {"/api/abandon", js, []byte(`[]`), 400},
		"deep":                {"/api/abandon", js, bytes.Repeat([]byte("["), maxBody), 400},
		"a large body":        {"/api/choose", js, bytes.Repeat([]byte(" "), maxBody+1), 413},
		"a form":              {"/api/choose", "application/x-www-form-urlencoded", []byte("agreed=true"), 415},
		"plain text":          {"/api/finish", "text/plain", []byte(`{"enrolment":"` + e + `"}`), 415},
		"no frame":            {frame, image, nil, 400},
		"noise":               {frame, image, bytes.Repeat([]byte{0xfe, 0x9c}, 500), 400},
		"half a frame":        {frame, image, jpeg[:len(jpeg)/2], 400},
		"a frame as text":     {frame, "text/plain", jpeg, 415},
		"a PNG":               {frame, image, []byte("\x89PNG\r\n\x1a\n"), 400},
		"a large frame":       {frame, image, append(bytes.Clone(jpeg), make([]byte, maxFrame)...), 413},
		"very many pixels":    {frame, image, pixels(jpeg, 60000), 413},
		"an unknown frame":    {"/api/frame?enrolment=x", image, jpeg, 410},
		"an unknown path":     {"/api/other", js, nil, 404},
		"an unknown pass":     {"/api/finish", js, []byte(`{"enrolment":"x"}`), 410},
		"a phone, for a face": {"/api/choose", js, []byte(`{"kind":"face","agreed":true,"notice":"` + r.site.hashOf(consent.Everybody) + `","holder":"AAAA"}`), 422},
		"no phone's key":      {"/api/choose", js, []byte(`{"kind":"plain","agreed":true,"notice":"` + r.site.hashOf(consent.Everybody) + `","holder":"AAAA"}`), 400},
		"a strange kind":      {"/api/choose", js, []byte(`{"kind":"palm","agreed":true,"notice":"` + r.site.hashOf(consent.Everybody) + `"}`), 422},
	} {
		response, data := r.do(http.MethodPost, c.path, c.kind, c.body, nil)
		if response.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, response.StatusCode, data)
		}
		if c.want != 404 {
			r.decode(response, data, nil)
		}
	}
	// The same, of a length that is not told before.
	for size, want := range map[int]int{maxFrame + 1: 413, 1000: 400} {
		response, _ := r.do(http.MethodPost, frame, "image/jpeg", nil, func(q *http.Request) {
			q.Body, q.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, size))), -1
		})
		if response.StatusCode != want {
			t.Errorf("%d bytes in pieces: %d", size, response.StatusCode)
		}
	}
	response, _ := r.do(http.MethodPost, frame, "image/jpeg", nil, func(q *http.Request) {
		q.Body, q.ContentLength = io.NopCloser(bytes.NewReader(jpeg)), -1
	})
	if response.StatusCode != 200 {
		t.Errorf("a frame in pieces: %d", response.StatusCode)
	}
}

// pixels changes what a baseline JPEG says of its width and height.
func pixels(jpeg []byte, side uint16) []byte {
	out := bytes.Clone(jpeg)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	for i := range 2 {
		out[at+5+2*i], out[at+6+2*i] = byte(side>>8), byte(side)
	}
	return out
}

// TestOthersMayNotAsk: neither another site, nor under another name, nor from
// nowhere.
func TestOthersMayNotAsk(t *testing.T) {
	r := newRig(t, nil)
	for name, c := range map[string]struct {
		method string
		edit   func(*http.Request)
		want   int
	}{
		"itself":             {"POST", nil, 204},
		"another site":       {"POST", func(q *http.Request) { q.Header.Set("Origin", "https://example.org") }, 403},
		"another port":       {"POST", func(q *http.Request) { q.Header.Set("Origin", "https://127.0.0.1:1") }, 403},
		"without TLS":        {"POST", func(q *http.Request) { q.Header.Set("Origin", "http://"+q.URL.Host) }, 403},
		"no origin":          {"POST", func(q *http.Request) { q.Header.Del("Origin") }, 403},
		"a sandbox":          {"POST", func(q *http.Request) { q.Header.Set("Origin", "null") }, 403},
		"two origins":        {"POST", func(q *http.Request) { q.Header.Add("Origin", "https://example.org") }, 403},
		"another name":       {"POST", func(q *http.Request) { q.Host, _ = "rebound.example", q.Header }, 421},
		"a name in its own":  {"POST", func(q *http.Request) { q.Host = "rebound.example"; q.Header.Set("Origin", "https://rebound.example") }, 421},
		"reading, elsewhere": {"GET", func(q *http.Request) { q.Header.Set("Origin", "https://example.org") }, 403},
		"reading by a name":  {"GET", func(q *http.Request) { q.Host = "rebound.example" }, 421},
		"a preflight":        {"OPTIONS", func(q *http.Request) { q.Header.Set("Origin", "https://example.org") }, 403},
	} {
		path := "/api/notice"
		if c.method == "POST" {
			path = "/api/abandon"
		}
		response, data := r.do(c.method, path, "application/json", []byte(`{"enrolment":""}`), c.edit)
		if response.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, response.StatusCode, data)
		}
	}
	response, data := r.do("GET", "/", "", nil, nil)
	if string(data) != "the page" || !strings.Contains(response.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("the page is %q, with %v", data, response.Header)
	}
}

func TestAuthorities(t *testing.T) {
	if got := strings.Join(authorities([]string{"Desk.local", "::1"}, 8444), " "); got != "desk.local:8444 [::1]:8444" {
		t.Error(got)
	}
	if got := strings.Join(authorities([]string{"desk.local", "::1"}, 443), " "); got != "desk.local:443 desk.local [::1]:443 [::1]" {
		t.Error(got)
	}
}

// TestCode: beyond this machine, only who typed the code gets to the page.
func TestCode(t *testing.T) {
	code := NewCode()
	r := newRig(t, func(c *ServerConfig) { c.Code = code })
	form := func(code string) (int, string) {
		response, data := r.do("POST", pathCode, "application/x-www-form-urlencoded", []byte(url.Values{"code": {code}}.Encode()), nil)
		return response.StatusCode, string(data)
	}
	closed := func(when string) {
		t.Helper()
		for _, path := range []string{"/api/notice", "/index.html", pathPass + "x" + namePNG} {
			if response, _ := r.do("GET", path, "", nil, nil); response.StatusCode != http.StatusForbidden {
				t.Errorf("%s, %s: %d", when, path, response.StatusCode)
			}
		}
		if status := r.post("/api/choose", r.choice("plain"), nil); status != http.StatusForbidden {
			t.Errorf("%s, choosing: %d", when, status)
		}
	}
	closed("before")
	response, data := r.do("GET", "/", "", nil, nil)
	if response.StatusCode != 200 || !strings.Contains(string(data), `action="/code"`) || response.Header.Get("Referrer-Policy") == "no-referrer" {
		t.Errorf("the form: %d", response.StatusCode)
	}
	for range gateTries {
		if status, _ := form("0000-0000-0000"); status != http.StatusForbidden {
			t.Errorf("a wrong code: %d", status)
		}
	}
	if status, _ := form(code); status != http.StatusTooManyRequests {
		t.Errorf("one try too many: %d", status)
	}
	closed("after wrong codes")
	r.later(gateTime)
	if status, page := form(strings.ToLower(strings.ReplaceAll(code, "-", " "))); status != 200 || page != "the page" {
		t.Errorf("the code: %d %q", status, page)
	}
	r.begin("plain")
	if response, _ := r.do("POST", pathCode, "application/x-www-form-urlencoded", nil, func(q *http.Request) { q.Header.Set("Origin", "https://example.org") }); response.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", response.StatusCode)
	}
}

// TestServerRefused: a configuration that cannot be names what is wrong.
func TestServerRefused(t *testing.T) {
	r := newRig(t, nil)
	for want, change := range map[string]func(*ServerConfig){
		"site, page":     func(c *ServerConfig) { c.Site = nil },
		"certificate":    func(c *ServerConfig) { c.TLS = nil },
		"no name":        func(c *ServerConfig) { c.Hosts = nil },
		"nobody would":   func(c *ServerConfig) { c.Attester = "" },
		"no threshold":   func(c *ServerConfig) { c.Faces.Threshold = 0 },
		"code is too sh": func(c *ServerConfig) { c.Code = "1234-5678" },
	} {
		c := r.config()
		c.TLS, _ = selfSigned(t)
		change(&c)
		if s, err := NewServer(c); s != nil || !errors.Is(err, ErrServer) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	c := r.config()
	c.TLS, _ = selfSigned(t)
	s, err := NewServer(c)
	if err != nil {
		t.Fatal(err)
	}
	everywhere, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), everywhere); !errors.Is(err, ErrNoCode) {
		t.Errorf("for everybody, without a code: %v", err)
	}
}

// TestTooManyConnections: those beyond the limit are closed, and the page works
// again once they have gone.
func TestTooManyConnections(t *testing.T) {
	r := newRig(t, nil)
	r.client.CloseIdleConnections()
	var all []net.Conn
	for range 2 * maxConnections {
		c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "https://"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	closed := 0
	for _, c := range all[maxConnections:] {
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := c.Read(make([]byte, 1)); errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "reset") {
			closed++
		}
	}
	if closed == 0 {
		t.Error("none was closed")
	}
	for _, c := range all {
		c.Close()
	}
	for range 100 {
		if response, err := r.client.Get(r.url + "/api/notice"); err == nil {
			response.Body.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the page does not come back")
}
