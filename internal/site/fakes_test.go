package site

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
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

// issueAt issues a pass at a site, as the command line does.
func issueAt(dir string, kind pass.Kind, h *hand) (c pass.Claims, err error) {
	o, err := OpenOffice(dir, clock)
	if err != nil {
		return pass.Claims{}, err
	}
	c, err = issueFrom(o, kind, h)
	return c, errors.Join(err, o.Close())
}

// issueFrom issues a pass.
func issueFrom(o *Office, kind pass.Kind, h *hand) (c pass.Claims, err error) {
	controller, err := o.Controller(context.Background())
	if err != nil {
		return pass.Claims{}, err
	}
	s := issue.Station{Office: controller.For(context.Background(), ""), Rand: rand.Reader, Now: clock}
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

func revokeAt(dir string, id pass.ID) error {
	o, err := OpenOffice(dir, clock)
	if err != nil {
		return err
	}
	return errors.Join(revokeFrom(o, id), o.Close())
}

func revokeFrom(o *Office, id pass.ID) error {
	c, err := o.Controller(context.Background())
	if err != nil {
		return err
	}
	_, err = c.Revoke(context.Background(), id)
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
