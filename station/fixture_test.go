package station

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// fakeSite is a [Site] that makes real passes and records nothing.
type fakeSite struct {
	key     *ecdsa.PrivateKey
	sealing pass.SealingKey
	now     func() time.Time

	mu       sync.Mutex // guards what follows
	about    doorapi.Site
	fails    error           // what About and Issue fail with
	during   func()          // called while a pass is made
	prepared []issue.Request // what was asked for
	asked    map[pass.ID]issue.Request
	complete error // what Complete fails with
	receipts int   // how often one was asked for
	whose    []doorapi.Whose
	met      map[string]doorapi.MeetResponse // by link or label
	pages    int                             // how many links to own pages were made
}

func newFakeSite(t *testing.T, now func() time.Time) *fakeSite {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealing, err := pass.NewSealingKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &fakeSite{key: key, sealing: sealing, now: now, asked: make(map[pass.ID]issue.Request), about: doorapi.Site{
		ID: pass.SiteID{1}, Name: "Garden Court", Timezone: "Asia/Shanghai", Zones: []string{"garage", "front"}, PlainDays: 731, FaceDays: 365,
		Titles:  map[string]map[string]string{"front": {"en": "Front door", "zh": "正门"}},
		Notices: drafts(t),
	}}
}

// drafts are notices for both rule sets.
func drafts(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	all := make(map[string]json.RawMessage)
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		n, err := consent.Draft(rules, consent.DraftFor{Site: "Garden Court"})
		if err == nil {
			all[string(rules)], err = n.Encode()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// hashOf is the id of a notice that the site has.
func (f *fakeSite) hashOf(rules consent.Rules) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, _ := noticeFor(f.about, rules)
	return noticeID(n)
}

// Receipt is a method of [Site].
func (f *fakeSite) Receipt(_ context.Context, id pass.ID) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.receipts++
	return json.Marshal(map[string]string{"receipt": f.asked[id].Consent.Hash().String()})
}

// Meet is a method of [Site].
func (f *fakeSite) Meet(_ context.Context, who doorapi.MeetRequest) (doorapi.MeetResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	met, there := f.met[who.Link+who.Label]
	if !there && who.Link != "" {
		return met, &doorapi.Problem{Type: doorapi.ProblemNotFound, Status: 404, Title: "This link is not good (any more)"}
	}
	return met, nil
}

// OwnPage is a method of [Site].
func (f *fakeSite) OwnPage(context.Context, pass.ID) (doorapi.OwnPage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pages++
	return doorapi.OwnPage{URL: "https://house.example/me/ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, nil
}

func (f *fakeSite) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// About is a method of [Site].
func (f *fakeSite) About(context.Context) (doorapi.Site, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.about, f.fails
}

// Issue is a method of [Site].
func (f *fakeSite) Issue(_ context.Context, whose doorapi.Whose, r issue.Request, e issue.Enroller, out issue.Outlet) (pass.Claims, error) {
	f.mu.Lock()
	fails, during := f.fails, f.during
	f.whose = append(f.whose, whose)
	f.mu.Unlock()
	if fails != nil {
		return pass.Claims{}, fails
	}
	if during != nil {
		during()
	}
	return issue.Station{Office: f, Key: f.sealing, Rand: rand.Reader, Now: f.now}.Issue(r, e, out)
}

// Prepare is a method of [issue.Office], as are those that follow.
func (f *fakeSite) Prepare(r issue.Request) (pass.Binding, error) {
	id, err := pass.NewID(rand.Reader)
	if err != nil {
		return pass.Binding{}, err
	}
	f.set(func() { f.asked[id] = r; f.prepared = append(f.prepared, r) })
	return f.claims(id, [32]byte{}).Binding(), nil
}

func (f *fakeSite) claims(id pass.ID, sealed [32]byte) pass.Claims {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.asked[id]
	c := pass.Claims{Site: f.about.ID, ID: id, NotBefore: r.NotBefore, Expires: r.Expires, Zones: r.Zones, Holder: r.Holder}
	if r.Consent != nil {
		c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: r.Consent.Hash(), Models: r.Models, Sealed: sealed}
	}
	return c
}

func (f *fakeSite) Sign(id pass.ID, sealed [32]byte) ([]byte, error) {
	return pass.Sign(rand.Reader, f.key, f.claims(id, sealed))
}

func (f *fakeSite) Complete(pass.ID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.complete
}
func (f *fakeSite) Abandon(pass.ID) error { return nil }

// rig is a server with a fake engine and site, and a browser.
type rig struct {
	t      *testing.T
	site   *fakeSite
	faces  *facetest.Fake
	server *Server
	url    string
	client *http.Client
	stop   func() error

	mu     sync.Mutex // guards what follows
	ahead  time.Duration
	said   []string
	paused []time.Duration // what the server waited, if it had
}

// now is the clock of all.
func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return noon.Add(r.ahead)
}

func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ahead += d
}

func fonts(t *testing.T) (f card.Fonts) {
	t.Helper()
	dir := home.Dir(testenv.Home(t))
	var err error
	if f.Regular, err = dir.Read(home.FontRegular()); err == nil {
		f.Bold, err = dir.Read(home.FontBold())
	}
	if err != nil {
		testenv.Missing(t, err.Error())
	}
	return f
}

// selfSigned is a certificate for this machine.
func selfSigned(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// config is a good one.
func (r *rig) config() ServerConfig {
	return ServerConfig{
		Site: r.site, Attester: "station-1",
		Page: fstest.MapFS{"index.html": {Data: []byte("the page")}}, Fonts: fonts(r.t), Hosts: []string{"localhost", "127.0.0.1"},
		Faces: &Faces{Engine: r.faces.Engine, Size: models.Default().Reference.Bytes(), Threshold: facetest.Threshold},
		Now:   r.now, Say: func(text string) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.said = append(r.said, text)
		},
	}
}

// newRig starts a server, after change has changed its configuration.
func newRig(t *testing.T, change func(*ServerConfig)) *rig {
	t.Helper()
	r := &rig{t: t}
	r.site, r.faces = newFakeSite(t, r.now), facetest.New(t, r.now)
	c := r.config()
	var roots *x509.CertPool
	c.TLS, roots = selfSigned(t)
	if change != nil {
		change(&c)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if r.server, err = NewServer(c); err != nil {
		t.Fatal(err)
	}
	r.server.pause = func(_ context.Context, d time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.paused = append(r.paused, d)
	}
	jar, _ := cookiejar.New(nil)
	r.client = &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	r.url = "https://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.server.Serve(ctx, l) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		r.client.CloseIdleConnections()
		return <-done
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// do asks as the page would, unless edit makes it different.
func (r *rig) do(method, path, kind string, body []byte, edit func(*http.Request)) (*http.Response, []byte) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if method != http.MethodGet {
		request.Header.Set("Origin", r.url)
		request.Header.Set("Content-Type", kind)
	}
	if edit != nil {
		edit(request)
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response, data
}

// post sends a JSON value and reads the answer into another. It returns the
// status.
func (r *rig) post(path string, body, into any) int {
	r.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	response, data := r.do(http.MethodPost, path, "application/json", sent, nil)
	r.decode(response, data, into)
	return response.StatusCode
}

func (r *rig) get(path string, into any) int {
	r.t.Helper()
	response, data := r.do(http.MethodGet, path, "", nil, nil)
	r.decode(response, data, into)
	return response.StatusCode
}

// decode reads an answer, or sees that a refusal is a problem with a sentence.
func (r *rig) decode(response *http.Response, data []byte, into any) {
	r.t.Helper()
	if response.StatusCode >= 300 {
		var p doorapi.Problem
		if err := json.Unmarshal(data, &p); err != nil || response.Header.Get("Content-Type") != doorapi.TypeProblem ||
			p.Status != response.StatusCode || p.Detail == "" || p.Type == "" {
			r.t.Errorf("%d is no problem: %s", response.StatusCode, data)
		}
		return
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(data, into); err != nil {
		r.t.Fatalf("%s: %v", data, err)
	}
}

// begin chooses a kind of pass and returns the enrolment.
func (r *rig) begin(kind string) string {
	r.t.Helper()
	var answer struct{ Enrolment string }
	if status := r.post("/api/choose", r.choice(kind), &answer); status != 200 || answer.Enrolment == "" {
		r.t.Fatalf("choosing a %s pass: %d", kind, status)
	}
	return answer.Enrolment
}

func (r *rig) choice(kind string) map[string]any {
	return map[string]any{"kind": kind, "notice": r.site.hashOf(consent.Everybody), "lang": "en", "agreed": true}
}

// show sends a drawing of somebody as a frame, of a wish of their own.
func (r *rig) show(enrolment string, jpeg []byte) (p progress, status int) {
	r.t.Helper()
	return r.showAs(enrolment, jpeg, "1")
}

func (r *rig) showAs(enrolment string, jpeg []byte, own string) (p progress, status int) {
	r.t.Helper()
	response, data := r.do(http.MethodPost, "/api/frame?enrolment="+enrolment+"&own="+own, "image/jpeg", jpeg, nil)
	r.decode(response, data, &p)
	return p, response.StatusCode
}

// sit shows one person until that is enough.
func (r *rig) sit(enrolment string, who int) {
	r.t.Helper()
	for n := 1; n <= Need; n++ {
		if p, status := r.show(enrolment, facetest.JPEG(facetest.Alone(who))); status != 200 || p != (progress{Good: n, Need: Need}) {
			r.t.Fatalf("picture %d: %d, %+v", n, status, p)
		}
		r.later(lookTime)
	}
}

// finish makes the pass.
func (r *rig) finish(enrolment string) (h handed, status int) {
	r.t.Helper()
	status = r.post("/api/finish", named{enrolment}, &h)
	return h, status
}
