package issue

import (
	"fmt"
	"slices"

	"github.com/facelatch/facelatch/pass"
)

// lint checks the claims that are about to be signed, against the policy and
// the docket, without the code that made them: a signature cannot be taken
// back, so a mistake has to be found before. It fails with [ErrLint].
func lint(c pass.Claims, p Policy, d Docket) error {
	for _, rule := range rules() {
		if !rule.holds(c, p, d) {
			return fmt.Errorf("%w: %s", ErrLint, rule.name)
		}
	}
	if err := c.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrLint, err)
	}
	return nil
}

// rule is something that has to hold of every pass that is signed.
type rule struct {
	name  string
	holds func(c pass.Claims, p Policy, d Docket) bool
}

func rules() []rule {
	return []rule{
		{"it is of this site", func(c pass.Claims, p Policy, _ Docket) bool {
			return c.Site == p.Site
		}},
		{"it has the id and the place that were kept", func(c pass.Claims, _ Policy, d Docket) bool {
			return c.ID == d.ID && c.Status == d.Status
		}},
		{"all its zones are zones of the site", func(c pass.Claims, p Policy, _ Docket) bool {
			return !slices.ContainsFunc(c.Zones, func(z string) bool { return !slices.Contains(p.Zones, z) })
		}},
		{"it lasts no longer than its kind may", func(c pass.Claims, p Policy, _ Docket) bool {
			return c.Expires.Sub(c.NotBefore) <= p.longest(c.Kind())
		}},
		{"it has the kind that was kept", func(c pass.Claims, _ Policy, d Docket) bool {
			return c.Kind() == d.Kind()
		}},
		{"a face pass names its consent and what was sealed", func(c pass.Claims, _ Policy, d Docket) bool {
			return c.Face == nil || d.Consent != nil && c.Face.Consent == d.Consent.Hash() && c.Face.Sealed != [32]byte{}
		}},
		{"a face pass names the models that were kept, for doors only", func(c pass.Claims, _ Policy, d Docket) bool {
			return c.Face == nil || slices.Equal(c.Face.Models, d.Models) && c.Face.Purpose == pass.PurposeAccess
		}},
		{"a plain pass has the holder's key that was kept, and a face pass none", func(c pass.Claims, _ Policy, d Docket) bool {
			if c.Holder == nil || d.Holder == nil {
				return c.Holder == nil && d.Holder == nil
			}
			return c.Face == nil && c.Holder.Equal(d.Holder)
		}},
	}
}
