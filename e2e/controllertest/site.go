package controllertest

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// Zone is the only zone of a [Site].
const Zone = "front"

// model is the model that the face passes here name; there is none behind it.
func model() pass.ModelID { return pass.ModelID{7} }

// Site is a site that several controllers may serve.
type Site struct {
	// Dir is its folder.
	Dir string
	// Config is what it was made with.
	Config site.Config
	// Notice is the SHA-256 of what people agree to here.
	Notice [32]byte
}

// NewSite makes a site in a folder, with its database at an address as store.Open
// takes it; "" is a file in the folder.
func NewSite(ctx context.Context, folder, database string) (*Site, error) {
	s := &Site{Dir: filepath.Join(folder, "site")}
	c := site.Config{Name: "Garden Court", Zones: []string{Zone}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy()}
	var err error
	if s.Config, err = site.CreateIn(s.Dir, database, c, time.Now(), false); err != nil {
		return nil, err
	}
	return s, s.With(ctx, time.Now, func(o *Open) error {
		n, err := notice()
		if err != nil {
			return err
		}
		v, err := o.Acts.PublishNotice(ctx, owner(), n)
		s.Notice = v.Hash
		return err
	})
}

// notice is a text that people agree to, with words where an operator writes some.
func notice() (consent.Notice, error) {
	draft, err := consent.Draft(consent.Everybody, consent.DraftFor{})
	if err != nil {
		return consent.Notice{}, err
	}
	own := make(map[consent.Lang]consent.Text)
	for lang, text := range draft.Text {
		own[lang] = make(consent.Text)
		for field := range text {
			own[lang][field] = "Words about " + string(field) + "."
		}
	}
	return consent.Draft(consent.Everybody, consent.DraftFor{Version: "1", Jurisdiction: "CN", Zones: []string{Zone}, Days: 365, Written: own})
}

// Open is a site at which this process works.
type Open struct {
	*Site
	Office *site.Office
	Acts   *acts.Acts
}

// publishEvery is how often a ledger is published here.
const publishEvery = time.Second

// With opens the site by a clock, has its ledger kept, does something, and closes
// it.
func (s *Site) With(ctx context.Context, now func() time.Time, f func(*Open) error) error {
	office, err := site.OpenOffice(s.Dir, now)
	if err != nil {
		return err
	}
	o := &Open{Site: s, Office: office}
	err = office.Keep(site.KeepOptions{Interval: publishEvery})
	if err == nil {
		o.Acts, err = actsOf(office, now)
	}
	if err == nil {
		err = f(o)
	}
	return errors.Join(err, office.Close())
}

// actsOf are the acts at an office.
func actsOf(o *site.Office, now func() time.Time) (*acts.Acts, error) {
	key, err := o.IssuingKey()
	if err != nil {
		return nil, err
	}
	return acts.New(acts.Config{
		Store: o.Store(), Issuing: o, Doors: o, Desks: o, EncodeSite: site.Encode, Ledger: published{keeper.OpenPublic(o.Ledger())},
		Kick: o.Kick, Key: key, Now: now,
	})
}

// published is what is published of a ledger, as an auditor reads it.
type published struct{ from *keeper.Public }

// Read is a method of ledger.Source.
func (p published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.from.Read(path)
	return data, err
}

// Those who act here.
func owner() acts.Actor {
	return acts.Actor{Role: acts.Owner, Operator: "owner", Pseudonym: "op-aaaa"}
}

func holder(id string) acts.Actor { return acts.Actor{Role: acts.HolderRole, Holder: id} }

// signers are the keys that the site's bundles are signed with.
func (s *Site) signers(ctx context.Context) (all map[pass.KeyID]*ecdsa.PublicKey, err error) {
	err = s.With(ctx, time.Now, func(o *Open) error {
		keys, err := o.Office.Signers()
		if err == nil {
			all, err = bundle.Keys(keys)
		}
		return err
	})
	return all, err
}

// extras are what bundles here say beside what stands in the database.
func extras() site.Extras {
	return site.Extras{Models: []bundle.Model{{ID: model(), Until: time.Now().Truncate(time.Second).AddDate(5, 0, 0)}}}
}
