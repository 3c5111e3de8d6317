package pages_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/pages/pagestest"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/controller/signin/signintest"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/web"
)

const origin = "https://house.example"

// TestMain sees to it that pages that were closed leave nothing running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is a clock that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is the pages of a site that has just been made.
type rig struct {
	t      testing.TB
	clock  *clock
	acts   pagestest.Site
	store  signin.Rows
	signin *signin.Service
	office *pages.Office
	config pages.Config
}

// newRig is the pages over a real site: its database, its ledger, its passes.
func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{at: time.Now().Truncate(time.Second)}}
	real := pagestest.NewReal(t, r.clock.now)
	r.acts, r.store = real, signin.Rows{DB: real.Office().Store()}
	r.config.Record = pages.Published{From: real.Ledger()}
	r.open()
	return r
}

// fakeRig is the pages over acts in memory, for what a real site cannot be made to
// do here, or takes long over.
func fakeRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{at: time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)}}
	r.acts = pagestest.New(r.clock.now)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "facelatch.db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	r.store = signin.Rows{DB: db}
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	var err error
	key := [32]byte{1}
	r.signin, err = signin.New(signin.Config{Origin: origin, Key: key, Store: r.store, Operators: pages.Accounts{Acts: r.acts}, Now: r.clock.now})
	must(r.t, err)
	r.config.Acts, r.config.SignIn, r.config.Origin, r.config.Static, r.config.Now = r.acts, r.signin, origin, web.Office(), r.clock.now
	r.config.JoinText = func(acts.JoinCode) (string, error) { return "FLJ1:UNRUWZLBNRSSA2DPOVZWKLTFPBQW24DMMU", nil }
	r.office, err = pages.New(r.config)
	must(r.t, err)
	r.t.Cleanup(func() { must(r.t, r.office.Close()) })
}

// browser is somebody at a browser.
type browser struct {
	*rig
	cookies       map[string]string
	language      string
	authenticator *signintest.Authenticator
}

func (r *rig) browser() *browser {
	return &browser{r, map[string]string{}, "en", &signintest.Authenticator{Origin: origin}}
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

func (b *browser) request(method, path, body, kind string) answer {
	b.t.Helper()
	q := httptest.NewRequest(method, origin+path, strings.NewReader(body))
	q.Header.Set("Accept-Language", b.language)
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	return b.send(q)
}

func (b *browser) send(q *http.Request) answer {
	for name, value := range b.cookies {
		q.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.office.ServeHTTP(w, q)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer{w, b.t}
}

func (b *browser) get(path string) answer { return b.request("GET", path, "", "") }

func (b *browser) post(path string, pairs ...string) answer {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return b.request("POST", path, values.Encode(), "application/x-www-form-urlencoded")
}

// to checks that an answer leads somewhere, and goes there.
func (a answer) to(want string) answer {
	a.t.Helper()
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != want {
		a.t.Fatalf("it answers %d to %q, not to %q: %s", a.Code, a.Header().Get("Location"), want, a.words())
	}
	return a
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("it answers %d to %q, not %d: %s", a.Code, a.Header().Get("Location"), status, a.words())
	}
	return a
}

// has checks what a page says, as people read it.
func (a answer) has(words ...string) answer {
	a.t.Helper()
	text := a.words()
	for _, w := range words {
		if !strings.Contains(text, w) {
			a.t.Errorf("it does not say %q but: %s", w, text)
		}
	}
	return a
}

func (a answer) lacks(words ...string) answer {
	a.t.Helper()
	text := a.words()
	for _, w := range words {
		if strings.Contains(text, w) {
			a.t.Errorf("it says %q: %s", w, text)
		}
	}
	return a
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (a answer) words() string {
	_, main, found := strings.Cut(a.Body.String(), "<main")
	if !found {
		main = a.Body.String()
	}
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString("<"+main, " "))), " ")
}

// value is what stands in a field of a form.
func (a answer) value(name string) string {
	a.t.Helper()
	found := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `"[^>]*value="([^"]*)"`).FindStringSubmatch(a.Body.String())
	if found == nil {
		a.t.Fatalf("there is no field %s in: %s", name, a.words())
	}
	return html.UnescapeString(found[1])
}

// passkey walks a whole ceremony.
func (b *browser) passkey(purpose string) answer {
	b.t.Helper()
	ask, err := json.Marshal(map[string]string{"for": purpose, "next": "/office/codes"})
	must(b.t, err)
	options := b.request("POST", "/office/passkey/options", string(ask), "application/json").is(http.StatusOK)
	use := b.authenticator.Get
	if purpose == "add" {
		use = b.authenticator.Create
	}
	said, err := use(options.Body.Bytes())
	must(b.t, err)
	return b.request("POST", "/office/passkey/answer", string(said), "application/json")
}

// owner sets the site up.
func (r *rig) owner() *browser {
	r.t.Helper()
	b := r.browser()
	code, _, err := r.signin.SetupCode(r.t.Context())
	must(r.t, err)
	b.get("/office/").to("/office/sign-in?next=%2Foffice%2F")
	b.get("/office/sign-in").to("/office/set-up")
	b.get("/office/set-up").is(http.StatusOK).has("Set-up code")
	b.post("/office/set-up", "code", code, "name", "Front office").to("/office/welcome")
	b.get("/office/holders").to("/office/welcome")
	b.post("/office/holders/new", "label", "x").to("/office/welcome")
	b.get("/office/welcome").is(http.StatusOK).has("Make a passkey")
	b.passkey("add").is(http.StatusOK)
	return b
}

// staff invites somebody with a role, who comes.
func (b *browser) staff(role acts.Role) *browser {
	b.t.Helper()
	page := b.post("/office/operators/new", "name", "The "+string(role), "role", string(role)).is(http.StatusOK)
	link := regexp.MustCompile(`/office/join/[A-Za-z0-9]+`).FindString(page.Body.String())
	other := b.rig.browser()
	other.get(link).is(http.StatusOK).has("You were invited")
	other.post(link).to("/office/welcome")
	other.passkey("add").is(http.StatusOK)
	return other
}
