package pass

import (
	"crypto/ecdsa"
	"slices"
	"time"
)

// Kind is whether a pass carries a reference.
type Kind uint8

const (
	// Plain is a pass without a reference.
	Plain Kind = 1
	// Face is a pass with a sealed reference.
	Face Kind = 2
)

// String returns "plain" or "face".
func (k Kind) String() string {
	switch k {
	case Plain:
		return "plain"
	case Face:
		return "face"
	}
	return "unknown"
}

// Purpose is what a person agreed to have a face used for.
type Purpose uint8

const (
	// PurposeAccess is opening the doors of one site. It is the only purpose
	// that a pass can have.
	PurposeAccess Purpose = 1
	// PurposeDesk is one check at a counter.
	PurposeDesk Purpose = 2
	// PurposeMeasure is measuring the engine on a declared data set.
	PurposeMeasure Purpose = 3
)

// String returns "access", "desk" or "measure".
func (p Purpose) String() string {
	switch p {
	case PurposeAccess:
		return "access"
	case PurposeDesk:
		return "desk"
	case PurposeMeasure:
		return "measure"
	}
	return "unknown"
}

// MaxLifetime is the longest time between not-before and expiry: 24 months,
// counted as 731 days. Faces age.
const MaxLifetime = 731 * 24 * time.Hour

// Claims is what a pass says.
type Claims struct {
	// Site is the issuer.
	Site SiteID
	// ID is the pass's own.
	ID ID
	// NotBefore is the first moment at which the pass is good; whole seconds.
	NotBefore time.Time
	// Expires is the first moment at which it is no longer; whole seconds.
	Expires time.Time
	// Zones are the zones it is for: 1 to 8, sorted, each once. A zone is named
	// by 1 to 24 characters a-z, 0-9 and hyphen.
	Zones []string
	// Schedule is when it is good in a week; nil means always.
	Schedule Schedule
	// Status is where its status is looked up.
	Status StatusRef
	// Holder is the holder's own key on P-256, or nil. A plain pass with one
	// opens only as a [Presentation] by that key.
	Holder *ecdsa.PublicKey
	// Face is present on a face pass only.
	Face *FaceClaims
}

// FaceClaims is what a face pass says beyond a plain one.
type FaceClaims struct {
	// Purpose is what the holder agreed to.
	Purpose Purpose
	// Consent is the hash of the record of that agreement.
	Consent Hash16
	// Models are the models that made the references: 1 or 2, sorted, each once.
	Models []ModelID
	// Sealed is the SHA-256 of the sealed reference.
	Sealed [32]byte
}

// StatusRef is a place in one of the site's status lists.
type StatusRef struct {
	// List is the number of the list.
	List uint32
	// Index is the place in it.
	Index uint32
}

// Kind returns [Face] if there are face claims, else [Plain].
func (c Claims) Kind() Kind {
	if c.Face != nil {
		return Face
	}
	return Plain
}

// clone returns a copy that shares nothing with c but the holder's key, which
// nobody has a reason to change.
func (c Claims) clone() Claims {
	c.Zones = slices.Clone(c.Zones)
	c.Schedule = slices.Clone(c.Schedule)
	if c.Face != nil {
		f := *c.Face
		f.Models = slices.Clone(f.Models)
		c.Face = &f
	}
	return c
}
