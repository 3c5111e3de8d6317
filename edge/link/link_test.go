package link_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func client(t *testing.T, i *state.Identity) *link.Client {
	t.Helper()
	c := link.NewClient(i.Controller, link.Trust{Authority: i.Authority, Certificate: i.TLS, Now: time.Now})
	t.Cleanup(c.Close)
	return c
}

func TestJoin(t *testing.T) {
	c := edgetest.New(t).Serve()
	i, err := link.Join(t.Context(), c.Code(), []string{"door.local", "192.168.1.20"})
	must(t, err)
	if i.Zone != "front" || i.Name != "Front door" || i.Controller != c.Address || len(i.Signers) != 1 || !i.Relay.OK() {
		t.Errorf("%+v", i)
	}
	if _, err := client(t, i).Secrets(t.Context()); !errors.Is(err, link.ErrNotYet) {
		t.Errorf("the certificate is of no use: %v", err)
	}
}

func TestJoinElsewhere(t *testing.T) {
	c, other := edgetest.New(t).Serve(), edgetest.New(t).Serve()
	code := other.Code()
	code.Address = c.Address
	if _, err := link.Join(t.Context(), code, nil); !errors.Is(err, doorapi.ErrOtherAuthority) {
		t.Errorf("error %v", err)
	}
	if _, _, requests := c.Told(); requests != 0 {
		t.Error("the secret was told to somebody else")
	}
}

func TestJoinRefused(t *testing.T) {
	c := edgetest.New(t).Serve()
	code := c.Code()
	code.Secret[7]++
	var p *doorapi.Problem
	if _, err := link.Join(t.Context(), code, nil); !errors.As(err, &p) || p.Type != doorapi.ProblemCode {
		t.Errorf("error %v", err)
	}
	c.Answer(func(w http.ResponseWriter, _ *http.Request) bool { w.Write([]byte("{}")); return true })
	if _, err := link.Join(t.Context(), c.Code(), nil); !errors.Is(err, link.ErrAnswer) {
		t.Errorf("error %v", err)
	}
}

// TestOthersAreNotBelieved: neither another authority's certificate nor that of
// another door of the same site makes a controller.
func TestOthersAreNotBelieved(t *testing.T) {
	site := edgetest.New(t)
	c, other := site.Serve(), edgetest.New(t).Serve()
	i := site.Identity(other.Address)
	if _, err := client(t, i).Bundle(t.Context(), 0); err == nil {
		t.Error("another authority's controller was believed")
	}
	i.Controller = door(t, site.Identity(""))
	if _, err := client(t, i).Bundle(t.Context(), 0); err == nil || !strings.Contains(err.Error(), doorapi.ServerName) {
		t.Errorf("a door was believed: %v", err)
	}
	stranger := edgetest.New(t).Identity("")
	i = site.Identity(c.Address)
	i.Certificate, i.Key = stranger.Certificate, stranger.Key
	if _, err := client(t, i).Bundle(t.Context(), 0); err == nil {
		t.Error("a stranger was let in")
	}
}

// door listens with a door's certificate.
func door(t *testing.T, i *state.Identity) string {
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{i.TLS()}, MinVersion: tls.VersionTLS13})
	must(t, err)
	s := &http.Server{ReadHeaderTimeout: time.Second}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func TestClient(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	data := site.Bundle(3)
	c.Publish(3, data)
	i := site.Identity(c.Address)
	k := client(t, i)
	got, err := k.Bundle(t.Context(), 2)
	if err != nil || string(got) != string(data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	signers, err := bundle.Keys(i.Signers)
	must(t, err)
	b, err := bundle.Verify(got, signers, site.ID)
	must(t, err)
	for _, o := range state.Needed(b, edgetest.Zone) {
		if data, err := k.Object(t.Context(), o); err != nil || o.Match(data) != nil {
			t.Errorf("%v", err)
		}
	}
	if _, err := k.Object(t.Context(), bundle.ObjectOf([]byte("x"))); err == nil {
		t.Error("an object that is not there")
	}
	must(t, k.Counts(t.Context(), doorapi.Counts{Day: "2026-11-22", Zone: "front"}))
	must(t, k.Report(t.Context(), doorapi.Report{Kind: "restart", Count: 1}))
	counts, reports, _ := c.Told()
	if len(counts) != 1 || len(reports) != 1 || counts[0].Day != "2026-11-22" || reports[0].Kind != "restart" {
		t.Errorf("%v %v", counts, reports)
	}
	c.Remove()
	if _, err := k.Bundle(t.Context(), 3); !errors.Is(err, link.ErrRemoved) {
		t.Errorf("error %v", err)
	}
}

func TestBadAnswers(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	k := client(t, site.Identity(c.Address))
	for name, answer := range map[string]func(w http.ResponseWriter){
		"half": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("half"))
		},
		"too much": func(w http.ResponseWriter) { w.Write(make([]byte, bundle.MaxSize+1)) },
		"moved":    func(w http.ResponseWriter) { w.Header().Set("Location", "https://example.org/"); w.WriteHeader(302) },
		"broken":   func(w http.ResponseWriter) { w.WriteHeader(500) },
		"page":     func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); w.WriteHeader(404) },
	} {
		c.Answer(func(w http.ResponseWriter, _ *http.Request) bool { answer(w); return true })
		if data, err := k.Bundle(t.Context(), 0); err == nil || data != nil {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	c.Answer(func(w http.ResponseWriter, _ *http.Request) bool { w.Write([]byte("[")); return true })
	if _, err := k.Secrets(t.Context()); !errors.Is(err, link.ErrAnswer) {
		t.Errorf("error %v", err)
	}
}

func TestRenew(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	i := site.Identity(c.Address)
	i.Certificate = site.Door(i.Key.Public().(*ecdsa.PublicKey), time.Now().Add(-61*24*time.Hour))
	next, err := client(t, i).Renew(t.Context(), i, []string{"door.local"})
	must(t, err)
	if !time.Now().After(link.RenewAt(i.Certificate)) || time.Now().After(link.RenewAt(next.Certificate)) || next.Key != i.Key {
		t.Error("not renewed")
	}
	// What the controller makes now ends no later than this, whatever second it is.
	later := *next
	later.Certificate = site.Door(i.Key.Public().(*ecdsa.PublicKey), time.Now().Add(time.Hour))
	if _, err := client(t, next).Renew(t.Context(), &later, nil); !errors.Is(err, link.ErrCertificate) {
		t.Errorf("one that ends no later: %v", err)
	}
}

func TestBackoff(t *testing.T) {
	var b link.Backoff
	before, total := time.Duration(0), time.Duration(0)
	for range 2000 {
		wait := b.Next()
		if wait > 30*time.Second || wait > before*4+time.Second || total < 10*time.Minute && wait > 3*time.Second || wait < 100*time.Millisecond {
			t.Fatalf("waits %v after %v", wait, before)
		}
		before, total = wait, total+wait
	}
	if before < 15*time.Second {
		t.Errorf("still waits only %v", before)
	}
}

// taker wants everything.
type taker struct {
	mu    sync.Mutex
	taken int
	heard []error
	fail  error
}

func (k *taker) After() uint64 { k.mu.Lock(); defer k.mu.Unlock(); return uint64(k.taken) }

func (k *taker) Take(context.Context, []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail == nil {
		k.taken++
	}
	return k.fail
}

func (k *taker) Heard(err error) { k.mu.Lock(); defer k.mu.Unlock(); k.heard = append(k.heard, err) }

// TestABundleThatIsNeverTakenIsNotAskedForWithoutEnd: it waits longer each time.
func TestABundleThatIsNeverTakenIsNotAskedForWithoutEnd(t *testing.T) {
	site := edgetest.New(t)
	c := site.Serve()
	c.Publish(1, site.Bundle(1))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	k := &fourTimes{taker: taker{fail: errors.New("not this one")}, enough: cancel}
	began := time.Now()
	client(t, site.Identity(c.Address)).Follow(ctx, k)
	// Waits of 250, 500 and 1000 ms, of which chance takes up to a half.
	if took := time.Since(began); k.times != 4 || took < 875*time.Millisecond {
		t.Errorf("asked %d times in %v", k.times, took)
	}
}

// fourTimes has heard enough after four attempts.
type fourTimes struct {
	taker
	times  int
	enough func()
}

func (k *fourTimes) Heard(error) {
	if k.times++; k.times == 4 {
		k.enough()
	}
}

// TestOver: a door whose certificate has ended is told that it has to join again,
// not what TLS makes of it, and one that can go on is not told so.
func TestOver(t *testing.T) {
	site := edgetest.New(t)
	now := time.Now()
	site.Now = func() time.Time { return now }
	c := site.Serve()
	i, err := link.Join(t.Context(), c.Code(), []string{"door.local"})
	must(t, err)
	ask := func(at time.Time) error {
		k := link.NewClient(i.Controller, link.Trust{Authority: i.Authority, Certificate: i.TLS, Now: func() time.Time { return at }})
		defer k.Close()
		_, err := k.Secrets(t.Context())
		return err
	}
	if err := ask(now); !errors.Is(err, link.ErrNotYet) {
		t.Errorf("while it is good: %v", err)
	}
	now = i.Certificate.NotAfter.Add(time.Hour)
	c.Stop()
	c.Start()
	if err := ask(now); !errors.Is(err, link.ErrOver) || !strings.Contains(err.Error(), "joins again") {
		t.Errorf("when it has ended: %v", err)
	}
	c.Stop()
	if err := ask(i.Certificate.NotAfter.Add(-time.Hour)); err == nil || errors.Is(err, link.ErrOver) {
		t.Errorf("a controller that is away: %v", err)
	}
}
