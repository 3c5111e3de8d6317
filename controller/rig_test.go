package controller

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// rig is a controller that serves a new site.
type rig struct {
	t       *testing.T
	dir     string
	address string
	config  site.Config

	mu   sync.Mutex
	said []string
	stop func()
}

func extras() site.Extras {
	return site.Extras{
		Models: []bundle.Model{{ID: pass.ModelID{7}, Until: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)}},
		Notice: bundle.Notice{SHA256: [32]byte{5}, Text: map[string]string{"en": "A camera will look at you."}},
	}
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, dir: filepath.Join(t.TempDir(), "site")}
	c := site.Config{Name: "Garden Court", Zones: []string{"front", "garage"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy()}
	var err error
	if r.config, err = site.CreateController(r.dir, c, time.Now()); err != nil {
		t.Fatal(err)
	}
	r.serve()
	t.Cleanup(func() { r.stop() })
	return r
}

// serve starts the controller.
func (r *rig) serve() {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	r.address = l.Addr().String()
	c, err := New(Config{Dir: r.dir, Address: r.address, Pages: "https://house.example", Extras: extras(), Say: func(s string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.said = append(r.said, s)
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Serve(ctx, l) }()
	var once sync.Once
	r.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				r.t.Error(err)
			}
		})
	}
}

// do does something at the site as another process would.
func (r *rig) do(f func(*site.Office) error) {
	r.t.Helper()
	o, err := site.OpenOffice(r.dir, time.Now)
	if err != nil {
		r.t.Fatal(err)
	}
	defer o.Close()
	if err := f(o); err != nil {
		r.t.Fatal(err)
	}
}

// code makes a join code.
func (r *rig) code(kind site.Kind, name, zone string) doorapi.Code {
	r.t.Helper()
	a, err := authority.Open(r.dir, time.Now)
	if err != nil {
		r.t.Fatal(err)
	}
	c := doorapi.Code{Address: r.address, Authority: a.Fingerprint()}
	r.do(func(o *site.Office) (err error) {
		c.Secret, err = o.MakeCode(r.t.Context(), site.Operator, kind, name, zone)
		return err
	})
	return c
}

// member is a door or a station.
type member struct {
	t      *testing.T
	kind   string
	key    *ecdsa.PrivateKey
	relay  bundle.DoorKey
	joined doorapi.JoinResponse
	client *http.Client
	base   string
}

func newMember(t *testing.T, kind string) *member {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	relay, err := bundle.NewDoorKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &member{t: t, kind: kind, key: key, relay: relay}
}

func csr(t *testing.T, key crypto.Signer, hosts ...string) []byte {
	t.Helper()
	r := &x509.CertificateRequest{}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			r.IPAddresses = append(r.IPAddresses, ip)
		} else {
			r.DNSNames = append(r.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, r, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// join returns the problem that the controller answered with, or nil.
func (m *member) join(c doorapi.Code, hosts ...string) *doorapi.Problem {
	m.t.Helper()
	return m.joinFrom("127.0.0.1", c, hosts...)
}

// joinFrom is join from an address of this machine.
func (m *member) joinFrom(address string, c doorapi.Code, hosts ...string) *doorapi.Problem {
	m.t.Helper()
	body := doorapi.JoinRequest{Secret: c.Secret[:], CSR: csr(m.t, m.key, hosts...), Kind: m.kind}
	if m.kind == doorapi.KindDoor {
		body.RelayKey = m.relay.Public()
	}
	m.base = "https://" + c.Address
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: c.ClientTLS(func(*x509.Certificate) {}), DialContext: from.DialContext}}
	defer client.CloseIdleConnections()
	if p := m.ask(client, http.MethodPost, doorapi.PathJoin, body, &m.joined); p != nil {
		return p
	}
	m.connect()
	return nil
}

// connect makes a client with the certificate.
func (m *member) connect() {
	m.t.Helper()
	block, _ := pem.Decode([]byte(m.joined.Certificate))
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(m.joined.Authority)) {
		m.t.Fatal("no authority")
	}
	own := tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: m.key}
	m.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: roots, ServerName: doorapi.ServerName, Certificates: []tls.Certificate{own},
	}}}
	m.t.Cleanup(m.client.CloseIdleConnections)
}

// ask sends one value and reads another.
func (m *member) ask(client *http.Client, method, path string, body, into any) *doorapi.Problem {
	m.t.Helper()
	data, p := m.raw(client, method, path, body)
	if p == nil && into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			m.t.Fatal(err)
		}
	}
	return p
}

func (m *member) raw(client *http.Client, method, path string, body any) ([]byte, *doorapi.Problem) {
	m.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(m.t.Context(), method, m.base+path, bytes.NewReader(sent))
	if err != nil {
		m.t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, &doorapi.Problem{Type: "transport", Title: err.Error()}
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	if response.StatusCode < 300 {
		return data, nil
	}
	p := &doorapi.Problem{}
	if response.StatusCode == http.StatusNotModified {
		return nil, &doorapi.Problem{Type: "unchanged", Status: response.StatusCode}
	}
	if err := json.Unmarshal(data, p); err != nil || response.Header.Get("Content-Type") != doorapi.TypeProblem || p.Status != response.StatusCode {
		m.t.Fatalf("%s is no problem: %q", response.Status, data)
	}
	return nil, p
}

func (m *member) get(path string, into any) *doorapi.Problem {
	m.t.Helper()
	return m.ask(m.client, http.MethodGet, path, nil, into)
}

func (m *member) post(path string, body, into any) *doorapi.Problem {
	m.t.Helper()
	return m.ask(m.client, http.MethodPost, path, body, into)
}

// joined returns a door that joined.
func (r *rig) door(name, zone string, hosts ...string) *member {
	r.t.Helper()
	m := newMember(r.t, doorapi.KindDoor)
	if p := m.join(r.code(site.KindDoor, name, zone), hosts...); p != nil {
		r.t.Fatal(p)
	}
	return m
}

func (r *rig) station(name string) *member {
	r.t.Helper()
	m := newMember(r.t, doorapi.KindStation)
	if p := m.join(r.code(site.KindStation, name, "")); p != nil {
		r.t.Fatal(p)
	}
	return m
}

func (m *member) id() pass.DoorID {
	m.t.Helper()
	id, err := pass.ParseDoorID(m.joined.ID)
	if err != nil {
		m.t.Fatal(err)
	}
	return id
}

// signers are the keys that the door was told at joining.
func (m *member) signers() map[pass.KeyID]*ecdsa.PublicKey {
	m.t.Helper()
	var keys []*ecdsa.PublicKey
	for _, der := range m.joined.Signers {
		key, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			m.t.Fatal(err)
		}
		keys = append(keys, key.(*ecdsa.PublicKey))
	}
	all, err := bundle.Keys(keys)
	if err != nil {
		m.t.Fatal(err)
	}
	return all
}

// bundle fetches and verifies.
func (m *member) bundle(query string) (*bundle.Bundle, *doorapi.Problem) {
	m.t.Helper()
	data, p := m.raw(m.client, http.MethodGet, doorapi.PathBundle+query, nil)
	if p != nil {
		return nil, p
	}
	id, err := pass.ParseSiteID(m.joined.Site)
	if err != nil {
		m.t.Fatal(err)
	}
	b, err := bundle.Verify(data, m.signers(), id)
	if err != nil {
		m.t.Fatal(err)
	}
	return b, nil
}

// is says whether a problem is of a type.
func is(p *doorapi.Problem, kind string) bool { return p != nil && p.Type == kind }
