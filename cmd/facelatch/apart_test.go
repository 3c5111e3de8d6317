package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/station"
	"github.com/facelatch/facelatch/statuslist"
)

// apart is a controller and a station that share nothing but the network.
type apart struct {
	t       *testing.T
	dir     string // the controller's
	own     string // the station's
	config  site.Config
	address string
	station *station.Station
	ahead   atomic.Int64 // how far the clock was put forward
}

// now is the clock of controller and station.
func (a *apart) now() time.Time { return time.Now().Add(time.Duration(a.ahead.Load())) }

func newApart(t *testing.T) *apart {
	t.Helper()
	a := &apart{t: t, dir: filepath.Join(t.TempDir(), "controller"), own: filepath.Join(t.TempDir(), "station")}
	var err error
	a.config, err = site.CreateController(a.dir, site.Config{
		Name: "Garden Court", Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(), Demo: true,
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.address = l.Addr().String()
	extras, err := bundleExtras()
	if err != nil {
		t.Fatal(err)
	}
	served, err := controller.New(controller.Config{Dir: a.dir, Address: a.address, Extras: extras, Now: a.now, Say: func(s string) { t.Errorf("the operator is told %q", s) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- served.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if a.station, err = station.Join(t.Context(), a.code(site.KindStation, "Desk", ""), a.own, a.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.station.Close)
	return a
}

func (a *apart) code(kind site.Kind, name, zone string) doorapi.Code {
	a.t.Helper()
	ca, err := authority.Open(a.dir, time.Now)
	if err != nil {
		a.t.Fatal(err)
	}
	c := doorapi.Code{Address: a.address, Authority: ca.Fingerprint()}
	if err := withOffice(a.dir, func(o *site.Office) (err error) {
		c.Secret, err = o.MakeCode(a.t.Context(), site.Operator, kind, name, zone)
		return err
	}); err != nil {
		a.t.Fatal(err)
	}
	return c
}

// aDoor is a door reduced to its keys.
type aDoor struct {
	t     *testing.T
	id    pass.DoorID
	relay bundle.DoorKey
	print string
	base  string
	http  *http.Client
	keys  map[pass.KeyID]*ecdsa.PublicKey
	site  pass.SiteID
}

func (a *apart) door() *aDoor {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	relay, err := bundle.NewDoorKey(rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		a.t.Fatal(err)
	}
	code := a.code(site.KindDoor, "Front door", "front")
	d := &aDoor{t: a.t, relay: relay, base: "https://" + a.address, site: a.config.ID}
	d.http = &http.Client{Transport: &http.Transport{TLSClientConfig: code.ClientTLS(func(*x509.Certificate) {})}}
	var r doorapi.JoinResponse
	d.ask("POST", doorapi.PathJoin, doorapi.JoinRequest{Secret: code.Secret[:], CSR: csr, RelayKey: relay.Public(), Kind: doorapi.KindDoor}, &r)
	block, _ := pem.Decode([]byte(r.Certificate))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(r.Authority))
	d.http.CloseIdleConnections()
	d.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: roots, ServerName: doorapi.ServerName,
		Certificates: []tls.Certificate{{Certificate: [][]byte{block.Bytes}, PrivateKey: key}},
	}}}
	a.t.Cleanup(d.http.CloseIdleConnections)
	if d.id, err = pass.ParseDoorID(r.ID); err != nil {
		a.t.Fatal(err)
	}
	signer, err := x509.ParsePKIXPublicKey(r.Signers[0])
	if err != nil {
		a.t.Fatal(err)
	}
	if d.keys, err = bundle.Keys([]*ecdsa.PublicKey{signer.(*ecdsa.PublicKey)}); err != nil {
		a.t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		a.t.Fatal(err)
	}
	d.print = bundle.Fingerprint(spki, relay.Public())
	return d
}

func (d *aDoor) raw(method, path string, body any) (int, []byte) {
	d.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, bytes.NewReader(sent))
	if err != nil {
		d.t.Fatal(err)
	}
	response, err := d.http.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response.StatusCode, data
}

func (d *aDoor) ask(method, path string, body, into any) {
	d.t.Helper()
	status, data := d.raw(method, path, body)
	if status != http.StatusOK {
		d.t.Fatalf("%s: %d %s", path, status, data)
	}
	if err := json.Unmarshal(data, into); err != nil {
		d.t.Fatal(err)
	}
}

// next waits for a bundle after one, and verifies it.
func (d *aDoor) next(after uint64) *bundle.Bundle {
	d.t.Helper()
	status, data := d.raw("GET", doorapi.PathBundle+"?after="+strconv.FormatUint(after, 10), nil)
	if status != http.StatusOK {
		d.t.Fatalf("%d %s", status, data)
	}
	b, err := bundle.Verify(data, d.keys, d.site)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// judge verifies a pass with what a bundle names.
func (d *aDoor) judge(b *bundle.Bundle, text string) (pass.Verified, error) {
	d.t.Helper()
	keys, err := b.IssuerKeys()
	if err != nil {
		d.t.Fatal(err)
	}
	var tokens []*statuslist.Token
	for _, l := range b.Lists {
		status, data := d.raw("GET", doorapi.PathObjects+l.String(), nil)
		if status != http.StatusOK || l.Match(data) != nil {
			d.t.Fatalf("list %d: %d", l.Number, status)
		}
		token, err := statuslist.Verify(data, keys, pass.StatusURI(l.Number), time.Now())
		if err != nil {
			d.t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	p, err := pass.Parse(text)
	if err != nil {
		d.t.Fatal(err)
	}
	loc, err := time.LoadLocation(b.Timezone)
	if err != nil {
		d.t.Fatal(err)
	}
	return p.Verify(pass.Trust{Site: b.Site, Keys: keys, Status: statuslist.NewSet(tokens...), Location: loc}, "front", time.Now())
}

// someFace makes references without a face.
type someFace struct{}

func (someFace) Models() []pass.ModelID { return []pass.ModelID{{7}} }
func (someFace) Size() int              { return len(someReference()) }
func (someFace) References(consent.Grant) (map[pass.ModelID][]byte, error) {
	return map[pass.ModelID][]byte{{7}: someReference()}, nil
}

func someReference() []byte { return bytes.Repeat([]byte("a reference that nobody may see."), 4) }

// someHand takes a pass.
type someHand struct{ text string }

func (h *someHand) HandOver(text string) error { h.text = text; return nil }
func (h *someHand) TakeBack() error            { h.text = ""; return nil }

// issueApart makes a face pass at the station.
func (a *apart) issueApart() (pass.Claims, string) {
	a.t.Helper()
	vault, err := a.station.Vault(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	defer vault.Close()
	key, err := vault.SealingKey()
	if err != nil {
		a.t.Fatal(err)
	}
	defer key.Wipe()
	if err := a.station.RelayAll(a.t.Context(), vault); err != nil {
		a.t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	n, err := counter{a.station}.notice(a.t.Context(), consent.Everybody)
	if err != nil {
		a.t.Fatal(err)
	}
	agreed, err := agreeTo(n, consent.Terms{Site: a.config.ID, Given: now, Until: now.Add(24 * time.Hour), By: consent.ByHolder, Attester: a.station.Attester()}, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	hand := &someHand{}
	s := issue.Station{Office: a.station.Office(), Key: key, Rand: rand.Reader, Now: time.Now}
	claims, err := s.Issue(issue.Request{
		Zones: []string{"front"}, NotBefore: now, Expires: now.Add(24 * time.Hour), Consent: agreed,
	}, someFace{}, hand)
	if err != nil {
		a.t.Fatal(err)
	}
	return claims, hand.text
}

// TestApart: with controller, station and door apart, a face pass is issued,
// opens at the door, and is refused there seconds after it was revoked; and the
// controller's folder has nothing with which a reference could be opened or a
// PIN tried.
func TestApart(t *testing.T) {
	a := newApart(t)
	door := a.door()
	vault, err := a.station.Vault(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.station.Approve(t.Context(), vault, "Front door", "0000 0000 0000 0000 0000"); !errors.Is(err, site.ErrFingerprint) {
		t.Errorf("another fingerprint: %v", err)
	}
	if status, _ := door.raw("GET", doorapi.PathSecrets, nil); status != http.StatusNotFound {
		t.Errorf("secrets before anybody compared: %d", status)
	}
	if _, err := a.station.Approve(t.Context(), vault, "Front door", door.print); err != nil {
		t.Fatal(err)
	}
	if err := vault.Close(); err != nil {
		t.Fatal(err)
	}
	claims, text := a.issueApart()
	var sealed doorapi.SecretsResponse
	door.ask("GET", doorapi.PathSecrets, nil, &sealed)
	secrets, err := door.relay.OpenSecrets(sealed.Secrets[0], door.site, door.id)
	if err != nil {
		t.Fatal(err)
	}
	defer secrets.Wipe()
	b, verified := a.opens(door, text)
	keys := pass.SealingKeys{}
	for _, e := range secrets.Sealing {
		keys[e.Key.ID()] = e.Key
	}
	references, err := verified.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := references.Get(pass.ModelID{7}); !ok || !bytes.Equal(got, someReference()) {
		t.Error("the door does not find the reference")
	}
	references.Wipe()

	began := time.Now()
	if _, _, err := revoke(a.dir, claims.ID.String()); err != nil {
		t.Fatal(err)
	}
	for {
		b = door.next(b.Number)
		if _, err := door.judge(b, text); err != nil {
			if reason, _ := pass.ReasonOf(err); reason != pass.ReasonRevoked {
				t.Errorf("refused because %v", err)
			}
			break
		}
	}
	if took := time.Since(began); took > 60*time.Second {
		t.Errorf("revoking took %v to reach the door", took)
	}
	a.nothingIn(a.dir, map[string][]byte{
		"the sealing key": secrets.Sealing[0].Key.Export(), "the pepper": secrets.Pepper.Export(), "the reference": someReference(),
	})
}

// opens waits until a pass is good at a door.
func (a *apart) opens(door *aDoor, text string) (*bundle.Bundle, pass.Verified) {
	a.t.Helper()
	for b := door.next(0); ; b = door.next(b.Number) {
		v, err := door.judge(b, text)
		if err == nil {
			return b, v
		}
		if reason, _ := pass.ReasonOf(err); reason != pass.ReasonRevoked {
			a.t.Fatal(err)
		}
	}
}

// nothingIn searches a folder for secrets.
func (a *apart) nothingIn(dir string, secrets map[string][]byte) {
	a.t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for name, secret := range secrets {
			if bytes.Contains(data, secret[:16]) || bytes.Contains(data, secret[len(secret)-16:]) {
				a.t.Errorf("%s is in %s", name, path)
			}
		}
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

// TestPINApart: a PIN made at a station is checked at the door, and no more after
// it was revoked.
func TestPINApart(t *testing.T) {
	a := newApart(t)
	door := a.door()
	vault, err := a.station.Vault(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer vault.Close()
	if _, err := a.station.Approve(t.Context(), vault, "Front door", door.print); err != nil {
		t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	number, code, err := a.station.IssuePIN(t.Context(), vault, []string{"front"}, now, now.Add(time.Hour), nil)
	if err != nil || len(number) != 8 || len(code) != 8 {
		t.Fatal(number, code, err)
	}
	var sealed doorapi.SecretsResponse
	door.ask("GET", doorapi.PathSecrets, nil, &sealed)
	secrets, err := door.relay.OpenSecrets(sealed.Secrets[0], door.site, door.id)
	if err != nil {
		t.Fatal(err)
	}
	defer secrets.Wipe()
	check := func(b *bundle.Bundle) error {
		z, _ := b.Zone("front")
		_, data := door.raw("GET", doorapi.PathObjects+z.PINs.String(), nil)
		keys, err := b.IssuerKeys()
		if err != nil {
			t.Fatal(err)
		}
		pins, err := bundle.VerifyPINs(data, keys, b.Site, "front")
		if err != nil {
			t.Fatal(err)
		}
		_, err = pins.Check(number, code, secrets.Pepper, time.Now(), time.UTC)
		return err
	}
	b := door.next(0)
	for check(b) != nil {
		b = door.next(b.Number)
	}
	if err := a.station.RevokePIN(t.Context(), number); err != nil {
		t.Fatal(err)
	}
	for check(b) == nil {
		b = door.next(b.Number)
	}
}

// TestStationRenews: a station renews its certificate in time, and one that was
// away for too long joins again.
func TestStationRenews(t *testing.T) {
	a := newApart(t)
	certificate := func() string {
		data, err := os.ReadFile(filepath.Join(a.own, "identity", "identity.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	first := certificate()
	if err := a.station.Renew(t.Context()); err != nil || certificate() != first {
		t.Errorf("at once: %v", err)
	}
	a.ahead.Add(int64(61 * 24 * time.Hour))
	if err := a.station.Renew(t.Context()); err != nil || certificate() == first {
		t.Errorf("after 61 days: %v", err)
	}
	a.ahead.Add(int64(60 * 24 * time.Hour)) // the first has ended by now
	if _, err := a.station.Config(t.Context()); err != nil {
		t.Error(err)
	}
	again, err := station.Open(a.own, a.now)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Config(t.Context()); err != nil {
		t.Error(err)
	}
	a.ahead.Add(int64(60 * 24 * time.Hour))
	if _, err := again.Config(t.Context()); err == nil {
		t.Error("a certificate that has ended is taken")
	}
}

// TestOfficeErrors: what a controller refuses is for a station what it would be
// at the same table.
func TestOfficeErrors(t *testing.T) {
	a := newApart(t)
	o := a.station.Office()
	now := time.Now().Truncate(time.Second)
	good := issue.Request{Zones: []string{"front"}, NotBefore: now, Expires: now.Add(time.Hour)}
	bad := good
	bad.Zones = []string{"roof"}
	if _, err := o.Prepare(bad); !errors.Is(err, issue.ErrPolicy) || !strings.Contains(err.Error(), "roof") {
		t.Errorf("another zone: %v", err)
	}
	if _, err := o.Sign(pass.ID{1}, [32]byte{}); !errors.Is(err, issue.ErrState) {
		t.Errorf("signing what was not prepared: %v", err)
	}
	b, err := o.Prepare(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Complete(b.ID); !errors.Is(err, issue.ErrState) {
		t.Errorf("completing what was not signed: %v", err)
	}
	if err := o.Abandon(b.ID); err != nil {
		t.Error(err)
	}
	if err := o.Complete(b.ID); !errors.Is(err, issue.ErrState) {
		t.Errorf("completing what was abandoned: %v", err)
	}
	if _, err := station.Join(t.Context(), a.code(site.KindStation, "Another", ""), a.own, time.Now); !errors.Is(err, station.ErrJoined) {
		t.Errorf("joining again: %v", err)
	}
	other := a.code(site.KindStation, "Third", "")
	other.Authority[0]++
	if _, err := station.Join(t.Context(), other, filepath.Join(t.TempDir(), "new"), time.Now); !errors.Is(err, doorapi.ErrOtherAuthority) {
		t.Errorf("another authority: %v", err)
	}
}
