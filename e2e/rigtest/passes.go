package rigtest

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// PlainPass issues a plain pass and returns its text.
func (r *Rig) PlainPass() (string, error) {
	from := r.now().Truncate(time.Second)
	return r.issue(issue.Request{Zones: []string{Zone}, NotBefore: from, Expires: from.AddDate(0, 1, 0)}, nil)
}

// FacePass issues a face pass for the person in a photograph.
func (r *Rig) FacePass(photograph []byte) (string, error) {
	from := r.now().Truncate(time.Second)
	c, err := site.Read(r.Dir)
	if err != nil {
		return "", err
	}
	until := from.AddDate(0, 1, 0)
	record, err := consent.Attest(rand.Reader, consent.Terms{
		Site: c.ID, Purpose: pass.PurposeAccess, Notice: [32]byte{1}, Given: from, Until: until,
	})
	if err != nil {
		return "", err
	}
	request := issue.Request{
		Zones: []string{Zone}, NotBefore: from, Expires: until, Consent: record, Models: []pass.ModelID{r.Faces.ModelID()},
	}
	return r.issue(request, &sitter{r, photograph})
}

// issue issues a pass at the site.
func (r *Rig) issue(request issue.Request, who *sitter) (string, error) {
	var out outlet
	err := r.withVault(func(o *site.Office, v *site.Vault) error {
		office, err := o.Controller(context.Background())
		if err != nil {
			return err
		}
		station := issue.Station{Office: office.For(context.Background(), ""), Rand: rand.Reader, Now: r.now}
		if who == nil {
			_, err = station.Issue(request, nil, &out)
			return err
		}
		if station.Key, err = v.SealingKey(); err != nil {
			return err
		}
		defer station.Key.Wipe()
		_, err = station.Issue(request, who, &out)
		return err
	})
	return string(out), err
}

// Revoke revokes a pass.
func (r *Rig) Revoke(text string) error {
	p, err := pass.Parse(text)
	if err != nil {
		return err
	}
	return r.Office(func(o *site.Office) error {
		office, err := o.Controller(context.Background())
		if err != nil {
			return err
		}
		_, err = office.Revoke(context.Background(), p.Claims().ID)
		return err
	})
}

// PIN issues a PIN and returns its number and code.
func (r *Rig) PIN() (number, code string, err error) {
	err = r.withVault(func(o *site.Office, v *site.Vault) error {
		from := r.now().Truncate(time.Second)
		p, made, err := v.MakePIN([]string{Zone}, from, from.AddDate(0, 1, 0), nil)
		if err != nil {
			return err
		}
		number, code = p.Number, made
		if err := o.AddPIN(context.Background(), p); err != nil {
			return err
		}
		return o.RelayAll(context.Background(), v)
	})
	return number, code, err
}

// outlet keeps the text of one pass.
type outlet string

func (o *outlet) HandOver(text string) error {
	*o = outlet(text)
	return nil
}

func (o *outlet) TakeBack() error {
	*o = ""
	return nil
}

// sitter sits for a reference.
type sitter struct {
	rig        *Rig
	photograph []byte
}

func (s *sitter) Models() []pass.ModelID { return []pass.ModelID{s.rig.Faces.ModelID()} }
func (s *sitter) Size() int              { return s.rig.manifest.Reference.Bytes() }

func (s *sitter) References(g consent.Grant) (map[pass.ModelID][]byte, error) {
	p, err := picture.Decode(s.photograph)
	if err != nil {
		return nil, err
	}
	defer p.Wipe()
	c, err := s.rig.Faces.Capture(g, p)
	if err != nil {
		return nil, err
	}
	defer c.Wipe()
	probe, err := c.Probe()
	if err != nil {
		return nil, err
	}
	defer probe.Wipe()
	reference, err := probe.Reference()
	return map[pass.ModelID][]byte{s.rig.Faces.ModelID(): face.Reference(reference)}, err
}
