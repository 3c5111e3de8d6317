package pass

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

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
