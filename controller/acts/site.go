package acts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
)

// settings are what the operator decides beside what doors are told.
type settings struct {
	Guests    GuestLimits `json:"guests"`
	KeepYears int         `json:"keep_years"`
}

const settingsName = "site"

func settingsOf(tx *store.Tx) (s settings, version int64, err error) {
	text, version, err := tx.Setting(settingsName)
	if errors.Is(err, store.ErrNotFound) {
		return settings{DefaultGuests(), DefaultKeepYears}, 0, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &s)
	}
	return s, version, err
}

// maxKeepYears is the longest time for which records of consents are kept.
const maxKeepYears = 10

func keepYears(tx *store.Tx) (int, error) {
	s, _, err := settingsOf(tx)
	return s.KeepYears, err
}

// configOf reads the site's configuration, which was checked when it was written.
func configOf(r store.SiteRow) (c site.Config, err error) {
	if err := json.Unmarshal(r.Config, &c); err != nil {
		return c, fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	return c, nil
}

// SiteConfig returns the configuration. Everybody may read it: the public page
// shows it.
func (a *Acts) SiteConfig(ctx context.Context) (SiteConfig, error) { return read(ctx, a, siteConfig) }

func siteConfig(tx *store.Tx) (c SiteConfig, err error) {
	row, err := tx.Site()
	if err != nil {
		return c, err
	}
	s, _, err := settingsOf(tx)
	if err != nil {
		return c, err
	}
	c = SiteConfig{Version: row.Version, Guests: s.Guests, KeepYears: s.KeepYears}
	c.Site, err = configOf(row)
	return c, err
}

// ChangeSite changes the configuration, if nobody has since version. What changed
// is recorded in clear. It fails with [ErrForbidden], [ErrInvalid], [ErrConflict]
// and [ErrLedger].
func (a *Acts) ChangeSite(ctx context.Context, actor Actor, version int64, c SiteConfig) (SiteConfig, error) {
	if err := actor.may(ActSiteChange); err != nil {
		return SiteConfig{}, err
	}
	old, err := a.SiteConfig(ctx)
	if err != nil {
		return SiteConfig{}, err
	}
	if old.Version != version {
		return SiteConfig{}, ErrConflict
	}
	encoded, err := a.checkSite(old, c)
	if err != nil {
		return SiteConfig{}, err
	}
	changes, err := changesOf(old, c)
	if err != nil || len(changes) == 0 {
		return old, err
	}
	e, err := a.siteEntry(actor, ActSiteChange, changes)
	if errors.Is(err, ledger.ErrEntry) {
		err = invalid("site", "has words that cannot be recorded: %v", err)
	}
	if err != nil {
		return SiteConfig{}, err
	}
	same := func(tx *store.Tx) error {
		now, err := tx.Site()
		if err == nil && now.Version != version {
			err = store.ErrConflict
		}
		return err
	}
	c.Version = version + 1
	return c, a.give(ctx, giving{entries: []entry{e}, check: same, effect: func(tx *store.Tx) error {
		if err := tx.ChangeSite(version, encoded); err != nil {
			return err
		}
		return putSettings(tx, settings{c.Guests, c.KeepYears})
	}})
}

func putSettings(tx *store.Tx, s settings) error {
	_, version, err := settingsOf(tx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.PutSetting(settingsName, version, string(text))
}

// checkSite returns a configuration as it is kept, or names the field that cannot
// be.
func (a *Acts) checkSite(old, c SiteConfig) ([]byte, error) {
	switch {
	case c.Site.ID != old.Site.ID:
		return nil, invalid("id", "cannot be changed")
	case c.Site.Demo != old.Site.Demo:
		return nil, invalid("demo", "cannot be changed: a demonstration never becomes a real site")
	case c.KeepYears < DefaultKeepYears || c.KeepYears > maxKeepYears:
		return nil, invalid("keep_years", "is %d to %d", DefaultKeepYears, maxKeepYears)
	}
	if err := c.Guests.check(); err != nil {
		return nil, err
	}
	encoded, err := a.with.EncodeSite(c.Site)
	if errors.Is(err, site.ErrConfig) {
		return nil, invalid("site", "cannot be like this: %v", err)
	}
	return encoded, err
}

// changesOf says what is different, in clear: each field with its new value, or
// with the hash of one that is too long for an entry.
func changesOf(old, c SiteConfig) (map[string]string, error) {
	before, err := fieldsOf(old)
	if err != nil {
		return nil, err
	}
	after, err := fieldsOf(c)
	if err != nil {
		return nil, err
	}
	changes := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(merged(before, after))) {
		if before[name] == after[name] {
			continue
		}
		if changes[name] = after[name]; len(after[name]) > ledger.MaxDetail {
			sum := sha256.Sum256([]byte(after[name]))
			changes[name] = "sha256 " + hex.EncodeToString(sum[:])
		}
	}
	if len(changes) > 0 {
		changes["version"] = strconv.FormatInt(old.Version+1, 10)
	}
	return changes, nil
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// fieldsOf returns the fields of a configuration, each as JSON.
func fieldsOf(c SiteConfig) (map[string]string, error) {
	all := make(map[string]string)
	for _, part := range []any{c.Site, settings{c.Guests, c.KeepYears}} {
		data, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(data, &fields); err != nil {
			return nil, err
		}
		for name, value := range fields {
			all[name] = string(value)
		}
	}
	return all, nil
}
