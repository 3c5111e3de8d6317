package link

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/pass"
)

// fakeController answers a desk as a controller does, under an authority of its own.
type fakeController struct {
	*httptest.Server
	t    *testing.T
	ca   *x509.Certificate
	key  *ecdsa.PrivateKey
	code doorapi.Code
	desk pass.DoorID

	mu       sync.Mutex
	config   doorapi.DeskConfig // guarded by mu, as are those below
	tag      string
	reports  []doorapi.DeskReport
	renewals int
	life     time.Duration
	wrongKey bool // certificates are made for another key
}

func newController(t *testing.T) *fakeController {
	t.Helper()
	f := &fakeController{t: t, desk: pass.DoorID{7}, life: 90 * 24 * time.Hour, tag: `"1"`}
	f.key = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	f.ca = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, self, self, &f.key.PublicKey, f.key))(t)))(t)
	f.config = doorapi.DeskConfig{Site: pass.SiteID{1}, ID: f.desk, SiteName: "Garden Court", Name: "Counter"}
	own := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	certificate := f.sign(&own.PublicKey, doorapi.ServerName)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+doorapi.PathJoin, f.join)
	mux.HandleFunc("POST "+doorapi.PathRenew, f.renew)
	mux.HandleFunc("GET "+doorapi.PathDeskConfig, f.give)
	mux.HandleFunc("POST "+doorapi.PathDeskReport, f.report)
	f.Server = httptest.NewUnstartedServer(mux)
	f.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw, f.ca.Raw}, PrivateKey: own}},
		ClientAuth:   tls.VerifyClientCertIfGiven, ClientCAs: x509.NewCertPool(),
	}
	f.TLS.ClientCAs.AddCert(f.ca)
	f.StartTLS()
	t.Cleanup(f.Close)
	f.code = doorapi.Code{Address: strings.TrimPrefix(f.URL, "https://"), Authority: sha256.Sum256(f.ca.Raw)}
	return f
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (f *fakeController) sign(key any, names ...string) *x509.Certificate {
	made := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(f.life), DNSNames: names,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, made, f.ca, key, f.key))(f.t)))(f.t)
}

// certify answers a request for a certificate.
func (f *fakeController) certify(w http.ResponseWriter, csr []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	request, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	key := request.PublicKey
	if f.wrongKey {
		key = &f.key.PublicKey
	}
	json.NewEncoder(w).Encode(doorapi.JoinResponse{
		Certificate: pemOf(f.sign(key, request.DNSNames...)), Authority: pemOf(f.ca), ID: f.desk.String(), Name: "Counter", Site: pass.SiteID{1}.String(),
	})
}

func pemOf(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

func (f *fakeController) join(w http.ResponseWriter, r *http.Request) {
	var body doorapi.JoinRequest
	if json.NewDecoder(r.Body).Decode(&body) != nil || body.Kind != doorapi.KindDesk {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	f.certify(w, body.CSR)
}

func (f *fakeController) renew(w http.ResponseWriter, r *http.Request) {
	var body doorapi.RenewRequest
	if json.NewDecoder(r.Body).Decode(&body) != nil || len(r.TLS.PeerCertificates) == 0 {
		http.Error(w, "no", http.StatusForbidden)
		return
	}
	f.mu.Lock()
	f.renewals++
	f.mu.Unlock()
	f.certify(w, body.CSR)
}

func (f *fakeController) give(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("ETag", f.tag)
	if len(r.TLS.PeerCertificates) == 0 {
		http.Error(w, "no", http.StatusForbidden)
	} else if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
	} else {
		json.NewEncoder(w).Encode(f.config)
	}
}

func (f *fakeController) report(w http.ResponseWriter, r *http.Request) {
	var body doorapi.DeskReport
	json.NewDecoder(r.Body).Decode(&body)
	f.mu.Lock()
	f.reports = append(f.reports, body)
	f.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// joined is a desk that has joined, and its link.
func joined(t *testing.T, f *fakeController, hosts ...string) (*state.Folder, *Link) {
	t.Helper()
	folder := must(state.Open(t.TempDir(), durable.Disk{}))(t)
	t.Cleanup(func() { folder.Close() })
	must(Join(t.Context(), f.code, folder, hosts))(t)
	l := must(Open(folder, time.Now))(t)
	t.Cleanup(l.Close)
	return folder, l
}

func TestJoin(t *testing.T) {
	f := newController(t)
	folder, l := joined(t, f, "desk.local")
	if i := l.Identity(); i.Desk != f.desk || i.Name != "Counter" || i.Site != (pass.SiteID{1}) {
		t.Errorf("joined as %+v", i)
	}
	if _, err := Join(t.Context(), f.code, folder, nil); !errors.Is(err, state.ErrJoined) {
		t.Errorf("joining again: %v", err)
	}
	if c, _ := l.Config(); c != nil {
		t.Errorf("a configuration from nowhere: %+v", c)
	}
}

// TestJoinRefused: whoever is not who the code names, and whoever makes a certificate
// for another key, gets no desk.
func TestJoinRefused(t *testing.T) {
	for name, spoil := range map[string]func(*fakeController){
		"other authority": func(f *fakeController) { f.code.Authority[0] ^= 1 },
		"other key":       func(f *fakeController) { f.wrongKey = true },
	} {
		t.Run(name, func(t *testing.T) {
			f := newController(t)
			spoil(f)
			folder := must(state.Open(t.TempDir(), durable.Disk{}))(t)
			defer folder.Close()
			if _, err := Join(t.Context(), f.code, folder, nil); err == nil || folder.Joined() {
				t.Errorf("joined: %v", err)
			}
		})
	}
}

// TestConfig: what the controller said last is there after a start without it.
func TestConfig(t *testing.T) {
	f := newController(t)
	folder, l := joined(t, f)
	_, changed := l.Config()
	for range 2 { // the second time nothing is new
		if err := l.Fetch(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-changed:
	default:
		t.Error("nobody was told")
	}
	if c, _ := l.Config(); c == nil || c.SiteName != "Garden Court" {
		t.Errorf("%+v", c)
	}
	f.Close()
	l.Close()
	again := must(Open(folder, time.Now))(t)
	defer again.Close()
	if c, _ := again.Config(); c == nil || c.SiteName != "Garden Court" {
		t.Errorf("after a start without a controller: %+v", c)
	}
}

// TestConfigOfAnother: one that is for another desk changes nothing.
func TestConfigOfAnother(t *testing.T) {
	f := newController(t)
	_, l := joined(t, f)
	f.config.ID = pass.DoorID{8}
	if err := l.Fetch(t.Context(), false); !errors.Is(err, ErrAnswer) {
		t.Errorf("error %v", err)
	}
	if c, _ := l.Config(); c != nil {
		t.Errorf("%+v", c)
	}
}

func TestRenew(t *testing.T) {
	f := newController(t)
	f.life = time.Hour
	_, l := joined(t, f, "desk.local")
	if err := l.Renew(t.Context()); err != nil || f.renewals != 0 {
		t.Errorf("renewed early: %v", err)
	}
	l.now = func() time.Time { return time.Now().Add(50 * time.Minute) }
	if err := l.Renew(t.Context()); err != nil || f.renewals != 1 {
		t.Errorf("%d renewals, %v", f.renewals, err)
	}
	if got := strings.Join(l.Hosts(), " "); got != "desk.local" {
		t.Errorf("hosts %s", got)
	}
}

// TestReports: a day goes once, and only when the controller has taken it.
func TestReports(t *testing.T) {
	f := newController(t)
	folder, l := joined(t, f)
	if err := folder.SaveCounts(counts.Day{Day: "2026-11-20", Counts: map[string]string{"same-person": "12"}}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	_, changed := l.Config()
	go func() { defer close(done); l.Keep(ctx, func(text string) { t.Log(text) }) }()
	<-changed // fetched after what was to be reported
	stop()
	<-done
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.reports) != 1 || f.reports[0].Counts["same-person"] != "12" {
		t.Errorf("reports %v", f.reports)
	}
	if days, err := folder.Days(); err != nil || len(days) != 0 {
		t.Errorf("still there: %v %v", days, err)
	}
}
