// Package edgetest is a site in memory, for tests of doors: it signs bundles,
// lists and PINs, and answers a door as a controller does. It is for tests only
// and will never be a part of the program.
package edgetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Model is the one model of every site.
func Model() pass.ModelID { return pass.ModelID{7} }

// Zone is the one zone of every site.
const Zone = "front"

// Site is a site. Its fields may be changed before a bundle is made. Methods may
// be called at once, changes of fields not.
type Site struct {
	ID      pass.SiteID
	Issuer  *ecdsa.PrivateKey
	Signer  *ecdsa.PrivateKey
	Others  []*ecdsa.PublicKey // more who may sign the next bundle
	Methods bundle.Methods
	Refused []pass.KeyID
	Station pass.SealingKey
	Pepper  bundle.Pepper
	// Now is what time it is at the site.
	Now func() time.Time
	// Faces and Plain are the lives of a bundle.
	Faces, Plain time.Duration

	t         testing.TB
	authority *x509.Certificate
	key       *ecdsa.PrivateKey

	mu      sync.Mutex
	list    *statuslist.List
	entries []bundle.Entry
	objects map[string][]byte
}

// New returns a site at which all that a pass needs is there.
func New(t testing.TB) *Site {
	t.Helper()
	s := &Site{
		t: t, ID: pass.SiteID{1, 2, 3}, Issuer: Key(t), Signer: Key(t), key: Key(t),
		Methods: bundle.Plain | bundle.Face | bundle.PIN | bundle.Phone, Now: time.Now,
		Faces: bundle.DefaultFaceLife, Plain: bundle.DefaultPlainLife, objects: make(map[string][]byte),
	}
	var err error
	s.Station, err = pass.NewSealingKey(rand.Reader)
	must(t, err)
	s.Pepper, err = bundle.NewPepper(rand.Reader)
	must(t, err)
	s.list, err = statuslist.New(1024)
	must(t, err)
	s.authority = s.certify(&x509.Certificate{
		Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, &s.key.PublicKey)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Key returns a new key on P-256.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

// certify signs a certificate of 90 days that began an hour ago.
func (s *Site) certify(c *x509.Certificate, key *ecdsa.PublicKey) *x509.Certificate {
	s.t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	must(s.t, err)
	c.SerialNumber = serial
	if c.NotBefore.IsZero() {
		c.NotBefore = s.Now().Add(-time.Hour)
	}
	c.NotAfter = c.NotBefore.Add(90 * 24 * time.Hour)
	by := s.authority
	if by == nil {
		by = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, key, s.key)
	must(s.t, err)
	made, err := x509.ParseCertificate(der)
	must(s.t, err)
	return made
}

// Door returns the certificate of a door, good from a time on; an hour ago if
// that is zero.
func (s *Site) Door(key *ecdsa.PublicKey, from time.Time) *x509.Certificate {
	return s.certify(&x509.Certificate{
		Subject: pkix.Name{CommonName: "door"}, DNSNames: []string{"door.local"}, NotBefore: from,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}, key)
}

// controller returns the certificate of the controller.
func (s *Site) controller(key *ecdsa.PublicKey) *x509.Certificate {
	return s.certify(&x509.Certificate{
		Subject: pkix.Name{CommonName: "controller"}, DNSNames: []string{doorapi.ServerName},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key)
}

// Identity returns a door that has joined the site at an address.
func (s *Site) Identity(address string) *state.Identity {
	s.t.Helper()
	key := Key(s.t)
	relay, err := bundle.NewDoorKey(rand.Reader)
	must(s.t, err)
	return &state.Identity{
		Door: pass.DoorID{9, 9}, Name: "Front door", Zone: Zone, Site: s.ID, Controller: address,
		Signers: []*ecdsa.PublicKey{&s.Signer.PublicKey}, Authority: s.authority,
		Certificate: s.Door(&key.PublicKey, time.Time{}), Key: key, Relay: relay,
	}
}

// Bundle returns a signed bundle of a number, with the lists as they are.
func (s *Site) Bundle(number uint64) []byte {
	s.t.Helper()
	return s.BundleOf(number, func(*bundle.Bundle) {})
}

// BundleOf is Bundle with a change.
func (s *Site) BundleOf(number uint64, change func(*bundle.Bundle)) []byte {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now().UTC().Truncate(time.Second)
	b := &bundle.Bundle{
		Site: s.ID, Number: number, Issued: now, Name: "Court", Timezone: "Asia/Shanghai",
		Issuers: []*ecdsa.PublicKey{&s.Issuer.PublicKey}, Signers: append([]*ecdsa.PublicKey{&s.Signer.PublicKey}, s.Others...),
		FaceLife: s.Faces, PlainLife: s.Plain, Refused: s.Refused,
		Lists:  []bundle.List{{Object: s.keep(s.token(now))}},
		Models: []bundle.Model{{ID: Model(), Until: now.AddDate(2, 0, 0)}},
		Notice: bundle.Notice{SHA256: [32]byte{1}, Text: map[string]string{"en": "A notice."}},
	}
	z := bundle.Zone{Name: Zone, Title: map[string]string{"en": "Front"}, Methods: s.Methods}
	if s.Methods.Has(bundle.Face) {
		z.Threshold, z.Budget = "fmr-3e-5", bundle.DefaultBudget
	}
	if s.Methods.Has(bundle.PIN) {
		data, err := bundle.SignPINs(nil, s.Issuer, &bundle.PINs{Site: s.ID, Zone: Zone, Issued: now, Entries: s.entries})
		must(s.t, err)
		z.PINs = s.keep(data)
	}
	b.Zones = []bundle.Zone{z}
	change(b)
	data, err := bundle.Sign(nil, s.Signer, b)
	must(s.t, err)
	return data
}

func (s *Site) token(now time.Time) []byte {
	s.t.Helper()
	h := statuslist.Header{URI: pass.StatusURI(0), Issued: now, Expires: now.AddDate(1, 0, 0)}
	data, err := statuslist.Sign(nil, s.Issuer, h, s.list)
	must(s.t, err)
	return data
}

func (s *Site) keep(data []byte) bundle.Object {
	o := bundle.ObjectOf(data)
	s.objects[o.String()] = data
	return o
}

// Object returns the bytes of an object of any bundle that was made.
func (s *Site) Object(o bundle.Object) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.objects[o.String()]
	if !ok {
		return nil, bundle.ErrObject
	}
	return data, nil
}

// Pass issues a plain pass at a place of the list, good for a year.
func (s *Site) Pass(index uint32) string {
	s.t.Helper()
	id, err := pass.NewID(rand.Reader)
	must(s.t, err)
	now := s.Now().UTC().Truncate(time.Second)
	signed, err := pass.Sign(nil, s.Issuer, pass.Claims{
		Site: s.ID, ID: id, NotBefore: now.Add(-time.Hour), Expires: now.AddDate(1, 0, 0),
		Zones: []string{Zone}, Status: pass.StatusRef{Index: index},
	})
	must(s.t, err)
	text, err := pass.Join(signed, nil)
	must(s.t, err)
	s.Set(index, statuslist.Valid)
	return text
}

// Set changes the list for the bundles to come.
func (s *Site) Set(index uint32, status statuslist.Status) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	must(s.t, s.list.Set(index, status))
}

// Secrets returns what a station seals to a door.
func (s *Site) Secrets(i *state.Identity, until time.Time) [][]byte {
	s.t.Helper()
	text, err := bundle.SealSecrets(i.Relay.Public(), s.ID, i.Door, bundle.Secrets{
		Sealing: []bundle.EpochKey{{Key: s.Station, Until: until.UTC().Truncate(time.Second)}}, Pepper: s.Pepper,
	})
	must(s.t, err)
	return [][]byte{text}
}
