package site

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// Rules are what the doors of one zone do differently from [Config.Zone]'s
// defaults. Every member may be left out.
type Rules struct {
	// Title is what stands on the screen, by language tag such as "en" or "zh".
	Title map[string]string `json:"title,omitempty"`
	// Methods are the ways in: of "plain", "face", "pin" and "phone", and never
	// "face" alone. Left out, all that the site has.
	Methods []string `json:"methods,omitempty"`
	// Hours are when the doors open, the same for every method; see
	// [pass.ParseSchedule]. Left out, always.
	Hours string `json:"hours,omitempty"`
	// Budget is how many failed showings with a face a door bears in ten
	// minutes; left out, [bundle.DefaultBudget].
	Budget int `json:"budget,omitempty"`
	// Prompts is how many movements its doors ask of whoever shows a face pass, 0
	// to [bundle.MaxPrompts], and Light whether their screens change colour
	// meanwhile. What people read says so: their cameras look for longer.
	Prompts int  `json:"prompts,omitempty"`
	Light   bool `json:"light,omitempty"`
}

// Offline is for how long a door decides by a bundle, in hours: 1 to 744, and no
// longer for faces than for everything else.
type Offline struct {
	FaceHours  int `json:"face_hours"`
	PlainHours int `json:"plain_hours"`
}

// Zone returns what doors of a zone are told, without its PINs. It fails for a
// zone that cannot be, with bundle.ErrOnlyWay where a face would be the only way
// in.
func (c Config) Zone(name string) (bundle.Zone, error) {
	r := c.Rules[name]
	z := bundle.Zone{Name: name, Title: r.Title, Methods: c.allMethods(), Prompts: r.Prompts, Light: r.Light}
	var err error
	if r.Methods != nil {
		if z.Methods, err = bundle.ParseMethods(r.Methods...); err != nil {
			return z, err
		}
	}
	if z.Hours, err = pass.ParseSchedule(r.Hours); err != nil {
		return z, err
	}
	if z.Methods.Has(bundle.Face) {
		if c.Policy.FaceDays == 0 {
			return z, errors.New("this site has no face passes")
		}
		z.RequireLive, z.Threshold = c.Policy.RequireLive, c.Policy.Threshold
		z.Budget = cmp.Or(r.Budget, bundle.DefaultBudget)
	}
	return z, cmp.Or(z.Methods.Check(), z.CheckPrompts())
}

// allMethods are all that a site can have.
func (c Config) allMethods() bundle.Methods {
	m := bundle.Plain | bundle.PIN | bundle.Phone
	if c.Policy.FaceDays > 0 {
		m |= bundle.Face
	}
	return m
}

// lives returns for how long doors decide by themselves.
func (c Config) lives() (face, plain time.Duration) {
	if c.Offline == nil {
		return bundle.DefaultFaceLife, bundle.DefaultPlainLife
	}
	return time.Duration(c.Offline.FaceHours) * time.Hour, time.Duration(c.Offline.PlainHours) * time.Hour
}

// validRules names the rule that cannot be, before there is a door to tell it to.
func (c Config) validRules() error {
	for _, name := range slices.Sorted(maps.Keys(c.Rules)) {
		if !slices.Contains(c.Zones, name) {
			return fmt.Errorf("%w: rules.%s: the site has no such zone", ErrConfig, name)
		}
		if _, err := c.Zone(name); err != nil {
			return fmt.Errorf("%w: rules.%s: %w", ErrConfig, name, err)
		}
		if b := c.Rules[name].Budget; b < 0 || b > bundle.MaxBudget {
			return fmt.Errorf("%w: rules.%s.budget: 1 to %d", ErrConfig, name, bundle.MaxBudget)
		}
	}
	if o := c.Offline; o != nil {
		longest := int(bundle.MaxLife / time.Hour)
		if o.FaceHours < 1 || o.PlainHours < o.FaceHours || o.PlainHours > longest {
			return fmt.Errorf("%w: offline: face_hours is 1 or more, plain_hours not less than that and at most %d", ErrConfig, longest)
		}
	}
	if c.Rules == nil && c.Offline == nil {
		return nil // a site of before there were doors stays usable for what it was
	}
	if err := c.tryBundle(); err != nil {
		return fmt.Errorf("%w: as a bundle would say it: %w", ErrConfig, err)
	}
	return nil
}

// draft returns what a bundle says because site.json says it.
func (c Config) draft() (*bundle.Bundle, error) {
	b := &bundle.Bundle{Site: c.ID, Name: screenName(c.Name), Demo: c.Demo, Timezone: c.Timezone}
	b.FaceLife, b.PlainLife = c.lives()
	for _, name := range c.Zones {
		z, err := c.Zone(name)
		if err != nil {
			return nil, err
		}
		b.Zones = append(b.Zones, z)
	}
	return b, nil
}

// screenName cuts a name to what a screen has room for.
func screenName(name string) string {
	for len(name) > bundle.MaxTitle {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}
	return name
}

// tryBundle checks a bundle that nobody gets, in which whatever does not come
// from site.json is made up.
func (c Config) tryBundle() error {
	b, err := c.draft()
	if err != nil {
		return err
	}
	one := [32]byte{31: 1}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), one[:])
	if err != nil {
		return err
	}
	b.Number, b.Issued = 1, time.Unix(1, 0)
	b.Issuers, b.Signers = []*ecdsa.PublicKey{&key.PublicKey}, []*ecdsa.PublicKey{&key.PublicKey}
	b.Models = []bundle.Model{{ID: pass.ModelID{1}, Until: b.Issued}}
	b.Notice = bundle.Notice{SHA256: one, Text: map[string]string{"en": "-"}}
	for i, z := range b.Zones {
		if z.Methods.Has(bundle.PIN) {
			b.Zones[i].PINs = bundle.Object{SHA256: one, Size: 1}
		}
	}
	return b.Check()
}
