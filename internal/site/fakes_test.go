package site

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func clock() time.Time { return noon }

// newSite makes a site in a new folder.
func newSite(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site [1]") // a name that a pattern would stumble over
	c := Config{Name: "Garden Court", Zones: []string{"front", "garage"}, Timezone: "Asia/Shanghai", Policy: DefaultPolicy()}
	if _, err := Create(dir, c, noon); err != nil {
		t.Fatal(err)
	}
	return dir
}

var (
	errFault = errors.New("fault")
	errCrash = errors.New("the power went") // thrown by panic
)

type fault string

const (
	failed    fault = "failed"
	persisted fault = "failed but persisted"
	crash     fault = "crashed before"
	torn      fault = "crashed in the middle"
	crashDone fault = "crashed after"
)

// faulty is a disk on which one change goes wrong.
type faulty struct {
	steps, at int
	fault     fault
}

// change makes a change or what a fault makes of it; half leaves what a crash
// in its middle leaves.
func (d *faulty) change(do, half func() error) error {
	d.steps++
	if d.steps != d.at {
		return do()
	}
	switch d.fault {
	case failed:
		return errFault
	case crash:
		panic(errCrash)
	case torn:
		if err := half(); err != nil {
			return err
		}
		panic(errCrash)
	}
	if err := do(); err != nil {
		return err
	}
	if d.fault == crashDone {
		panic(errCrash)
	}
	return errFault
}

func (d *faulty) Write(path string, data []byte, mode fs.FileMode) error {
	return d.change(
		func() error { return durable.Disk{}.Write(path, data, mode) },
		func() error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), durable.Temporary+"X"), data[:len(data)/2], mode)
		})
}

func (d *faulty) Create(path string, data []byte, mode fs.FileMode) error {
	return d.change(
		func() error { return durable.Disk{}.Create(path, data, mode) },
		func() error {
			return os.WriteFile(filepath.Join(filepath.Dir(path), durable.Temporary+"X"), data[:len(data)/2], mode)
		})
}

func (d *faulty) Extend(path string, size int64, data []byte) error {
	return d.change(
		func() error { return durable.Disk{}.Extend(path, size, data) },
		func() error { return durable.Disk{}.Extend(path, size, data[:len(data)/2]) })
}

func (d *faulty) Remove(path string) error {
	return d.change(func() error { return durable.Disk{}.Remove(path) }, func() error { return nil })
}

// attempt runs f, and returns what a crash in it throws as an error.
func attempt(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != any(errCrash) {
				panic(r)
			}
			err = errCrash
		}
	}()
	return f()
}

// hand is a holder's hand.
type hand struct{ text string }

func (h *hand) HandOver(text string) error { h.text = text; return nil }
func (h *hand) TakeBack() error            { h.text = ""; return nil }

type enroller struct{}

var (
	model     = pass.ModelID{7}
	reference = bytes.Repeat([]byte("a reference that nobody may see."), 4)
)

func (enroller) Models() []pass.ModelID { return []pass.ModelID{model} }

func (enroller) Size() int { return len(reference) }

func (enroller) References(consent.Grant) (map[pass.ModelID][]byte, error) {
	return map[pass.ModelID][]byte{model: bytes.Clone(reference)}, nil
}

func request(c Config, kind pass.Kind) (issue.Request, error) {
	r := issue.Request{Zones: []string{"front"}, NotBefore: noon, Expires: noon.Add(30 * day)}
	if kind == pass.Plain {
		return r, nil
	}
	var err error
	r.Consent, err = consent.Attest(rand.Reader, consent.Terms{
		Site: c.ID, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: noon, Until: noon.Add(60 * day),
	})
	return r, err
}

// issueWith issues a pass at a site, as the command line does.
func issueWith(dir string, disk Disk, kind pass.Kind, h *hand) (c pass.Claims, err error) {
	o, err := openOffice(dir, disk, clock)
	if err != nil {
		return pass.Claims{}, err
	}
	defer o.Close()
	controller, err := o.Controller()
	if err != nil {
		return pass.Claims{}, err
	}
	s := issue.Station{Office: controller, Rand: rand.Reader, Now: clock}
	if kind == pass.Face {
		if s.Key, err = sealingKey(o); err != nil {
			return pass.Claims{}, err
		}
		defer s.Key.Wipe()
	}
	r, err := request(o.Config, kind)
	if err != nil {
		return pass.Claims{}, err
	}
	return s.Issue(r, enroller{}, h)
}

// sealingKey asks the station's half of the same folder.
func sealingKey(o *Office) (pass.SealingKey, error) {
	v, err := o.Vault()
	if err != nil {
		return pass.SealingKey{}, err
	}
	defer v.Close()
	return v.SealingKey()
}

func revokeWith(dir string, disk Disk, id pass.ID) error {
	o, err := openOffice(dir, disk, clock)
	if err != nil {
		return err
	}
	defer o.Close()
	c, err := o.Controller()
	if err != nil {
		return err
	}
	_, err = c.Revoke(id)
	return err
}

// check judges a pass as a door does, without looking at a face.
func check(t *testing.T, dir, text string) (pass.Verified, error) {
	t.Helper()
	d, err := OpenDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pass.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p.Verify(d.Trust(), "front", noon)
}
