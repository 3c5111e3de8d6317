package door_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

var (
	noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	site = pass.SiteID{1}
)

const day = 24 * time.Hour

// bench is a site with one door.
type bench struct {
	t       testing.TB
	key     *ecdsa.PrivateKey
	sealing pass.SealingKey
	status  statuslist.Status
	seals   int // how often a sealing key was asked for
	now     time.Time
}

func newBench(t testing.TB) *bench {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealing, err := pass.NewSealingKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, key: key, sealing: sealing, status: statuslist.Valid, now: noon}
}

func (b *bench) Status(string, uint32, time.Time) (statuslist.Status, error) { return b.status, nil }

func (b *bench) SealingKeys(pass.KeyID) (pass.SealingKeys, error) {
	b.seals++
	exported := b.sealing.Export()
	key, err := pass.ImportSealingKey(exported)
	return pass.SealingKeys{key.ID(): key}, err
}

func (b *bench) door(e door.Eyes) door.Door {
	id, err := pass.KeyIDOf(&b.key.PublicKey)
	if err != nil {
		b.t.Fatal(err)
	}
	return door.Door{
		Zone:  "front",
		Trust: pass.Trust{Site: site, Keys: map[pass.KeyID]*ecdsa.PublicKey{id: &b.key.PublicKey}, Status: b, Location: time.UTC},
		Seals: b, Eyes: e, Now: func() time.Time { return b.now },
	}
}

// pass makes a pass; a reference makes it a face pass.
func (b *bench) pass(model pass.ModelID, reference []byte) *pass.Pass {
	b.t.Helper()
	return b.passWith(model, reference, func(*pass.Claims) {})
}

// passWith is pass, with claims changed before they are sealed and signed.
func (b *bench) passWith(model pass.ModelID, reference []byte, change func(*pass.Claims)) *pass.Pass {
	b.t.Helper()
	id, err := pass.NewID(rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	c := pass.Claims{Site: site, ID: id, NotBefore: noon.Add(-day), Expires: noon.Add(day), Zones: []string{"front"}}
	change(&c)
	var sealed pass.Sealed
	if reference != nil {
		c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
		sealed, err = pass.Seal(rand.Reader, b.sealing, c.Binding(), map[pass.ModelID][]byte{model: reference})
		if err != nil {
			b.t.Fatal(err)
		}
		c.Face.Models, c.Face.Sealed = sealed.Models, sealed.Hash
	}
	signed, err := pass.Sign(rand.Reader, b.key, c)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := pass.Join(signed, sealed.Bytes)
	if err != nil {
		b.t.Fatal(err)
	}
	p, err := pass.Parse(text)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

var (
	model     = pass.ModelID{7}
	reference = bytes.Repeat([]byte{3}, 128)
)

func (b *bench) facePass() *pass.Pass  { return b.pass(model, reference) }
func (b *bench) plainPass() *pass.Pass { return b.pass(pass.ModelID{}, nil) }

// eyes count how often they look.
type eyes struct {
	looks int
	saw   face.Reference // the bytes that were lent, not a copy
	right bool           // whether they were the reference at the time
	grant consent.Grant
	look  door.Look
	err   error
}

func (e *eyes) Model() pass.ModelID { return model }

func (e *eyes) Look(g consent.Grant, r face.Reference) (door.Look, error) {
	e.looks++
	e.grant, e.saw, e.right = g, r, bytes.Equal(r, reference)
	return e.look, e.err
}
