package site

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/pass"
)

// with does something at a site, on a disk of its own.
func with(dir string, disk Disk, f func(*Office) error) error {
	o, err := openOffice(dir, disk, clock)
	if err != nil {
		return err
	}
	defer o.Close()
	return f(o)
}

// mustDo does something at a site that has to work.
func mustDo(t *testing.T, dir string, f func(*Office) error) {
	t.Helper()
	if err := with(dir, durable.Disk{}, f); err != nil {
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
		secret, err := o.MakeCode(KindDoor, name, zone)
		if err == nil {
			m, err = o.Join(secret[:], m)
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
	return o.ApproveHere(v, m.ID, m.Fingerprint())
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
	return p.Number, code, o.AddPIN(p)
}

func extras() Extras {
	return Extras{
		Models: []bundle.Model{{ID: model, Until: noon.Add(9999 * time.Hour)}},
		Notice: bundle.Notice{SHA256: [32]byte{5}, Text: map[string]string{"en": "A camera will look at you."}},
	}
}

// publish makes the newest bundle once, as a process does that starts and ends.
func publish(dir string, disk Disk, now time.Time) (*Published, error) {
	p, err := openPublisher(dir, disk, extras(), func() time.Time { return now })
	if err != nil {
		return nil, err
	}
	defer p.Close()
	made, _, err := p.Publish()
	return made, err
}

func mustPublish(t *testing.T, dir string, now time.Time) *Published {
	t.Helper()
	made, err := publish(dir, durable.Disk{}, now)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// verified reads a bundle as a door does.
func verified(t *testing.T, dir string, p *Published) *bundle.Bundle {
	t.Helper()
	signers, err := Signers(dir)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := bundle.Keys(signers)
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
	m, err := ReadMember(dir, id)
	if err != nil || len(m.Secrets) != 1 {
		t.Fatalf("%d secrets, %v", len(m.Secrets), err)
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

// copySite returns a copy of a site, which is quicker than making one.
func copySite(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(to, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chmod(path, secret)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
