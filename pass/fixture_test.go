package pass_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// world is one site with everything a pass needs, made from fixed bytes.
type world struct {
	issuer *ecdsa.PrivateKey
	seal   pass.SealingKey
	list   *statuslist.List
	site   pass.SiteID
	model  pass.ModelID
	trust  pass.Trust
	rand   io.Reader
}

var (
	// noon is a Wednesday, 12:00 in Shanghai.
	noon = time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)
	year = 365 * 24 * time.Hour
)

// reader returns bytes that are the same in every run.
func reader(seed byte) io.Reader { return rand.NewChaCha8([32]byte{0: seed}) }

func signingKey(t testing.TB, seed byte) *ecdsa.PrivateKey {
	t.Helper()
	d := sha256.Sum256([]byte{seed})
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d[:])
	must(t, err)
	return key
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{issuer: signingKey(t, 1), site: pass.SiteID{1, 2, 3}, model: pass.ModelID{7}, rand: reader(1)}
	var err error
	w.seal, err = pass.NewSealingKey(w.rand)
	must(t, err)
	w.list, err = statuslist.New(1024)
	must(t, err)
	id, err := pass.KeyIDOf(&w.issuer.PublicKey)
	must(t, err)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	w.trust = pass.Trust{
		Site: w.site, Keys: map[pass.KeyID]*ecdsa.PublicKey{id: &w.issuer.PublicKey}, Location: shanghai,
	}
	return w
}

// publish signs the list as it is now and gives it to the door.
func (w *world) publish(t testing.TB) {
	t.Helper()
	h := statuslist.Header{URI: pass.StatusURI(0), Issued: noon.Add(-time.Hour), Expires: noon.Add(2 * year)}
	data, err := statuslist.Sign(nil, w.issuer, h, w.list)
	must(t, err)
	token, err := statuslist.Verify(data, w.trust.Keys, h.URI, noon)
	must(t, err)
	w.trust.Status = statuslist.NewSet(token)
}

// plain returns the claims of a plain pass at a place in the list.
func (w *world) plain(t testing.TB, index uint32) pass.Claims {
	t.Helper()
	id, err := pass.NewID(w.rand)
	must(t, err)
	return pass.Claims{
		Site: w.site, ID: id, NotBefore: noon.Add(-24 * time.Hour), Expires: noon.Add(year),
		Zones: []string{"front"}, Status: pass.StatusRef{Index: index},
	}
}

// reference is a stand-in for what a model makes.
func reference(n int) []byte {
	ref := make([]byte, n)
	for i := range ref {
		ref[i] = byte(i + 1)
	}
	return ref
}

// issueFace makes a face pass of claims, with one reference of n bytes, records
// it in the list and publishes.
func (w *world) issueFace(t testing.TB, c pass.Claims, n int) string {
	t.Helper()
	c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
	sealed, err := pass.Seal(w.rand, w.seal, c.Binding(), map[pass.ModelID][]byte{w.model: reference(n)})
	must(t, err)
	c.Face.Models, c.Face.Sealed = sealed.Models, sealed.Hash
	return w.issue(t, c, sealed.Bytes)
}

func (w *world) issue(t testing.TB, c pass.Claims, sealed []byte) string {
	t.Helper()
	signed, err := pass.Sign(nil, w.issuer, c)
	must(t, err)
	text, err := pass.Join(signed, sealed)
	must(t, err)
	must(t, w.list.Set(c.Status.Index, statuslist.Valid))
	w.publish(t)
	return text
}

func parse(t testing.TB, text string) *pass.Pass {
	t.Helper()
	p, err := pass.Parse(text)
	must(t, err)
	return p
}

// wantReason fails unless err is a refusal for a reason.
func wantReason(t testing.TB, err error, want pass.Reason) {
	t.Helper()
	got, ok := pass.ReasonOf(err)
	if !ok || got != want {
		t.Fatalf("got %v, want a refusal with %q", err, want)
	}
}
