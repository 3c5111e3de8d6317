package site

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

const pepperType = "FACELATCH PEPPER"

// ErrNotCompared is returned for a door whose fingerprint nobody has compared.
var ErrNotCompared = errors.New("nobody has compared the fingerprint of this door yet")

// Pepper returns the pepper of a zone, making it where there is none, or none
// that is newer than a theft. The caller wipes it.
func (v *Vault) Pepper(zone string) (bundle.Pepper, error) {
	if err := pass.CheckZone(zone); err != nil {
		return bundle.Pepper{}, err
	}
	path := filepath.Join(v.f.peppers(), zone+".pem")
	block, err := readSecret(path, pepperType)
	switch {
	case errors.Is(err, ErrNoKey):
		return v.makePepper(path, zone)
	case err != nil:
		return bundle.Pepper{}, err
	}
	defer clear(block.Bytes)
	made, err := time.Parse(time.RFC3339Nano, block.Headers["Made"])
	if err != nil {
		return bundle.Pepper{}, fmt.Errorf("%w: %s: %v", ErrDamaged, path, err)
	}
	if theft, stolen := v.Refused.Peppers[zone]; stolen && !made.After(theft) {
		return v.makePepper(path, zone)
	}
	p, err := bundle.ImportPepper(block.Bytes)
	if err != nil {
		return p, fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	return p, nil
}

// makePepper makes a pepper in the place of what may be there. That it was made
// is recorded first.
func (v *Vault) makePepper(path, zone string) (bundle.Pepper, error) {
	p, err := bundle.NewPepper(rand.Reader)
	if err != nil {
		return p, err
	}
	secretBytes, now := p.Export(), v.now()
	defer clear(secretBytes)
	data := pem.EncodeToMemory(&pem.Block{Type: pepperType, Bytes: secretBytes, Headers: map[string]string{
		"Made": now.UTC().Format(time.RFC3339Nano),
	}})
	defer clear(data)
	if err = v.ledger.Tell(now, "pepper-made", map[string]string{"zone": zone}); err == nil {
		err = v.disk.Write(path, data, secret)
	}
	if err != nil {
		p.Wipe()
		return bundle.Pepper{}, err
	}
	return p, nil
}

// compared is what a station keeps of a door: the keys of which somebody saw the
// fingerprint on the door's own screen. Secrets go to these and no others,
// whatever a controller says later.
type compared struct {
	ID       pass.DoorID `json:"id"`
	Zone     string      `json:"zone"`
	TLSKey   []byte      `json:"tls_key"`
	RelayKey []byte      `json:"relay_key"`
	At       time.Time   `json:"at"`
	// Relayed is a hash that says which secrets it was given.
	Relayed string `json:"relayed,omitempty"`
}

// Compare notes that somebody read a fingerprint on the screen of a door, which
// is m. It fails with [ErrFingerprint] and [ErrMember].
func (v *Vault) Compare(m Member, fingerprint string) error {
	if _, err := x509.ParsePKIXPublicKey(m.TLSKey); err != nil || m.Kind != KindDoor || m.ID == (pass.DoorID{}) {
		return fmt.Errorf("%w: not a door with its keys", ErrMember)
	}
	if err := checkRelayKey(m.Kind, m.RelayKey); err != nil {
		return err
	}
	if digits(fingerprint) != digits(m.Fingerprint()) {
		return ErrFingerprint
	}
	return v.putCompared(compared{ID: m.ID, Zone: m.Zone, TLSKey: m.TLSKey, RelayKey: m.RelayKey, At: v.now().UTC()})
}

func (v *Vault) putCompared(c compared) error {
	return writeJSON(v.disk, jsonPath(v.f.doors(), c.ID.String()), c)
}

// Relay is what a door is to be given.
type Relay struct {
	// Text opens with the door's own key only.
	Text []byte
	// Epochs are the sealing keys inside.
	Epochs []pass.KeyID
	// Fingerprint is what somebody compared.
	Fingerprint string

	door compared
}

// Relay seals what the doors of a zone need to one of them. It returns nil if
// that is what the door was given before. It fails with [ErrNotCompared].
func (v *Vault) Relay(id pass.DoorID) (*Relay, error) {
	var c compared
	err := readJSON(jsonPath(v.f.doors(), id.String()), &c)
	if isNew(err) {
		return nil, ErrNotCompared
	}
	if err != nil {
		return nil, err
	}
	s, err := v.secrets(c.Zone)
	if err != nil {
		return nil, err
	}
	defer s.Wipe()
	if c.Relayed == nameOf(s) {
		return nil, nil
	}
	r := &Relay{Fingerprint: bundle.Fingerprint(c.TLSKey, c.RelayKey), door: c}
	for _, e := range s.Sealing {
		r.Epochs = append(r.Epochs, e.Key.ID())
	}
	r.door.Relayed = nameOf(s)
	r.Text, err = bundle.SealSecrets(c.RelayKey, v.site, id, s)
	return r, err
}

// Relayed notes that a controller has what Relay returned.
func (v *Vault) Relayed(r *Relay) error { return v.putCompared(r.door) }

// Forget removes what is known of a door that was removed.
func (v *Vault) Forget(id pass.DoorID) error {
	return v.disk.Remove(jsonPath(v.f.doors(), id.String()))
}

// secrets are all that a door of a zone needs. The caller wipes them.
func (v *Vault) secrets(zone string) (bundle.Secrets, error) {
	epochs, err := v.epochs()
	if err != nil {
		return bundle.Secrets{}, err
	}
	slices.SortFunc(epochs, func(a, b epoch) int { return b.begins.Compare(a.begins) })
	var s bundle.Secrets
	for i, e := range epochs {
		if i >= bundle.MaxEpochs {
			e.key.Wipe()
			continue
		}
		s.Sealing = append(s.Sealing, bundle.EpochKey{Key: e.key, Until: e.last()})
	}
	if s.Pepper, err = v.Pepper(zone); err != nil {
		s.Wipe()
		return bundle.Secrets{}, err
	}
	return s, nil
}

// nameOf returns a hash that is another for other secrets, and tells nobody
// anything: what is hashed is random, of 32 bytes and more.
func nameOf(s bundle.Secrets) string {
	h := sha256.New()
	for _, e := range s.Sealing {
		secret := e.Key.Export()
		h.Write(secret)
		clear(secret)
	}
	pepper := s.Pepper.Export()
	h.Write(pepper)
	clear(pepper)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// MakePIN draws a PIN for some zones and makes what a controller keeps of it. The
// code is returned for its holder, and kept by nobody.
func (v *Vault) MakePIN(zones []string, notBefore, expires time.Time, schedule pass.Schedule) (p PIN, code string, err error) {
	p = PIN{NotBefore: notBefore, Expires: expires, Schedule: schedule}
	if p.Number, code, err = bundle.NewPIN(rand.Reader); err != nil {
		return PIN{}, "", err
	}
	for _, zone := range zones {
		pepper, err := v.Pepper(zone)
		if err != nil {
			return PIN{}, "", err
		}
		e, err := bundle.MakeEntry(rand.Reader, pepper, v.site, zone, code, bundle.Entry{
			Number: p.Number, NotBefore: notBefore, Expires: expires, Schedule: schedule,
		})
		pepper.Wipe()
		if err != nil {
			return PIN{}, "", err
		}
		p.Zones = append(p.Zones, PINZone{Zone: zone, Salt: e.Salt, Tag: e.Tag})
	}
	return p, code, nil
}

// RelayAll gives every approved door what it needs and does not have yet, where
// both halves are in one folder. Doors that nobody has compared get nothing.
func (o *Office) RelayAll(ctx context.Context, v *Vault) error {
	all, err := o.Members(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.State != Approved {
			continue
		}
		if err := o.relay(ctx, v, m.ID); err != nil && !errors.Is(err, ErrNotCompared) {
			return err
		}
	}
	return nil
}

// relay seals to one door and notes what it was given.
func (o *Office) relay(ctx context.Context, v *Vault, id pass.DoorID) error {
	r, err := v.Relay(id)
	if err != nil || r == nil {
		return err
	}
	if err := o.Approve(ctx, Operator, id, r.Fingerprint, [][]byte{r.Text}, r.Epochs); err != nil {
		return err
	}
	return v.Relayed(r)
}

// ApproveHere compares the fingerprint that somebody read on a door's screen, and
// gives the door its secrets, where both halves are in one folder.
func (o *Office) ApproveHere(ctx context.Context, v *Vault, id pass.DoorID, fingerprint string) error {
	m, err := o.Member(ctx, id)
	if err == nil && !m.Present() {
		err = ErrRemoved
	}
	if err != nil {
		return err
	}
	if err := v.Compare(m, fingerprint); err != nil {
		return err
	}
	return o.relay(ctx, v, id)
}
