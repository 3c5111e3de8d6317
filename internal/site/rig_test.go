package site

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// with does something at a site.
func with(dir string, f func(*Office) error) error {
	o, err := OpenOffice(dir, clock)
	if err != nil {
		return err
	}
	return errors.Join(f(o), o.Close())
}

// mustDo does something at a site that has to work.
func mustDo(t *testing.T, dir string, f func(*Office) error) {
	t.Helper()
	if err := with(dir, f); err != nil {
		t.Fatal(err)
	}
}

// newDoor is somebody who asks to join, with the secret half of the relay key.
func newDoor(t *testing.T) (Member, bundle.DoorKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	relay, err := bundle.NewDoorKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Member{Kind: KindDoor, TLSKey: der, RelayKey: relay.Public()}, relay
}

// joinDoor lets a door join.
func joinDoor(t *testing.T, dir, name, zone string) (Member, bundle.DoorKey) {
	t.Helper()
	m, relay := newDoor(t)
	mustDo(t, dir, func(o *Office) error {
		secret, err := o.MakeCode(t.Context(), Operator, KindDoor, name, zone)
		if err == nil {
			m, err = o.Join(t.Context(), secret[:], m)
		}
		return err
	})
	return m, relay
}

// approve compares the fingerprint of a door.
func approve(o *Office, m Member) error {
	v, err := o.Vault()
	if err != nil {
		return err
	}
	defer v.Close()
	return o.ApproveHere(context.Background(), v, m.ID, m.Fingerprint())
}

// newPIN makes a PIN, as the command line does.
func newPIN(o *Office, zones ...string) (number, code string, err error) {
	v, err := o.Vault()
	if err != nil {
		return "", "", err
	}
	defer v.Close()
	p, code, err := v.MakePIN(zones, noon, noon.Add(30*day), nil)
	if err != nil {
		return "", "", err
	}
	return p.Number, code, o.AddPIN(context.Background(), p)
}

func extras() Extras {
	return Extras{
		Models: []bundle.Model{{ID: model, Until: noon.Add(9999 * time.Hour)}},
		Notice: bundle.Notice{SHA256: [32]byte{5}, Text: map[string]string{"en": "A camera will look at you."}},
	}
}

// publish makes the newest bundle once, as a process does that starts and ends.
func publish(dir string, now time.Time) (made *Published, warnings []string, err error) {
	o, err := OpenOffice(dir, func() time.Time { return now })
	if err != nil {
		return nil, nil, err
	}
	p, err := o.Publisher(context.Background(), extras())
	if err == nil {
		made, warnings, err = p.Publish(context.Background())
	}
	return made, warnings, errors.Join(err, o.Close())
}

func mustPublish(t *testing.T, dir string, now time.Time) *Published {
	t.Helper()
	made, _, err := publish(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// verified reads a bundle as a door does.
func verified(t *testing.T, dir string, p *Published) *bundle.Bundle {
	t.Helper()
	key, err := ReadKey(folder(dir).bundleKey())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := bundle.Keys([]*ecdsa.PublicKey{&key.PublicKey})
	if err != nil {
		t.Fatal(err)
	}
	config, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Verify(p.Bundle, keys, config.ID)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pinsOf reads the PINs of a zone as a door does.
func pinsOf(t *testing.T, dir, zone string, p *Published) *bundle.PINs {
	t.Helper()
	b := verified(t, dir, p)
	z, ok := b.Zone(zone)
	if !ok {
		t.Fatalf("no zone %s", zone)
	}
	keys, err := b.IssuerKeys()
	if err != nil {
		t.Fatal(err)
	}
	pins, err := bundle.VerifyPINs(p.Objects[z.PINs.SHA256].Data, keys, b.Site, zone)
	if err != nil {
		t.Fatal(err)
	}
	return pins
}

// secretsOf opens what a door was given.
func secretsOf(t *testing.T, dir string, id pass.DoorID, key bundle.DoorKey) bundle.Secrets {
	t.Helper()
	m := mustMember(t, dir, id)
	if len(m.Secrets) != 1 {
		t.Fatalf("%d secrets", len(m.Secrets))
	}
	config, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := key.OpenSecrets(m.Secrets[0], config.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sameBundle(a, b *Published) bool { return a.Number == b.Number && bytes.Equal(a.Bundle, b.Bundle) }

func mustMember(t *testing.T, dir string, id pass.DoorID) (m Member) {
	t.Helper()
	mustDo(t, dir, func(o *Office) (err error) {
		m, err = o.Member(t.Context(), id)
		return err
	})
	return m
}

// acts returns what the ledger has in clear, in order, published or not.
func acts(t *testing.T, dir string) (all []string) {
	t.Helper()
	for _, e := range entries(t, dir) {
		if e.Act != nil {
			all = append(all, e.Act.Name)
		}
	}
	return all
}

// entries returns what has been queued for the ledger, in order, and all of it
// must be there.
func entries(t *testing.T, dir string) (all []ledger.Entry) {
	t.Helper()
	var rows [][]byte
	mustDo(t, dir, func(o *Office) error {
		var last store.QueueID
		if err := o.change(t.Context(), func(tx *store.Tx) (err error) {
			last, _, err = o.tell(tx, "test", "test.looked", nil)
			return err
		}); err != nil {
			return err
		}
		if err := o.recorded(t.Context(), last); err != nil {
			return err
		}
		return o.store.Read(t.Context(), func(tx *store.Tx) (err error) {
			rows, err = tx.Entries(0, 1<<20)
			return err
		})
	})
	for _, row := range rows {
		e, err := ledger.Decode(row)
		if err != nil {
			t.Fatal(err)
		}
		if e.Act == nil || e.Act.By != "test" {
			all = append(all, e)
		}
	}
	return all
}
