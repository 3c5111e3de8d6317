package bundle_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// noon is a Wednesday, 12:00 in Shanghai.
var noon = time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reader returns bytes that are the same in every run.
func reader(seed byte) io.Reader { return rand.NewChaCha8([32]byte{0: seed}) }

func signingKey(t testing.TB, seed byte) *ecdsa.PrivateKey {
	t.Helper()
	d := sha256.Sum256([]byte{seed})
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d[:])
	must(t, err)
	return key
}

// world is one site with a bundle's keys, made from fixed bytes.
type world struct {
	site           pass.SiteID
	door           pass.DoorID
	signer, issuer *ecdsa.PrivateKey
	signers        map[pass.KeyID]*ecdsa.PublicKey
	issuers        map[pass.KeyID]*ecdsa.PublicKey
	pepper         bundle.Pepper
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		site: pass.SiteID{1, 2, 3}, door: pass.DoorID{4, 5, 6},
		signer: signingKey(t, 1), issuer: signingKey(t, 2),
	}
	var err error
	w.signers, err = bundle.Keys([]*ecdsa.PublicKey{&w.signer.PublicKey})
	must(t, err)
	w.issuers, err = bundle.Keys([]*ecdsa.PublicKey{&w.issuer.PublicKey})
	must(t, err)
	w.pepper, err = bundle.NewPepper(reader(3))
	must(t, err)
	return w
}

// bundle returns one with every field set.
func (w *world) bundle() *bundle.Bundle {
	return &bundle.Bundle{
		Site: w.site, Number: 7, Issued: noon, Name: "青年路 8 号", Timezone: "Asia/Shanghai",
		Issuers: []*ecdsa.PublicKey{&w.issuer.PublicKey}, Signers: []*ecdsa.PublicKey{&w.signer.PublicKey},
		FaceLife: bundle.DefaultFaceLife, PlainLife: bundle.DefaultPlainLife,
		Zones: []bundle.Zone{
			{
				Name: "front", Title: map[string]string{"zh": "正门", "en": "Front door"},
				Methods:   bundle.Plain | bundle.Face | bundle.PIN | bundle.Phone,
				Threshold: "fmr-3e-5", RequireLive: true, Budget: bundle.DefaultBudget, Prompts: 2, Light: true,
				Hours: pass.Schedule{{Days: pass.EveryDay, Start: 360, End: 1440}},
				PINs:  bundle.ObjectOf([]byte("pins")),
			},
			{Name: "garden", Methods: bundle.Plain},
		},
		Lists:      []bundle.List{{Number: 0, Object: bundle.ObjectOf([]byte("0"))}, {Number: 152, Object: bundle.ObjectOf([]byte("152"))}},
		Models:     []bundle.Model{{ID: pass.ModelID{1}, Until: noon.AddDate(1, 0, 0)}, {ID: pass.ModelID{2}, Until: noon.AddDate(2, 0, 0)}},
		Refused:    []pass.KeyID{{1, 2, 3, 4}},
		Notice:     bundle.Notice{SHA256: sha256.Sum256([]byte("notice")), Text: map[string]string{"en": "The camera looks\nonly after a pass."}},
		Checkpoint: []byte("checkpoint"),
	}
}

func (w *world) sign(t testing.TB, b *bundle.Bundle) []byte {
	t.Helper()
	data, err := bundle.Sign(nil, w.signer, b)
	must(t, err)
	return data
}

// verified signs and reads back.
func (w *world) verified(t testing.TB, b *bundle.Bundle) *bundle.Bundle {
	t.Helper()
	got, err := bundle.Verify(w.sign(t, b), w.signers, w.site)
	must(t, err)
	return got
}

const (
	number = "01234567"
	code   = "76543210"
)

// entry returns the one PIN of the tests.
func (w *world) entry(t testing.TB, schedule pass.Schedule) bundle.Entry {
	t.Helper()
	e, err := bundle.MakeEntry(reader(4), w.pepper, w.site, "front", code, bundle.Entry{
		Number: number, NotBefore: noon.AddDate(0, 0, -1), Expires: noon.AddDate(0, 1, 0), Schedule: schedule,
	})
	must(t, err)
	return e
}

// pins signs and reads back an object of entries.
func (w *world) pins(t testing.TB, entries ...bundle.Entry) *bundle.PINs {
	t.Helper()
	data, err := bundle.SignPINs(nil, w.issuer, &bundle.PINs{Site: w.site, Zone: "front", Issued: noon, Entries: entries})
	must(t, err)
	p, err := bundle.VerifyPINs(data, w.issuers, w.site, "front")
	must(t, err)
	return p
}
