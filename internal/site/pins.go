package site

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
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

// pinFile is a PIN as it is written.
type pinFile struct {
	Number    string      `json:"number"`
	State     issue.State `json:"state"`
	NotBefore time.Time   `json:"not_before"`
	Expires   time.Time   `json:"expires"`
	Hours     string      `json:"hours,omitempty"`
	Zones     []pinZone   `json:"zones,omitempty"` // none once it is revoked
	Salt      []byte      `json:"record_salt"`
}

type pinZone struct {
	Zone string `json:"zone"`
	Salt []byte `json:"salt"`
	Tag  []byte `json:"tag"`
}

// commitment is what the record says about a step: HMAC-SHA-256 under the salt
// of a JSON object. Who has the file can make it again, and nobody else can tell
// it from an entry about a pass.
func (p pinFile) commitment(act issue.State) [32]byte {
	body, err := json.Marshal(struct {
		Act       string `json:"act"`
		Number    string `json:"number"`
		NotBefore int64  `json:"not_before"`
		Expires   int64  `json:"expires"`
		Hours     string `json:"hours"`
	}{"pin-" + string(act), p.Number, p.NotBefore.Unix(), p.Expires.Unix(), p.Hours})
	if err != nil {
		panic("site: a PIN that JSON cannot write: " + err.Error()) // strings and numbers only
	}
	mac := hmac.New(sha256.New, p.Salt)
	mac.Write(body)
	return [32]byte(mac.Sum(nil))
}

func (f folder) readPIN(number string) (p pinFile, err error) {
	if len(number) != bundle.PINDigits || strings.Trim(number, "0123456789") != "" {
		return p, ErrNoPIN
	}
	path := jsonPath(f.pins(), number)
	err = readJSON(path, &p)
	switch {
	case isNew(err):
		return p, ErrNoPIN
	case err == nil && (p.Number != number || len(p.Salt) != sha256.Size):
		err = fmt.Errorf("%w: %s", ErrDamaged, path)
	}
	return p, err
}

func (o *Office) putPIN(p pinFile) error { return writeJSON(o.disk, jsonPath(o.f.pins(), p.Number), p) }

// AddPIN makes a PIN good. The order is that of issuing: the intent is kept and
// recorded before anything could open a door. It fails with [ErrPIN] and
// [ErrNumber].
func (o *Office) AddPIN(p PIN) error {
	if o.unfinished != nil {
		return o.unfinished
	}
	if err := o.allowPIN(p); err != nil {
		return err
	}
	file := pinFile{
		Number: p.Number, State: issue.Intended, NotBefore: p.NotBefore.UTC(), Expires: p.Expires.UTC(),
		Hours: p.Schedule.String(), Salt: make([]byte, sha256.Size),
	}
	_, _ = rand.Read(file.Salt)
	for _, z := range p.Zones {
		file.Zones = append(file.Zones, pinZone{z.Zone, z.Salt[:], z.Tag[:]})
	}
	if err := o.begin(file); err != nil {
		if undone := o.takePIN(file); undone != nil {
			err = fmt.Errorf("%w (undoing it failed as well, and is done at the next start: %v)", err, undone)
		}
		return err
	}
	return nil
}

// begin makes a PIN good. Whoever is told that it failed does not have the code,
// so that the PIN has to be taken away then, whatever came about.
func (o *Office) begin(file pinFile) error {
	mark := markPIN + file.Number
	if err := o.mark(mark); err != nil {
		return err
	}
	if err := o.putPIN(file); err != nil {
		return err
	}
	if err := o.record().Holder(o.now(), file.commitment(issue.Intended)); err != nil {
		return err
	}
	file.State = issue.Issued
	if err := o.putPIN(file); err != nil {
		return err
	}
	return o.disk.Remove(filepath.Join(o.f.taking(), mark))
}

// allowPIN holds a PIN to what holds for plain passes.
func (o *Office) allowPIN(p PIN) error {
	if len(p.Zones) == 0 {
		return fmt.Errorf("%w: it is for no zone", ErrPIN)
	}
	r := issue.Request{NotBefore: p.NotBefore, Expires: p.Expires, Schedule: p.Schedule}
	for _, z := range p.Zones {
		r.Zones = append(r.Zones, z.Zone)
	}
	slices.Sort(r.Zones)
	if err := o.Config.Issuing().Allow(r, o.now()); err != nil {
		return fmt.Errorf("%w: %w", ErrPIN, err)
	}
	all, err := o.f.readPINs(o.now())
	if err != nil {
		return err
	}
	for _, zone := range r.Zones {
		z, err := o.Config.Zone(zone)
		if err == nil && !z.Methods.Has(bundle.PIN) {
			err = fmt.Errorf("the zone %s takes no PINs", zone)
		}
		if err == nil && len(all[zone]) >= bundle.MaxPINs {
			err = fmt.Errorf("the zone %s has %d PINs already", zone, bundle.MaxPINs)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPIN, err)
		}
	}
	_, err = o.f.readPIN(p.Number)
	switch {
	case err == nil:
		return ErrNumber
	case errors.Is(err, ErrNoPIN) && len(p.Number) == bundle.PINDigits && strings.Trim(p.Number, "0123456789") == "":
		return nil
	}
	return cmp.Or(err, ErrPIN)
}

// RevokePIN takes a PIN away, by its number. It returns whether that had been
// done before. It fails with [ErrNoPIN], and with issue.ErrNotRecorded once it
// is refused but that is not recorded yet.
func (o *Office) RevokePIN(number string) (before bool, err error) {
	p, err := o.f.readPIN(number)
	if err != nil {
		return false, err
	}
	if p.State == issue.Revoked || p.State == issue.Abandoned {
		return true, nil
	}
	return false, o.takePIN(p)
}

func (o *Office) takePIN(p pinFile) error {
	if p.State == issue.Issued {
		p.State = issue.Revoking
	}
	p.Zones = nil
	queued := o.mark(markPIN + p.Number)
	if err := o.putPIN(p); err != nil {
		return errors.Join(err, queued)
	}
	return o.taken(queued, o.closePIN(p))
}

// closePIN records the end of a PIN that is refused by now.
func (o *Office) closePIN(p pinFile) error {
	final := issue.Abandoned
	if p.State == issue.Revoking || p.State == issue.Revoked {
		final = issue.Revoked
	}
	if err := o.record().Holder(o.now(), p.commitment(final)); err != nil {
		return err
	}
	p.State, p.Zones = final, nil
	if err := o.putPIN(p); err != nil {
		return err
	}
	return o.disk.Remove(filepath.Join(o.f.taking(), markPIN+p.Number))
}

// finishPIN brings a PIN to its end that was under way when a program stopped: an
// interrupted issuing did not happen, because nobody has the code.
func (o *Office) finishPIN(number string) error {
	p, err := o.f.readPIN(number)
	switch {
	case errors.Is(err, ErrNoPIN):
		return o.disk.Remove(filepath.Join(o.f.taking(), markPIN+number))
	case err != nil:
		return err
	}
	return o.takePIN(p)
}

// revokePINs takes all PINs of a zone away.
func (o *Office) revokePINs(zone string) (all error) {
	numbers, err := names(o.f.pins())
	if err != nil {
		return err
	}
	for _, number := range numbers {
		p, err := o.f.readPIN(number)
		if err == nil && slices.ContainsFunc(p.Zones, func(z pinZone) bool { return z.Zone == zone }) {
			err = o.takePIN(p)
		}
		all = errors.Join(all, err)
	}
	return all
}

// readPINs returns the PINs that are good or will be, by zone, each sorted by
// number.
func (f folder) readPINs(now time.Time) (map[string][]bundle.Entry, error) {
	numbers, err := names(f.pins())
	if err != nil {
		return nil, err
	}
	all := make(map[string][]bundle.Entry)
	for _, number := range slices.Sorted(slices.Values(numbers)) {
		p, err := f.readPIN(number)
		if err != nil {
			return nil, err
		}
		if p.State != issue.Issued || !now.Before(p.Expires) {
			continue
		}
		schedule, err := pass.ParseSchedule(p.Hours)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %v", ErrDamaged, jsonPath(f.pins(), number), err)
		}
		for _, z := range p.Zones {
			if len(z.Salt) != 16 || len(z.Tag) != 32 {
				return nil, fmt.Errorf("%w: %s", ErrDamaged, jsonPath(f.pins(), number))
			}
			all[z.Zone] = append(all[z.Zone], bundle.Entry{
				Number: number, Salt: [16]byte(z.Salt), Tag: [32]byte(z.Tag),
				NotBefore: p.NotBefore, Expires: p.Expires, Schedule: schedule,
			})
		}
	}
	return all, nil
}
