package state

import (
	"crypto/ecdsa"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Contents is a verified bundle together with what it names and one zone needs,
// verified too. It never changes, and is safe for concurrent use.
type Contents struct {
	Bundle *bundle.Bundle
	// Zone is the door's; its zero value if the bundle has no such zone any
	// more, and then there is no way in.
	Zone bundle.Zone
	// Trust is what passes are judged by.
	Trust pass.Trust
	// PINs are the zone's, or nil.
	PINs *bundle.PINs

	tokens map[[32]byte]*statuslist.Token
}

// Needed lists the objects of a bundle that a door of a zone needs.
func Needed(b *bundle.Bundle, zone string) []bundle.Object {
	var all []bundle.Object
	for _, l := range b.Lists {
		all = append(all, l.Object)
	}
	if z, ok := b.Zone(zone); ok && z.Methods.Has(bundle.PIN) {
		all = append(all, z.PINs)
	}
	return all
}

// Assemble verifies all that a bundle names for a zone. get returns the bytes
// of an object, whose hash is compared here. What did not change since before,
// which may be nil, is not read again. The error names what is wrong.
func Assemble(b *bundle.Bundle, zone string, before *Contents, get func(bundle.Object) ([]byte, error)) (*Contents, error) {
	issuers, err := b.IssuerKeys()
	if err != nil {
		return nil, err
	}
	where, err := time.LoadLocation(b.Timezone)
	if err != nil {
		return nil, fmt.Errorf("the time zone of the site: %w", err)
	}
	c := &Contents{Bundle: b, tokens: make(map[[32]byte]*statuslist.Token, len(b.Lists))}
	set, err := c.lists(issuers, before, get)
	if err != nil {
		return nil, err
	}
	c.Trust = pass.Trust{Site: b.Site, Keys: issuers, Status: set, Location: where}
	c.Zone, _ = b.Zone(zone)
	if !c.Zone.Methods.Has(bundle.PIN) {
		return c, nil
	}
	data, err := fetch(c.Zone.PINs, get)
	if err == nil {
		c.PINs, err = bundle.VerifyPINs(data, issuers, b.Site, zone)
	}
	if err != nil {
		return nil, fmt.Errorf("the PINs of the zone: %w", err)
	}
	return c, nil
}

func fetch(o bundle.Object, get func(bundle.Object) ([]byte, error)) ([]byte, error) {
	data, err := get(o)
	if err != nil {
		return nil, err
	}
	return data, o.Match(data)
}

// lists verifies the status lists. One that has expired is judged when a pass
// is, not here.
func (c *Contents) lists(issuers map[pass.KeyID]*ecdsa.PublicKey, before *Contents, get func(bundle.Object) ([]byte, error)) (*statuslist.Set, error) {
	var all []*statuslist.Token
	for _, l := range c.Bundle.Lists {
		uri := pass.StatusURI(l.Number)
		token, err := c.list(uri, l.Object, issuers, before, get)
		if err != nil {
			return nil, fmt.Errorf("status list %s: %w", uri, err)
		}
		c.tokens[l.SHA256] = token
		all = append(all, token)
	}
	return statuslist.NewSet(all...), nil
}

func (c *Contents) list(uri string, o bundle.Object, issuers map[pass.KeyID]*ecdsa.PublicKey, before *Contents, get func(bundle.Object) ([]byte, error)) (*statuslist.Token, error) {
	if before != nil && before.sameIssuers(issuers) {
		if token, ok := before.tokens[o.SHA256]; ok && token.Header().URI == uri {
			return token, nil
		}
	}
	data, err := fetch(o, get)
	if err != nil {
		return nil, err
	}
	return statuslist.Verify(data, issuers, uri, c.Bundle.Issued)
}

// Valid returns how many places of the lists are valid: how many passes are not
// revoked, whether or not their time is over.
func (c *Contents) Valid() (n int) {
	for _, token := range c.tokens {
		n += token.Valid()
	}
	return n
}

// sameIssuers says whether nobody is trusted any less than before.
func (c *Contents) sameIssuers(issuers map[pass.KeyID]*ecdsa.PublicKey) bool {
	for id, key := range c.Trust.Keys {
		if now := issuers[id]; now == nil || !now.Equal(key) {
			return false
		}
	}
	return true
}
