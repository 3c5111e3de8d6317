package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func newSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir() + "/site"
	c := site.Config{Name: strings.Repeat("园", 60), Zones: []string{"front"}, Timezone: "UTC", Policy: site.DefaultPolicy()}
	if _, err := site.CreateController(dir, c, noon); err != nil {
		t.Fatal(err)
	}
	return dir
}

func newAuthority(t *testing.T, hosts ...string) *Authority {
	t.Helper()
	a, err := OpenOrMake(newSite(t), hosts, clock)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// asks returns a request of a new key, with the key.
func asks(t *testing.T, r *x509.CertificateRequest) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, r, key)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

func hosts(names ...string) *x509.CertificateRequest {
	r := &x509.CertificateRequest{}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			r.IPAddresses = append(r.IPAddresses, ip)
		} else {
			r.DNSNames = append(r.DNSNames, name)
		}
	}
	return r
}

// TestVouchesForPrivateNamesOnly: what can be signed for is what means nothing
// on the public internet.
func TestVouchesForPrivateNamesOnly(t *testing.T) {
	a := newAuthority(t, "doors.example.org")
	for host, want := range map[string]bool{
		"kiosk.local": true, "localhost": true, "a.lan": true, "b.home.arpa": true, "c.internal": true, "KIOSK.Local": true,
		"10.1.2.3": true, "172.16.0.1": true, "192.168.1.20": true, "127.0.0.1": true, "::1": true, "fd00::1": true, "fe80::1": true, "100.64.0.1": true,
		"doors.example.org": true, "x.doors.example.org": true,
		"example.org": false, "bank.example": false, "8.8.8.8": false, "172.32.0.1": false, "2001:db8::1": false, "locale": false, "xlocal": false,
		"mydoors.example.org": false, doorapi.ServerName: false, doorapi.Reserved: false,
	} {
		der, key := asks(t, hosts(host))
		r, err := ParseRequest(der)
		var certificate string
		if err == nil {
			certificate, err = a.Issue(r, pass.DoorID{1}, doorapi.KindDoor)
		}
		if (err == nil) != want || !want && !errors.Is(err, ErrName) {
			t.Errorf("%s: %v", host, err)
		}
		if err == nil {
			judge(t, a, certificate, key.Public(), host)
		}
	}
}

// judge checks a certificate as a browser does.
func judge(t *testing.T, a *Authority, text string, key crypto.PublicKey, host string) {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !c.PublicKey.(*ecdsa.PublicKey).Equal(key) || c.Subject.CommonName != (pass.DoorID{1}).String() || c.IsCA {
		t.Errorf("%v", c.Subject)
	}
	if life := c.NotAfter.Sub(noon); life != DoorLife {
		t.Errorf("it is good for %v", life)
	}
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
		_, err := c.Verify(x509.VerifyOptions{Roots: a.Pool(), CurrentTime: noon, DNSName: host, KeyUsages: []x509.ExtKeyUsage{use}})
		if err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// TestConstraints: the authority's own certificate says so, in a way that whoever
// does not understand it has to refuse.
func TestConstraints(t *testing.T) {
	c := newAuthority(t).Certificate
	if !c.PermittedDNSDomainsCritical || len(c.PermittedIPRanges) == 0 || len(c.PermittedDNSDomains) == 0 || !c.MaxPathLenZero || !c.IsCA {
		t.Errorf("%+v", c)
	}
	if c.NotAfter.Sub(noon) < Life-48*time.Hour || c.NotBefore.After(noon) {
		t.Errorf("from %v to %v", c.NotBefore, c.NotAfter)
	}
}

func TestServer(t *testing.T) {
	a := newAuthority(t)
	own, until, err := a.Server()
	if err != nil || !until.After(noon) {
		t.Fatal(until, err)
	}
	var chain []*x509.Certificate
	for _, der := range own.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, c)
	}
	if !until.Before(chain[0].NotAfter) {
		t.Error("it is used for longer than it is good")
	}
	code := doorapi.Code{Authority: a.Fingerprint()}
	if _, err := code.VerifyServer(tls.ConnectionState{PeerCertificates: chain}); err != nil && !strings.Contains(err.Error(), "expired or is not yet valid") {
		t.Error(err)
	}
	for name, other := range map[string][]*x509.Certificate{"nothing": nil, "the authority alone": chain[1:], "without it": chain[:1]} {
		if _, err := code.VerifyServer(tls.ConnectionState{PeerCertificates: other}); !errors.Is(err, doorapi.ErrOtherAuthority) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := newSite(t)
	if _, err := Open(dir, clock); !errors.Is(err, ErrNone) {
		t.Errorf("before it is made: %v", err)
	}
	a, err := OpenOrMake(dir, nil, clock)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenOrMake(dir, []string{"x.local"}, clock)
	if err != nil || again.Fingerprint() != a.Fingerprint() {
		t.Errorf("once more: %v", err)
	}
	if _, err := OpenOrMake(dir, []string{"doors.example.org"}, clock); !errors.Is(err, ErrNames) {
		t.Errorf("with another name: %v", err)
	}
	for _, host := range []string{"", "org", "a b.org", "*.example.org", "doors.example.org/", "-x.org"} {
		if _, err := OpenOrMake(newSite(t), []string{host}, clock); err == nil {
			t.Errorf("made for %q", host)
		}
	}
	if err := os.Chmod(keyFile(dir), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, clock); !errors.Is(err, site.ErrExposed) {
		t.Errorf("with a key that others can read: %v", err)
	}
}

// TestInterruptedMaking: a key without a certificate is what a crash leaves, and
// is used.
func TestInterruptedMaking(t *testing.T) {
	dir := newSite(t)
	a, err := OpenOrMake(dir, nil, clock)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(certFile(dir)); err != nil {
		t.Fatal(err)
	}
	again, err := OpenOrMake(dir, nil, clock)
	if err != nil || !again.key.Equal(a.key) {
		t.Errorf("%v", err)
	}
	other := newSite(t)
	if _, err := OpenOrMake(other, nil, clock); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(certFile(other))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(certFile(dir), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, clock); !errors.Is(err, site.ErrDamaged) {
		t.Errorf("another's certificate: %v", err)
	}
}

func TestRequestsRefused(t *testing.T) {
	many := make([]string, maxHosts+1)
	for i := range many {
		many[i] = "x.local"
	}
	address, err := url.Parse("https://x.local")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*x509.CertificateRequest{
		"many names": hosts(many...), "an e-mail address": {EmailAddresses: []string{"a@x.local"}}, "a URI": {URIs: []*url.URL{address}},
		"a wildcard": hosts("*.local"), "a space": hosts("a b.local"),
	} {
		der, _ := asks(t, r)
		if got, err := ParseRequest(der); !errors.Is(err, ErrRequest) && !errors.Is(err, ErrName) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, hosts("x.local"), edwards)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseRequest(der); !errors.Is(err, ErrRequest) {
		t.Errorf("another kind of key: %v", err)
	}
	good, _ := asks(t, hosts("x.local"))
	good[len(good)-1] ^= 1
	if _, err := ParseRequest(good); !errors.Is(err, ErrRequest) {
		t.Errorf("a changed signature: %v", err)
	}
}

// FuzzParseRequest: what is let through asks for few names, and none that only a
// controller has.
func FuzzParseRequest(f *testing.F) {
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := ParseRequest(der)
		if err != nil {
			if r != nil {
				t.Error("a request beside an error")
			}
			return
		}
		if len(r.Hosts) > maxHosts || len(r.Key) == 0 || r.public == nil {
			t.Errorf("%d names", len(r.Hosts))
		}
		for _, name := range r.names {
			if below(name, doorapi.Reserved) || name != strings.ToLower(name) || strings.ContainsAny(name, "*/ \x00") {
				t.Errorf("the name %q", name)
			}
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzParseRequest") }
