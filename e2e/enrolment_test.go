package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/station"
)

// enrolPage is a station on a machine of its own, with its page, and a browser.
type enrolPage struct {
	t      *testing.T
	url    string
	notice [32]byte
	client *http.Client
}

// newEnrolPage joins a station to the site, approves the door there, and serves
// the page.
func newEnrolPage(t *testing.T, ctx context.Context, r *rigtest.Rig) *enrolPage {
	t.Helper()
	a, err := authority.Open(r.Dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	code := doorapi.Code{Authority: a.Fingerprint()}
	if code.Address, err = site.Address(r.Dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Office(func(o *site.Office) (err error) {
		code.Secret, err = o.MakeCode(t.Context(), site.Operator, site.KindStation, "Counter", "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s, err := station.Join(ctx, code, filepath.Join(t.TempDir(), "station"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	approve(t, ctx, s)
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate)
	c := &enrolPage{t: t, notice: publishNotice(t, r), client: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}}
	c.serve(ctx, s, r)
	return c
}

// publishNotice has people agree to a notice, as an operator would, and returns its
// hash.
func publishNotice(t *testing.T, r *rigtest.Rig) (hash [32]byte) {
	t.Helper()
	own := consent.Text{consent.Operator: "O", consent.Address: "A", consent.Contact: "C", consent.Complaint: "P"}
	if err := r.Office(func(o *site.Office) error {
		with := o.Config.Draft()
		with.Jurisdiction, with.Version, with.Written = "CN", "1", map[consent.Lang]consent.Text{consent.English: own, consent.Chinese: own}
		n, err := consent.Draft(consent.Everybody, with)
		if err != nil {
			return err
		}
		if hash, err = n.Hash(); err != nil {
			return err
		}
		return o.PublishNotice(t.Context(), site.Operator, n)
	}); err != nil {
		t.Fatal(err)
	}
	return hash
}

// approve compares the fingerprint of the door, as a person would.
func approve(t *testing.T, ctx context.Context, s *station.Station) {
	t.Helper()
	doors, err := s.Doors(ctx)
	if err != nil || len(doors) != 1 {
		t.Fatalf("%d doors, %v", len(doors), err)
	}
	vault, err := s.Vault(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	if _, err := s.Approve(ctx, vault, doors[0].Name, doors[0].Fingerprint); err != nil {
		t.Fatal(err)
	}
}

func (c *enrolPage) serve(ctx context.Context, s *station.Station, r *rigtest.Rig) {
	c.t.Helper()
	if err := s.AddHosts(ctx, []string{"localhost", "127.0.0.1"}); err != nil {
		c.t.Fatal(err)
	}
	manifest, err := r.Home.Manifest()
	if err != nil {
		c.t.Fatal(err)
	}
	server, err := station.NewServer(station.ServerConfig{
		Site: s, TLS: s.ServerTLS(), Hosts: []string{"localhost", "127.0.0.1"}, Page: fstest.MapFS{}, Fonts: c.fonts(r.Home),
		Attester: s.Attester(),
		Faces:    &station.Faces{Engine: r.Faces, Size: manifest.Reference.Bytes(), Threshold: threshold(c.t, manifest)},
		Say:      func(text string) { c.t.Errorf("the operator is told %q", text) },
	})
	if err != nil {
		c.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.url = "https://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	c.t.Cleanup(func() {
		stop()
		c.client.CloseIdleConnections()
		if err := <-done; err != nil {
			c.t.Error(err)
		}
	})
}

func threshold(t *testing.T, m models.Manifest) float64 {
	t.Helper()
	for _, each := range m.Thresholds {
		if each.Name == "fmr-1e-4" {
			return each.Score
		}
	}
	t.Fatal("there is no threshold")
	return 0
}

func (c *enrolPage) fonts(dir home.Dir) (f card.Fonts) {
	c.t.Helper()
	var err error
	if f.Regular, err = dir.Read(home.FontRegular()); err == nil {
		f.Bold, err = dir.Read(home.FontBold())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return f
}

// post asks, and reads what is answered.
func (c *enrolPage) post(path, kind string, body []byte, into any) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Origin", c.url)
	request.Header.Set("Content-Type", kind)
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %s, %s, %v", path, response.Status, data, err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		c.t.Fatal(err)
	}
}

func (c *enrolPage) json(path string, body map[string]any, into any) {
	c.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.post(path, "application/json", data, into)
}

func (c *enrolPage) choose(kind string) string {
	c.t.Helper()
	var chosen struct{ Enrolment string }
	c.json("/api/choose", map[string]any{"kind": kind, "notice": hex.EncodeToString(c.notice[:]), "lang": "en", "agreed": true}, &chosen)
	return chosen.Enrolment
}

// show shows a photograph until it counts or there is a hint, and returns how many
// good ones there are and the hint: pictures count some seconds apart.
func (c *enrolPage) show(enrolment string, photograph []byte, want int) (good int, hint string) {
	c.t.Helper()
	var progress struct {
		Good int
		Hint string
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		c.post("/api/frame?enrolment="+enrolment, "image/jpeg", photograph, &progress)
		if progress.Good == want || progress.Hint != "" {
			break
		}
	}
	return progress.Good, progress.Hint
}

func (c *enrolPage) finish(enrolment string) string {
	c.t.Helper()
	var made struct{ Text string }
	c.json("/api/finish", map[string]any{"enrolment": enrolment}, &made)
	return made.Text
}

// TestEnrolment: a pass that was made at a station's page opens a real door for
// whoever sat for it and for nobody else, though somebody else stepped before the
// camera in between.
func TestEnrolment(t *testing.T) {
	r, ctx := newRig(t)
	c := newEnrolPage(t, ctx, r)
	own, smile := photograph(t, "frll", "neutral", "001_03.jpg"), photograph(t, "frll", "smiling", "001_08.jpg")
	other := photograph(t, "frll", "neutral", "002_03.jpg")
	e := c.choose("face")
	for _, step := range []struct {
		photograph []byte
		good       int
		hint       string
	}{{own, 1, ""}, {smile, 2, ""}, {other, 0, "one-person"}, {own, 1, ""}, {smile, 2, ""}, {own, 3, ""}} {
		if good, hint := c.show(e, step.photograph, step.good); good != step.good || hint != step.hint {
			t.Fatalf("%d good pictures and the hint %q, not %d and %q", good, hint, step.good, step.hint)
		}
	}
	face, plain := c.finish(e), c.finish(c.choose("plain"))
	s := newShowing(t, ctx, r)
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	before := r.Latch.Opened()
	s.see(t, rigtest.Scene{Photograph: smile, Pass: face})
	s.code(t, ctx, face, "opened")
	s.code(t, ctx, plain, "opened")
	s.see(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "002_08.jpg"), Pass: face})
	s.code(t, ctx, face, "try-again")
	if n := r.Latch.Opened() - before; n != 2 {
		t.Errorf("the latch was released %d times, not 2", n)
	}
}
