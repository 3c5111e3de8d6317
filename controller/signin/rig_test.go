package signin_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/controller/signin/signintest"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
)

const origin = "https://house.example"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("it says %v, not %v", got, want)
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

// rig is a service over a database, with operators in memory.
type rig struct {
	*signin.Service
	t         testing.TB
	clock     *clock
	operators *signintest.Operators
	config    signin.Config
}

func newRig(t testing.TB, change func(*signin.Config)) *rig {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "facelatch.db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return rigOver(t, db, change)
}

func rigOver(t testing.TB, db *store.Store, change func(*signin.Config)) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{at: time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)}, operators: signintest.NewOperators()}
	r.config = signin.Config{Origin: origin, Key: [32]byte{1}, Store: signin.Rows{DB: db}, Operators: r.operators, Now: r.clock.now}
	if change != nil {
		change(&r.config)
	}
	r.again()
	return r
}

// again is another controller of the same site.
func (r *rig) again() {
	r.t.Helper()
	s, err := signin.New(r.config)
	must(r.t, err)
	r.Service = s
}

// TestDatabases runs over both what differs between them.
func TestDatabases(t *testing.T) {
	server := pgtest.Start(t)
	for name, test := range map[string]func(*testing.T, *store.Store){
		"passkey": testPasskey, "sessions-end": testSessionsEnd, "ending": testEnding, "codes": testCodes,
	} {
		for kind, url := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "facelatch.db"), "postgres": server.Database()} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				db, err := store.Open(t.Context(), url)
				must(t, err)
				defer db.Close()
				test(t, db)
			})
		}
	}
}

// browser keeps cookies.
type browser struct {
	from    string
	agent   string
	cookies map[string]string
}

func newBrowser() *browser {
	return &browser{from: "192.0.2.7:4711", agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36", cookies: map[string]string{}}
}

func (b *browser) request(method, path string) *http.Request {
	r := httptest.NewRequest(method, origin+path, nil)
	r.RemoteAddr = b.from
	r.Header.Set("User-Agent", b.agent)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

// do sends a request to something that answers with cookies.
func (b *browser) do(f func(http.ResponseWriter, *http.Request) error) error {
	w := httptest.NewRecorder()
	err := f(w, b.request("POST", "/"))
	b.keep(w)
	return err
}

func (b *browser) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
}

func (b *browser) clone() *browser {
	other := newBrowser()
	for name, value := range b.cookies {
		other.cookies[name] = value
	}
	return other
}

// passkey walks a whole ceremony.
func (r *rig) passkey(b *browser, a *signintest.Authenticator, ask signin.Ask) (next string, err error) {
	var options []byte
	err = b.do(func(w http.ResponseWriter, q *http.Request) error {
		o, err := r.Begin(w, q, ask)
		if err == nil {
			options, err = json.Marshal(o)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	use := a.Get
	if ask.For == "add" {
		use = a.Create
	}
	said, err := use(options)
	if err != nil {
		return "", err
	}
	err = b.do(func(w http.ResponseWriter, q *http.Request) (err error) {
		next, err = r.Finish(w, q, said)
		return err
	})
	return next, err
}

func (r *rig) who(b *browser) (signin.Session, error) { return r.Who(b.request("GET", "/office/")) }

// owner sets a site up and returns the owner's browser and authenticator.
func (r *rig) owner() (*browser, *signintest.Authenticator) {
	r.t.Helper()
	b, a := newBrowser(), &signintest.Authenticator{Origin: origin}
	code, open, err := r.SetupCode(r.t.Context())
	must(r.t, err)
	if !open {
		r.t.Fatal("it has been set up")
	}
	must(r.t, b.do(func(w http.ResponseWriter, q *http.Request) error { return r.SetUp(w, q, code, "Front office") }))
	_, err = r.passkey(b, a, signin.Ask{For: "add"})
	must(r.t, err)
	return b, a
}
