package pass

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"fmt"
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
	// Holder is the holder's own key on P-256, or nil.
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

// Limits of a pass.
const (
	// MaxZones is the largest number of zones in a pass.
	MaxZones = 8
	// MaxZoneName is the longest name of a zone, in characters.
	MaxZoneName = 24
	// MaxModels is the largest number of references in a face pass.
	MaxModels = 2
)

// latest is the last second of the year 9999.
const latest = 253402300799

// Check returns what is wrong with the first field that a pass cannot have, or
// nil. [Sign] and [Parse] call it.
func (c Claims) Check() error {
	if c.Site == (SiteID{}) || c.ID == (ID{}) {
		return errors.New("the site id or the pass id is zero")
	}
	if err := checkTimes(c.NotBefore.Unix(), c.Expires.Unix()); err != nil {
		return err
	}
	if err := checkZones(c.Zones); err != nil {
		return err
	}
	if err := c.Schedule.Check(); err != nil {
		return err
	}
	return c.Face.check()
}

func checkTimes(from, until int64) error {
	switch {
	case from < 0 || until > latest:
		return errors.New("a time before 1970 or after 9999")
	case until <= from:
		return errors.New("the expiry is not after not-before")
	case until-from > int64(MaxLifetime/time.Second):
		return errors.New("the expiry is more than 24 months after not-before")
	}
	return nil
}

func checkZones(zones []string) error {
	if len(zones) == 0 || len(zones) > MaxZones {
		return fmt.Errorf("%d zones instead of 1 to %d", len(zones), MaxZones)
	}
	for i, z := range zones {
		if err := CheckZone(z); err != nil {
			return err
		}
		if i > 0 && z <= zones[i-1] {
			return errors.New("the zones are not sorted, or one stands twice")
		}
	}
	return nil
}

// CheckZone returns nil if a zone can have this name: 1 to 24 characters a-z,
// 0-9 and hyphen. It is an identifier; what people read on a door is not in a
// pass.
func CheckZone(name string) error {
	if name == "" || len(name) > MaxZoneName {
		return fmt.Errorf("a zone is named by 1 to %d characters", MaxZoneName)
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("the zone name %q has characters other than a-z, 0-9 and hyphen", name)
		}
	}
	return nil
}

func (f *FaceClaims) check() error {
	switch {
	case f == nil:
		return nil
	case f.Purpose != PurposeAccess:
		return fmt.Errorf("a face pass cannot be for purpose %d", f.Purpose)
	case f.Consent == (Hash16{}):
		return errors.New("a face pass without a consent")
	case len(f.Models) == 0 || len(f.Models) > MaxModels:
		return fmt.Errorf("%d models instead of 1 to %d", len(f.Models), MaxModels)
	}
	if len(f.Models) == 2 && bytes.Compare(f.Models[0][:], f.Models[1][:]) >= 0 {
		return errors.New("the models are not sorted, or one stands twice")
	}
	return nil
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
