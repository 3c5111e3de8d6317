package kiosk_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io/fs"
	"math/big"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const doorID = "a1b2c3d4e5f60718"

// patience is for waiting on what is bound to happen, on a slow machine.
const patience = time.Minute

// rig is a running server, with all that it was given.
type rig struct {
	t         *testing.T
	server    *kiosk.Server
	door      *recorder
	frames    *frames
	clock     *clock
	store     kiosk.File
	url       string
	roots     *x509.CertPool
	dial      func(context.Context, string, string) (net.Conn, error) // nil: the network
	authority *x509.Certificate
	stop      func() error

	certificate atomic.Pointer[tls.Certificate] // what the server serves now
}

// start serves on a port of this machine.
func start(t *testing.T) *rig {
	t.Helper()
	return startWith(t, nil)
}

// startWith serves other pages than the usual ones.
func startWith(t *testing.T, pages fs.FS) *rig {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startOn(t, l, l.Addr().(*net.TCPAddr).AddrPort().Port(), pages)
}

func startOn(t *testing.T, l net.Listener, port uint16, pages fs.FS) *rig {
	t.Helper()
	r := &rig{
		t: t, door: newRecorder(), frames: &frames{}, clock: &clock{now: time.Now()},
		store: kiosk.File{Path: filepath.Join(t.TempDir(), "kiosk.json")},
		url:   kiosk.Origins([]string{"127.0.0.1"}, port)[0],
	}
	r.certificate.Store(r.certify())
	var err error
	config := r.config()
	if pages != nil {
		config.Pages = pages
	}
	r.server, err = kiosk.New(config, r.door)
	if err != nil {
		t.Fatal(err)
	}
	r.server.Configure(kiosk.Page{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	server := r.server // a test may put another in its place
	go func() { done <- server.Serve(ctx, l) }()
	r.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (r *rig) config() kiosk.Config {
	return kiosk.Config{
		Door: doorID, Origins: []string{r.url}, Store: r.store, Frames: r.frames, Now: r.clock.Now,
		Certificate: func() (*tls.Certificate, error) { return r.certificate.Load(), nil },
		Pages: fstest.MapFS{
			"index.html":       {Data: []byte("<!doctype html><title>door</title>")},
			"main.js":          {Data: []byte("'use strict'")},
			"zxing/qr.wasm":    {Data: []byte("\x00asm")},
			"help/index.html":  {Data: []byte("<!doctype html><title>help</title>")},
			"secret.private":   {Data: []byte("never served")},
			"sound/opened.mp3": {Data: []byte("0123456789")},
		},
	}
}

// certify makes an authority and a certificate for 127.0.0.1 from it. The
// authority may vouch for addresses in permitted only, if there are any.
func (r *rig) certify(permitted ...*net.IPNet) *tls.Certificate {
	r.t.Helper()
	caKey, leafKey := newKey(r.t), newKey(r.t)
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test site"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: len(permitted) > 0, PermittedIPRanges: permitted,
	}
	caDER := create(r.t, ca, ca, &caKey.PublicKey, caKey)
	r.authority, _ = x509.ParseCertificate(caDER)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Front"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafDER := create(r.t, leaf, r.authority, &leafKey.PublicKey, caKey)
	r.roots = x509.NewCertPool()
	r.roots.AddCert(r.authority)
	return &tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func create(t *testing.T, c, parent *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// tablet returns a kiosk that is not paired.
func (r *rig) tablet() *kiosktest.Kiosk {
	r.t.Helper()
	k, err := kiosktest.New(r.url, r.roots)
	if err != nil {
		r.t.Fatal(err)
	}
	k.DialContext = r.dial
	return k
}

// paired returns a kiosk that is paired.
func (r *rig) paired() *kiosktest.Kiosk {
	r.t.Helper()
	k := r.tablet()
	offer, err := r.server.Pair(true)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := k.Pair(r.t.Context(), offer.Code); err != nil {
		r.t.Fatal(err)
	}
	return k
}

// connect connects a kiosk and waits until the door knows.
func (r *rig) connect(k *kiosktest.Kiosk) *kiosktest.Page {
	r.t.Helper()
	p, err := k.Connect(r.soon())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(p.Close)
	if _, err := p.Wait(r.soon(), "config", nil); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// soon returns a context that ends when something that is bound to happen has
// not.
func (r *rig) soon() context.Context {
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	r.t.Cleanup(cancel)
	return ctx
}

// ended waits for the end of a page and returns why.
func (r *rig) ended(p *kiosktest.Page) error {
	r.t.Helper()
	select {
	case <-p.Done():
	case <-r.soon().Done():
		r.t.Fatal("the connection did not end")
	}
	return p.Err()
}

// until waits for a condition.
func (r *rig) until(what string, is func() bool) {
	r.t.Helper()
	for ctx := r.soon(); !is(); time.Sleep(time.Millisecond) {
		if ctx.Err() != nil {
			r.t.Fatal("never: " + what)
		}
	}
}

// recorder is a door that notes events.
type recorder struct {
	mu     sync.Mutex
	events []kiosk.Event
	times  []time.Time
	news   chan struct{}
}

func newRecorder() *recorder { return &recorder{news: make(chan struct{}, 1)} }

func (d *recorder) Event(e kiosk.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
	d.times = append(d.times, time.Now())
}

func (d *recorder) all() []kiosk.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]kiosk.Event(nil), d.events...)
}

// lost waits for the n-th Lost event (from 1).
func (r *rig) lost(n int) kiosk.Lost {
	r.t.Helper()
	var found kiosk.Lost
	r.until("a Lost event", func() bool {
		seen := 0
		for _, e := range r.door.all() {
			if l, ok := e.(kiosk.Lost); ok {
				if seen++; seen == n {
					found = l
					return true
				}
			}
		}
		return false
	})
	return found
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
