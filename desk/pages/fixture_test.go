package pages_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"image"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/pages"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/picture"
)

// lines are those of a specimen, with a date of expiry that is far off.
func lines() []string {
	return []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F4204150ZE184226B<<<<<14"}
}

type reader struct{}

func (reader) Read(p *picture.Picture) (*mrzread.Reading, error) {
	if p.W == faceWide {
		return nil, mrzread.ErrNone
	}
	return &mrzread.Reading{Lines: lines()}, nil
}

// site is a desk that is served, with an engine that recognises drawings.
type site struct {
	*httptest.Server
	room   *check.Room
	engine *facetest.Fake

	mu   sync.Mutex // guards what follows
	done []check.Finished
	said []string
	// elsewhere are members of staff who are signed in in another browser, too.
	elsewhere map[string]bool
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{engine: facetest.New(t, time.Now)}
	s.room = check.New(check.Options{
		Engine: s.engine, Lines: reader{},
		Policy: func() idcheck.Policy { return idcheck.Policy{Threshold: facetest.Threshold} },
		Notice: func() (map[string]string, [32]byte) {
			return map[string]string{"en": "notice"}, sha256.Sum256([]byte("notice"))
		},
		Done: func(f check.Finished) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.done = append(s.done, f)
			return nil
		},
	})
	s.Server = httptest.NewUnstartedServer(nil)
	life, end := context.WithCancel(t.Context())
	p, err := pages.New(pages.Options{
		Room: s.room, Address: "https://" + s.Listener.Addr().String(),
		Staff: func(r *http.Request) (string, bool) { who := r.Header.Get("Test-Staff"); return who, who != "visitor" },
		SignOut: func(r *http.Request) (*http.Cookie, bool) {
			return &http.Cookie{Name: "test", MaxAge: -1}, !s.elsewhere[r.Header.Get("Test-Staff")]
		},
		Parties: func() []party.Party { return []party.Party{bank()} },
		Page:    fstest.MapFS{"person.html": {Data: []byte("<p>person")}, "index.html": {Data: []byte("<p>counter")}},
		Say: func(text string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.said = append(s.said, text)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = p.Handler(life)
	s.StartTLS()
	t.Cleanup(func() { end(); s.Close(); s.room.Close() })
	return s
}

func bank() party.Party {
	return party.Party{ID: "bank", Name: map[string]string{"en": "Bank"}, Claims: []string{party.GivenName, party.Over18}}
}

// asking is how a request is made.
type asking struct {
	staff, secret, origin, host, kind string
}

// ask makes a request from the desk's own page, unless as says otherwise.
func (s *site) ask(t *testing.T, as asking, method, path string, body any) (status int, answer map[string]any) {
	t.Helper()
	var data []byte
	switch body := body.(type) {
	case []byte:
		data = body
	case nil:
	default:
		data, _ = json.Marshal(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	kind := "application/json"
	if _, raw := body.([]byte); raw {
		kind = "image/jpeg"
	}
	r.Header.Set("Content-Type", either(as.kind, kind))
	r.Header.Set("Origin", either(as.origin, s.URL))
	r.Header.Set("Test-Staff", as.staff)
	r.Header.Set(pages.SecretHeader, as.secret)
	r.Host = either(as.host, r.Host)
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, _ = io.ReadAll(response.Body)
	_ = json.Unmarshal(data, &answer)
	if strings.HasPrefix(path, pages.PathAPI) && (response.Header.Get("Cache-Control") != "no-store" || !strings.Contains(response.Header.Get("Content-Security-Policy"), "default-src 'none'")) {
		t.Errorf("%s %s is answered with %v", method, path, response.Header)
	}
	return response.StatusCode, answer
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// must is ask that has to be answered so.
func (s *site) must(t *testing.T, want int, as asking, method, path string, body any) map[string]any {
	t.Helper()
	status, answer := s.ask(t, as, method, path, body)
	if status != want {
		t.Fatalf("%s %s: %d, want %d: %v", method, path, status, want, answer)
	}
	return answer
}

// begin begins a check at the counter, and returns where each of the two asks.
func (s *site) begin(t *testing.T, more map[string]any) (counter, person, secret string) {
	t.Helper()
	body := map[string]any{"party": "bank", "claims": []string{party.GivenName}}
	for k, v := range more {
		body[k] = v
	}
	got := s.must(t, 200, asking{staff: "s-1"}, "POST", "/desk/v1/counter/checks", body)
	link := got["link"].(string)
	path, secret, _ := strings.Cut(strings.TrimPrefix(link, s.URL), "#")
	if path != pages.PathPerson+got["id"].(string) || len(secret) != 22 {
		t.Fatalf("the link is %s", link)
	}
	return "/desk/v1/counter/checks/" + got["id"].(string), "/desk/v1/checks/" + got["id"].(string), secret
}

// choice is the person's, after what they were shown.
func (s *site) choice(t *testing.T, person, secret, way string) map[string]any {
	t.Helper()
	v := s.must(t, 200, asking{secret: secret}, "GET", person, nil)
	return map[string]any{"way": way, "notice": v["notice"].(map[string]any)["id"], "claims": v["claims"]}
}

// of is a picture of a person, or of a document with their portrait.
func of(who int) []byte { return facetest.JPEG(facetest.Alone(who)) }

// looked says whether any face was looked for.
func (s *site) looked() bool { return s.engine.Runs(models.Detect) > 0 }

// faceWide is how many pixels wide a picture of a person is, and none of a document.
const faceWide = 600

func faceOf(who int) []byte {
	return facetest.JPEG(facetest.Draw(faceWide, 480, facetest.Person{Who: who, At: image.Rect(200, 100, 368, 340)}))
}
