package issue

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Policy is what a site allows.
type Policy struct {
	Site  pass.SiteID
	Zones []string
	// Plain and Face are the longest lives of the two kinds of pass. Face is
	// zero at a site without face passes, and never longer than Plain.
	Plain, Face time.Duration
}

// Check returns nil for a policy that a site may have. It fails with
// [ErrOnlyWay] or says what is wrong.
func (p Policy) Check() error {
	switch {
	case p.Site == (pass.SiteID{}):
		return fmt.Errorf("the site has no id")
	case len(p.Zones) == 0:
		return fmt.Errorf("the site has no zone")
	case p.Plain <= 0:
		return fmt.Errorf("%w: plain passes have no lifetime", ErrOnlyWay)
	case p.Face > p.Plain:
		return fmt.Errorf("%w: face passes would last longer than plain ones", ErrOnlyWay)
	case p.Face < 0 || p.Plain > pass.MaxLifetime:
		return fmt.Errorf("a pass lasts between a second and %d days", pass.MaxLifetime/(24*time.Hour))
	}
	for _, zone := range p.Zones {
		if err := pass.CheckZone(zone); err != nil {
			return err
		}
	}
	return nil
}

// longest returns the longest life of a kind of pass.
func (p Policy) longest(k pass.Kind) time.Duration {
	if k == pass.Face {
		return p.Face
	}
	return p.Plain
}

// Allow returns nil if a pass may be issued at a time, else [ErrPolicy] with
// what is wrong.
func (p Policy) Allow(r Request, now time.Time) error {
	for _, zone := range r.Zones {
		if !slices.Contains(p.Zones, zone) {
			return fmt.Errorf("%w: this site has no zone %q; it has %s", ErrPolicy, zone, strings.Join(p.Zones, ", "))
		}
	}
	if err := p.allowTime(r, now); err != nil {
		return err
	}
	if r.Kind() == pass.Plain && len(r.Models) > 0 {
		return fmt.Errorf("%w: a plain pass has no model", ErrPolicy)
	}
	if r.Kind() == pass.Face {
		if err := p.allowFace(r, now); err != nil {
			return err
		}
	}
	_, err := try(trial(p.Site, r))
	return err
}

func (p Policy) allowTime(r Request, now time.Time) error {
	longest := p.longest(r.Kind())
	switch {
	case longest == 0:
		return fmt.Errorf("%w: this site has no %s passes", ErrPolicy, r.Kind())
	case !r.NotBefore.Before(r.Expires):
		return fmt.Errorf("%w: it would end before it begins", ErrPolicy)
	case !now.Before(r.Expires):
		return fmt.Errorf("%w: it would have ended already", ErrPolicy)
	case r.Expires.Sub(r.NotBefore) > longest:
		return fmt.Errorf("%w: a %s pass lasts at most %d days here", ErrPolicy, r.Kind(), longest/(24*time.Hour))
	// Also counted from now, because sealing keys and status lists are kept
	// until the last pass of their time has ended.
	case r.Expires.Sub(now) > pass.MaxLifetime:
		return fmt.Errorf("%w: it would end more than %d days from now", ErrPolicy, pass.MaxLifetime/(24*time.Hour))
	}
	return nil
}

func (p Policy) allowFace(r Request, now time.Time) error {
	terms := r.Consent.Terms()
	_, withdrawn := r.Consent.Withdrawn()
	switch {
	case withdrawn:
		return fmt.Errorf("%w: the consent was withdrawn", ErrPolicy)
	case terms.Site != p.Site:
		return fmt.Errorf("%w: the consent was given to another site", ErrPolicy)
	case terms.Purpose != pass.PurposeAccess:
		return fmt.Errorf("%w: the consent is for another purpose", ErrPolicy)
	case now.Before(terms.Given):
		return fmt.Errorf("%w: the consent was not given yet", ErrPolicy)
	case r.Expires.After(terms.Until):
		return fmt.Errorf("%w: it would outlive the consent", ErrPolicy)
	case r.Holder != nil:
		return fmt.Errorf("%w: a face pass has no holder's key: it opens with its holder's face", ErrPolicy)
	case len(r.Models) == 0 || len(r.Models) > pass.MaxModels:
		return fmt.Errorf("%w: a face pass has 1 to %d models", ErrPolicy, pass.MaxModels)
	}
	return nil
}
