package edgetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/pass"
)

// Controller answers doors as the real one does, and can be made to fail.
type Controller struct {
	// Address is host:port, the same over all its starts.
	Address string

	site   *Site
	secret [doorapi.CodeSecret]byte

	mu       sync.Mutex
	server   *http.Server
	bundle   []byte
	number   uint64
	news     chan struct{}
	secrets  [][]byte
	counts   []doorapi.Counts
	reports  []doorapi.Report
	removed  bool
	answer   func(w http.ResponseWriter, r *http.Request) bool
	requests int
}

// Serve starts a controller of the site; it ends with the test.
func (s *Site) Serve() *Controller {
	s.t.Helper()
	c := &Controller{site: s, secret: [16]byte{1, 2, 3, 4, 5}, news: make(chan struct{})}
	at, err := nettest.Address() // where it is started again
	must(s.t, err)
	c.start(s.t, at)
	s.t.Cleanup(c.Stop)
	return c
}

func (c *Controller) start(t testing.TB, address string) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	must(t, err)
	key := Key(t)
	roots := x509.NewCertPool()
	roots.AddCert(c.site.authority)
	server := &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second}
	own := tls.Certificate{Certificate: [][]byte{c.site.controller(&key.PublicKey).Raw, c.site.authority.Raw}, PrivateKey: key}
	config := &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, ClientCAs: roots,
		ClientAuth: tls.VerifyClientCertIfGiven, Time: c.site.Now,
	}
	c.mu.Lock()
	c.server, c.Address = server, l.Addr().String()
	c.mu.Unlock()
	go server.Serve(tls.NewListener(l, config)) //nolint:errcheck // it ends with Stop
}

// Stop kills the controller with all its connections.
func (c *Controller) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server.Close()
}

// Start starts it again after Stop, at the same address.
func (c *Controller) Start() { c.start(c.site.t, c.Address) }

// Publish gives doors a bundle.
func (c *Controller) Publish(number uint64, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bundle, c.number = data, number
	close(c.news)
	c.news = make(chan struct{})
}

// Approve relays secrets.
func (c *Controller) Approve(texts [][]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets = texts
}

// Remove removes every door.
func (c *Controller) Remove() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removed = true
	close(c.news)
	c.news = make(chan struct{})
}

// Answer has a function answer requests, as long as it returns true.
func (c *Controller) Answer(f func(w http.ResponseWriter, r *http.Request) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = f
}

// Told returns what doors have told, and how often they asked anything.
func (c *Controller) Told() (counts []doorapi.Counts, reports []doorapi.Report, requests int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts, c.reports, c.requests
}

// Code returns a code to join with.
func (c *Controller) Code() doorapi.Code {
	return doorapi.Code{Address: c.Address, Authority: sha256.Sum256(c.site.authority.Raw), Secret: c.secret}
}

// ServeHTTP is a method of [http.Handler].
func (c *Controller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.requests++
	answer, removed := c.answer, c.removed
	c.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	known := len(r.TLS.VerifiedChains) > 0
	switch {
	case r.URL.Path == doorapi.PathJoin:
		c.join(w, r)
	case !known:
		problem(w, http.StatusUnauthorized, doorapi.ProblemUnknown)
	case removed:
		problem(w, http.StatusForbidden, doorapi.ProblemRemoved)
	default:
		c.known(w, r)
	}
}

func (c *Controller) known(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == doorapi.PathBundle:
		c.poll(w, r)
	case strings.HasPrefix(path, doorapi.PathObjects):
		c.site.mu.Lock()
		data, ok := c.site.objects[strings.TrimPrefix(path, doorapi.PathObjects)]
		c.site.mu.Unlock()
		if !ok {
			problem(w, http.StatusNotFound, doorapi.ProblemNotFound)
			return
		}
		w.Write(data)
	case path == doorapi.PathRenew:
		var q doorapi.RenewRequest
		if read(w, r, &q) {
			c.certify(w, q.CSR)
		}
	case path == doorapi.PathSecrets:
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.secrets == nil {
			problem(w, http.StatusNotFound, doorapi.ProblemNotYet)
			return
		}
		json.NewEncoder(w).Encode(doorapi.SecretsResponse{Secrets: c.secrets})
	case path == doorapi.PathCounts:
		tell(c, w, r, &c.counts)
	case path == doorapi.PathReports:
		tell(c, w, r, &c.reports)
	}
}

// tell notes what a door tells.
func tell[T any](c *Controller, w http.ResponseWriter, r *http.Request, all *[]T) {
	var one T
	if read(w, r, &one) {
		c.mu.Lock()
		defer c.mu.Unlock()
		*all = append(*all, one)
	}
}

func (c *Controller) join(w http.ResponseWriter, r *http.Request) {
	var q doorapi.JoinRequest
	if !read(w, r, &q) {
		return
	}
	if string(q.Secret) != string(c.secret[:]) || q.Kind != doorapi.KindDoor {
		problem(w, http.StatusForbidden, doorapi.ProblemCode)
		return
	}
	c.certify(w, q.CSR)
}

func (c *Controller) certify(w http.ResponseWriter, der []byte) {
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || csr.CheckSignature() != nil {
		problem(w, http.StatusBadRequest, doorapi.ProblemRequest)
		return
	}
	cert := c.site.Door(csr.PublicKey.(*ecdsa.PublicKey), time.Time{})
	spki, err := x509.MarshalPKIXPublicKey(&c.site.Signer.PublicKey)
	must(c.site.t, err)
	text := func(c *x509.Certificate) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	json.NewEncoder(w).Encode(doorapi.JoinResponse{
		Certificate: text(cert), Authority: text(c.site.authority), ID: pass.DoorID{9, 9}.String(), Name: "Front door",
		Zone: Zone, Site: c.site.ID.String(), Signers: [][]byte{spki},
	})
}

// poll waits, but not for as long as the real one.
func (c *Controller) poll(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	for {
		c.mu.Lock()
		data, number, news, removed := c.bundle, c.number, c.news, c.removed
		c.mu.Unlock()
		switch {
		case removed:
			problem(w, http.StatusForbidden, doorapi.ProblemRemoved)
			return
		case number > after:
			w.Header().Set("Content-Type", doorapi.TypeBundle)
			w.Header().Set("ETag", strconv.Quote(strconv.FormatUint(number, 10)))
			w.Write(data)
			return
		}
		select {
		case <-news:
		case <-ctx.Done():
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
}

func read(w http.ResponseWriter, r *http.Request, v any) bool {
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, doorapi.MaxBody)).Decode(v) != nil {
		problem(w, http.StatusBadRequest, doorapi.ProblemRequest)
		return false
	}
	return true
}

func problem(w http.ResponseWriter, status int, kind string) {
	(&doorapi.Problem{Type: kind, Title: http.StatusText(status), Status: status}).Answer(w)
}
