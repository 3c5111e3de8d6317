package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Format is the number of this layout of the folder.
const Format = 1

const (
	// MaxName is the longest name of a site, in characters.
	MaxName = 80
	// MaxZones is the largest number of zones of a site.
	MaxZones = 64
)

// Config is site.json.
type Config struct {
	// Format is [Format].
	Format int         `json:"format"`
	ID     pass.SiteID `json:"id"`
	// Name is what people call the site: 1 to [MaxName] printable characters.
	Name string `json:"name"`
	// Zones are 1 to [MaxZones] sets of doors, named as in [pass.CheckZone].
	Zones []string `json:"zones"`
	// Timezone is a name of the IANA database. Hours are read in it.
	Timezone string `json:"timezone"`
	Policy   Policy `json:"policy"`
	// Demo marks a site for trying out. It stands in the ledger's first entry too,
	// and beside the configuration, so that taking it out makes the site unusable,
	// not real.
	Demo bool `json:"demo,omitempty"`
	// Rules are those of zones that differ from what [Config.Zone] says.
	Rules map[string]Rules `json:"rules,omitempty"`
	// Offline is for how long doors decide by themselves; nil is 24 hours for
	// faces and 7 days for everything else.
	Offline *Offline `json:"offline,omitempty"`
	// Desk is what the operator decides about checks at desks; nil is that one
	// member of staff is enough, and that a result may have every claim.
	Desk *Desk `json:"desk,omitempty"`
}

// Policy is what the operator decides. There is nothing in it that could turn
// plain passes off.
type Policy struct {
	// PlainDays and FaceDays are the longest lives of passes. That of plain
	// passes is 1 to 731 and not below that of face passes; FaceDays is 0 at a
	// site without face passes.
	PlainDays int `json:"plain_days"`
	FaceDays  int `json:"face_days"`
	// RequireLive refuses a face that looks like a picture of one, where it
	// would only be warned of. One still tells little: see docs/accuracy.md.
	RequireLive bool `json:"require_live"`
	// Threshold names the comparison score from which on two faces count as one
	// person's, by the false match rate that it was calibrated for.
	Threshold string `json:"threshold"`
}

// DefaultPolicy is what a new site has.
func DefaultPolicy() Policy {
	return Policy{PlainDays: 731, FaceDays: 731, Threshold: "fmr-1e-4"}
}

// Location returns the time zone. It is not nil for a Config that was read.
func (c Config) Location() *time.Location {
	loc, _ := time.LoadLocation(c.Timezone)
	return loc
}

// Issuing is the part of the policy that issuing keeps to.
func (c Config) Issuing() issue.Policy {
	const day = 24 * time.Hour
	return issue.Policy{
		Site: c.ID, Zones: c.Zones,
		Plain: time.Duration(c.Policy.PlainDays) * day, Face: time.Duration(c.Policy.FaceDays) * day,
	}
}

// Read returns what site.json says of the site in a folder: the configuration as it
// was last shown. It fails with [ErrNotASite] or [ErrConfig].
func Read(dir string) (Config, error) {
	data, err := read(folder(dir).config(), 1<<16)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, fmt.Errorf("%s is %w", dir, ErrNotASite)
	}
	if err != nil {
		return Config{}, err
	}
	return decodeConfig(data)
}

// Decode reads and checks a configuration as [Encode] writes it. It fails with
// [ErrConfig], naming the field.
func Decode(data []byte) (Config, error) { return decodeConfig(data) }

func decodeConfig(data []byte) (c Config, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%w: there is something after the object", ErrConfig)
	}
	if err := c.valid(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Encode checks a configuration and writes it as site.json has it. It fails with
// [ErrConfig], naming the field.
func Encode(c Config) ([]byte, error) {
	if err := c.valid(); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(c, "", "  ")
	return append(data, '\n'), err
}

// valid names the field that cannot be used.
func (c Config) valid() error {
	bad := func(field, why string) error { return fmt.Errorf("%w: %s: %s", ErrConfig, field, why) }
	sorted := slices.Sorted(slices.Values(c.Zones))
	switch {
	case c.Format != Format:
		return bad("format", fmt.Sprintf("this version reads format %d", Format))
	case !goodName(c.Name):
		return bad("name", fmt.Sprintf("1 to %d printable characters", MaxName))
	case len(c.Zones) == 0 || len(c.Zones) > MaxZones:
		return bad("zones", fmt.Sprintf("1 to %d of them", MaxZones))
	case len(slices.Compact(sorted)) != len(c.Zones):
		return bad("zones", "one is there twice")
	case c.Policy.Threshold == "":
		return bad("policy.threshold", "missing")
	}
	// LoadLocation takes "" for UTC and "Local" for what this machine has.
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" || c.Timezone == "Local" {
		return bad("timezone", fmt.Sprintf("%q is not a name such as Asia/Shanghai", c.Timezone))
	}
	if err := c.Issuing().Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if err := c.validDesk(); err != nil {
		return err
	}
	return c.validRules()
}

func goodName(s string) bool {
	if !utf8.ValidString(s) || s == "" || utf8.RuneCountInString(s) > MaxName {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
