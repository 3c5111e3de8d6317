package site

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// PIN is a PIN as a controller keeps it: a number, and for each of its zones what
// a code is checked with by who has the pepper of that zone. There is no code in
// it, and no name.
type PIN struct {
	Number             string
	NotBefore, Expires time.Time // whole seconds
	Schedule           pass.Schedule
	Zones              []PINZone // 1 or more, each once
}

// PINZone is what one zone has of a PIN.
type PINZone struct {
	Zone string
	Salt [16]byte
	Tag  [32]byte
}

var (
	// ErrPIN is returned for a PIN that this site cannot have.
	ErrPIN = errors.New("this PIN cannot be")
	// ErrNumber is returned for a number that is taken: draw another.
	ErrNumber = errors.New("this number is taken")
	// ErrNoPIN is returned for a number that no PIN has.
	ErrNoPIN = errors.New("no PIN of this site has this number")
)

// commitmentOf is what the ledger says about a step: HMAC-SHA-256 under the salt of
// a JSON object. Who has the row can make it again, and nobody else can tell it
// from an entry about a pass.
func commitmentOf(p store.PINRow, act issue.State) [32]byte {
	body, err := json.Marshal(struct {
		Act       string `json:"act"`
		Number    string `json:"number"`
		NotBefore int64  `json:"not_before"`
		Expires   int64  `json:"expires"`
		Hours     string `json:"hours"`
	}{"pin-" + string(act), p.Number, p.NotBefore, p.Expires, p.Hours})
	if err != nil {
		panic("site: a PIN that JSON cannot write: " + err.Error()) // strings and numbers only
	}
	mac := hmac.New(sha256.New, p.Salt)
	mac.Write(body)
	return [32]byte(mac.Sum(nil))
}

func isNumber(text string) bool {
	return len(text) == bundle.PINDigits && strings.Trim(text, "0123456789") == ""
}

// AddPIN makes a PIN good. The order is that of issuing: the intent is kept and
// recorded before anything could open a door. It fails with [ErrPIN] and
// [ErrNumber].
func (o *Office) AddPIN(ctx context.Context, p PIN) error {
	row := store.PINRow{
		Number: p.Number, State: string(issue.Intended), NotBefore: p.NotBefore.Unix(), Expires: p.Expires.Unix(),
		Hours: p.Schedule.String(), Salt: make([]byte, sha256.Size), Until: o.now().Add(issue.OpenTime).Unix(),
	}
	_, _ = rand.Read(row.Salt) // never fails (Go 1.24)
	for _, z := range p.Zones {
		row.Zones = append(row.Zones, store.PINZoneRow{Zone: z.Zone, Salt: z.Salt, Tag: z.Tag})
	}
	begun := false
	var id store.QueueID
	err := o.change(ctx, func(tx *store.Tx) (err error) {
		begun = false
		if err := o.allowPIN(tx, p); err != nil {
			return err
		}
		begun = true
		if err := tx.AddPIN(row); err != nil {
			return err
		}
		id, err = o.commit(tx, commitmentOf(row, issue.Intended))
		return err
	})
	if err == nil {
		err = o.recorded(ctx, id)
	}
	if err == nil {
		err = o.change(ctx, func(tx *store.Tx) error {
			now, err := tx.PIN(p.Number)
			if err != nil || now.State != row.State {
				return cmp.Or(err, issue.ErrState) // somebody has taken it away meanwhile
			}
			return tx.SetPIN(p.Number, string(issue.Issued), 0)
		})
	}
	if err != nil && begun {
		return o.undoPIN(ctx, row, err)
	}
	return err
}

// undoPIN takes a PIN away that was not brought to its end: whoever is told that it
// failed does not have the code.
func (o *Office) undoPIN(ctx context.Context, row store.PINRow, why error) error {
	undone := o.change(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		now, err := tx.PIN(row.Number)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil // not even the row was kept
		case err == nil && string(now.Salt) == string(row.Salt) && now.State != string(issue.Abandoned):
			_, err = o.endPIN(tx, now, issue.Abandoned)
		}
		return err
	})
	if undone != nil {
		return fmt.Errorf("%w (undoing it failed as well, and is done in %s: %v)", why, issue.OpenTime, undone)
	}
	return why
}

// allowPIN holds a PIN to what holds for plain passes.
func (o *Office) allowPIN(tx *store.Tx, p PIN) error {
	config, _, err := configOf(tx)
	if err != nil {
		return err
	}
	if len(p.Zones) == 0 {
		return fmt.Errorf("%w: it is for no zone", ErrPIN)
	}
	r := issue.Request{NotBefore: p.NotBefore, Expires: p.Expires, Schedule: p.Schedule}
	for _, z := range p.Zones {
		r.Zones = append(r.Zones, z.Zone)
	}
	slices.Sort(r.Zones)
	if err := config.Issuing().Allow(r, o.now()); err != nil {
		return fmt.Errorf("%w: %w", ErrPIN, err)
	}
	for _, zone := range r.Zones {
		z, err := config.Zone(zone)
		if err == nil && !z.Methods.Has(bundle.PIN) {
			err = fmt.Errorf("the zone %s takes no PINs", zone)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPIN, err)
		}
		n, err := tx.CountPINs(zone, o.now().Unix())
		if err != nil {
			return err
		}
		if n >= bundle.MaxPINs {
			return fmt.Errorf("%w: the zone %s has %d PINs already", ErrPIN, zone, bundle.MaxPINs)
		}
	}
	if !isNumber(p.Number) {
		return ErrPIN
	}
	_, err = tx.PIN(p.Number)
	switch {
	case err == nil:
		return ErrNumber
	case errors.Is(err, store.ErrNotFound):
		return nil
	}
	return err
}

// RevokePIN takes a PIN away, by its number. It returns whether that had been
// done before. It fails with [ErrNoPIN].
func (o *Office) RevokePIN(ctx context.Context, number string) (before bool, err error) {
	if !isNumber(number) {
		return false, ErrNoPIN
	}
	err = o.take(ctx, func(tx *store.Tx) ([]store.QueueID, error) {
		before = false
		p, err := tx.PIN(number)
		if errors.Is(err, store.ErrNotFound) {
			return nil, ErrNoPIN
		}
		if err != nil {
			return nil, err
		}
		final := issue.Abandoned
		switch issue.State(p.State) {
		case issue.Revoked, issue.Abandoned:
			before = true
			return nil, nil
		case issue.Issued:
			final = issue.Revoked
		}
		queued, err := o.endPIN(tx, p, final)
		return []store.QueueID{queued}, err
	})
	return before, err
}

// endPIN makes a PIN worth nothing, and queues what the ledger says of it.
func (o *Office) endPIN(tx *store.Tx, p store.PINRow, final issue.State) (store.QueueID, error) {
	if err := tx.SetPIN(p.Number, string(final), 0); err != nil {
		return 0, err
	}
	return o.commit(tx, commitmentOf(p, final))
}

// entriesOf returns the PINs of a zone that are good or will be, by number.
func entriesOf(tx *store.Tx, zone string, now time.Time) ([]bundle.Entry, error) {
	rows, err := tx.PINsOfZone(zone, now.Unix())
	if err != nil {
		return nil, err
	}
	var all []bundle.Entry
	for _, p := range rows {
		schedule, err := pass.ParseSchedule(p.Hours)
		if err != nil {
			return nil, fmt.Errorf("%w: the PIN %s: %v", ErrDamaged, p.Number, err)
		}
		all = append(all, bundle.Entry{
			Number: p.Number, Salt: p.Zones[0].Salt, Tag: p.Zones[0].Tag,
			NotBefore: seconds(p.NotBefore), Expires: seconds(p.Expires), Schedule: schedule,
		})
	}
	return all, nil
}
