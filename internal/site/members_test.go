package site

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// TestDoorLife: a door joins, is approved, and removed, and each of it is in the
// ledger.
func TestDoorLife(t *testing.T) {
	dir := newSite(t)
	m, key := joinDoor(t, dir, "Front door", "front")
	if m.State != Joined || m.Zone != "front" || m.Secrets != nil {
		t.Errorf("%+v", m)
	}
	mustDo(t, dir, func(o *Office) error { return approve(o, m) })
	s := secretsOf(t, dir, m.ID, key)
	defer s.Wipe()
	if len(s.Sealing) != 1 || !s.Pepper.OK() {
		t.Errorf("%v", s)
	}
	mustDo(t, dir, func(o *Office) error { return o.Remove(t.Context(), Operator, m.ID, false) })
	if gone := mustMember(t, dir, m.ID); gone.Present() || gone.Secrets != nil {
		t.Errorf("%+v", gone)
	}
	mustDo(t, dir, func(o *Office) error {
		left, err := o.Members(t.Context())
		if len(left) != 0 {
			t.Errorf("%v", left)
		}
		return err
	})
	want := []string{"join-code-made", "door-joined", "pepper-made", "door-approved", "door-removed"}
	if got := acts(t, dir); !slices.Equal(got[len(got)-len(want):], want) {
		t.Errorf("the ledger says %q", got)
	}
	mustDo(t, dir, func(o *Office) error {
		if err := approve(o, m); !errors.Is(err, ErrRemoved) {
			t.Errorf("approving it afterwards: %v", err)
		}
		return nil
	})
}

// TestWrongFingerprint: nothing is sealed to a door of which the fingerprint is
// another one, and nothing to keys that were exchanged afterwards.
func TestWrongFingerprint(t *testing.T) {
	dir := newSite(t)
	m, _ := joinDoor(t, dir, "Front door", "front")
	mustDo(t, dir, func(o *Office) error {
		v, err := o.Vault()
		if err != nil {
			return err
		}
		defer v.Close()
		if err := o.ApproveHere(t.Context(), v, m.ID, "1234 5678 9012 3456 7890"); !errors.Is(err, ErrFingerprint) {
			t.Errorf("error %v", err)
		}
		return o.ApproveHere(t.Context(), v, m.ID, "  "+strings.ReplaceAll(m.Fingerprint(), " ", "")+"\n")
	})
	// Somebody at the controller puts a key of their own in the place of the door's.
	thief, thiefKey := newDoor(t)
	swapped := mustMember(t, dir, m.ID)
	swapped.RelayKey, swapped.Secrets = thief.RelayKey, nil
	mustDo(t, dir, func(o *Office) error {
		if err := o.store.Change(t.Context(), func(tx *store.Tx) error { return putMember(tx, swapped) }); err != nil {
			return err
		}
		v, err := o.Vault()
		if err != nil {
			return err
		}
		defer v.Close()
		v.Refused.Peppers = map[string]time.Time{"front": noon.Add(-time.Second)} // something new is to be relayed
		r, err := v.Relay(m.ID)
		if err == nil && r != nil {
			if _, err := thiefKey.OpenSecrets(r.Text, o.Config.ID, m.ID); err == nil {
				t.Error("the thief opens it")
			}
		}
		return err
	})
}

// TestStolenDoor: after a theft, nothing of what the door had is of use.
func TestStolenDoor(t *testing.T) {
	dir := newSite(t)
	front, frontKey := joinDoor(t, dir, "Front door", "front")
	other, otherKey := joinDoor(t, dir, "Side door", "front")
	garage, garageKey := joinDoor(t, dir, "Garage", "garage")
	var number, elsewhere string
	mustDo(t, dir, func(o *Office) (err error) {
		if err := errors.Join(approve(o, front), approve(o, other), approve(o, garage)); err != nil {
			return err
		}
		if number, _, err = newPIN(o, "front"); err != nil {
			return err
		}
		elsewhere, _, err = newPIN(o, "garage")
		return err
	})
	had := secretsOf(t, dir, front.ID, frontKey)
	defer had.Wipe()
	before := mustPublish(t, dir, noon)
	later := noon.Add(time.Minute)
	o, err := OpenOffice(dir, func() time.Time { return later })
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Remove(t.Context(), Operator, front.ID, true); err != nil {
		t.Fatal(err)
	}
	later = later.Add(time.Second)
	v, err := o.Vault()
	if err != nil {
		t.Fatal(err)
	}
	if err := o.RelayAll(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	key, err := v.SealingKey()
	if err != nil || key.ID() == had.Sealing[0].Key.ID() {
		t.Errorf("faces are sealed under the stolen key (%v)", err)
	}
	key.Wipe()
	if err := errors.Join(v.Close(), o.Close()); err != nil {
		t.Fatal(err)
	}
	after := mustPublish(t, dir, later)
	b := verified(t, dir, after)
	if after.Number <= before.Number || !slices.Contains(b.Refused, had.Sealing[0].Key.ID()) {
		t.Errorf("bundle %d refuses %v", after.Number, b.Refused)
	}
	if pins := pinsOf(t, dir, "front", after); len(pins.Entries) != 0 {
		t.Errorf("PIN %s is good", number)
	}
	if pins := pinsOf(t, dir, "garage", after); len(pins.Entries) != 1 || pins.Entries[0].Number != elsewhere {
		t.Errorf("PINs of another zone: %v", pins.Entries)
	}
	now := secretsOf(t, dir, other.ID, otherKey)
	defer now.Wipe()
	if len(now.Sealing) != 0 || bytes.Equal(now.Pepper.Export(), had.Pepper.Export()) {
		t.Error("the other door of the zone has no other secrets")
	}
	kept := secretsOf(t, dir, garage.ID, garageKey)
	defer kept.Wipe()
	if bytes.Equal(kept.Pepper.Export(), had.Pepper.Export()) {
		t.Error("two zones share a pepper")
	}
}

// TestPIN: what is issued opens, and what is revoked does not.
func TestPIN(t *testing.T) {
	dir := newSite(t)
	m, key := joinDoor(t, dir, "Front door", "front")
	var number, code string
	mustDo(t, dir, func(o *Office) (err error) {
		if err = approve(o, m); err == nil {
			number, code, err = newPIN(o, "front", "garage")
		}
		return err
	})
	s := secretsOf(t, dir, m.ID, key)
	defer s.Wipe()
	pins := pinsOf(t, dir, "front", mustPublish(t, dir, noon))
	if v, err := pins.Check(number, code, s.Pepper, noon, time.UTC); err != nil || !v.OK() {
		t.Errorf("%v", err)
	}
	if _, err := pinsOf(t, dir, "garage", mustPublish(t, dir, noon)).Check(number, code, s.Pepper, noon, time.UTC); err == nil {
		t.Error("the pepper of one zone is good for another")
	}
	mustDo(t, dir, func(o *Office) error {
		before, err := o.RevokePIN(t.Context(), number)
		if before {
			t.Error("revoked before")
		}
		return err
	})
	if pins := pinsOf(t, dir, "front", mustPublish(t, dir, noon)); len(pins.Entries) != 0 {
		t.Error("it is there still")
	}
	mustDo(t, dir, func(o *Office) error {
		if before, err := o.RevokePIN(t.Context(), number); err != nil || !before {
			t.Errorf("once more: %t, %v", before, err)
		}
		if _, err := o.RevokePIN(t.Context(), "00000000"); !errors.Is(err, ErrNoPIN) {
			t.Errorf("another: %v", err)
		}
		if err := o.AddPIN(t.Context(), PIN{Number: number, NotBefore: noon, Expires: noon.Add(day), Zones: []PINZone{{Zone: "front", Tag: [32]byte{1}}}}); !errors.Is(err, ErrNumber) {
			t.Errorf("the number again: %v", err)
		}
		return nil
	})
}

// TestThief: whoever has the controller's half alone has no sealing key, no
// pepper, no code of a PIN and no join code in it.
func TestThief(t *testing.T) {
	dir := newSite(t)
	m, key := joinDoor(t, dir, "Front door", "front")
	var code string
	var join [16]byte
	mustDo(t, dir, func(o *Office) (err error) {
		if err = approve(o, m); err != nil {
			return err
		}
		if _, code, err = newPIN(o, "front"); err != nil {
			return err
		}
		join, err = o.MakeCode(t.Context(), Operator, KindDoor, "Another", "front")
		return err
	})
	mustPublish(t, dir, noon)
	s := secretsOf(t, dir, m.ID, key)
	defer s.Wipe()
	if err := os.RemoveAll(folder(dir).station()); err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string][]byte{
		"the sealing key": s.Sealing[0].Key.Export(), "the pepper": s.Pepper.Export(), "the door's key": key.Export(), "a join code": join[codeName:],
	} {
		if path := found(t, dir, secret); path != "" {
			t.Errorf("of %s there is something in %s", name, path)
		}
	}
	for path, data := range snapshot(t, dir) {
		if bytes.Contains(data, []byte(code)) {
			t.Errorf("the code of a PIN is in %s", path)
		}
	}
	if err := with(dir, func(o *Office) error { _, err := o.Vault(); return err }); !errors.Is(err, ErrNoStation) {
		t.Errorf("a station's half was made: %v", err)
	}
}

// TestCodeLife: a code ends after a day, also where the clock goes back.
func TestCodeLife(t *testing.T) {
	for _, age := range []time.Duration{CodeTime - time.Second, CodeTime, -time.Second} {
		dir := newSite(t)
		m, _ := newDoor(t)
		var code [16]byte
		mustDo(t, dir, func(o *Office) (err error) {
			code, err = o.MakeCode(t.Context(), Operator, KindDoor, "Front door", "front")
			return err
		})
		at(t, dir, noon.Add(age), func(o *Office) error {
			_, err := o.Join(t.Context(), code[:], m)
			if good := err == nil; good != (age > 0 && age < CodeTime) {
				t.Errorf("after %v: %v", age, err)
			}
			return nil
		})
	}
}

// TestPepperOfTheZone: each zone has a pepper of its own, and each door what is
// sealed to it alone.
func TestPepperOfTheZone(t *testing.T) {
	dir := newSite(t)
	front, frontKey := joinDoor(t, dir, "Front door", "front")
	garage, garageKey := joinDoor(t, dir, "Garage", "garage")
	mustDo(t, dir, func(o *Office) error { return errors.Join(approve(o, front), approve(o, garage)) })
	a, b := secretsOf(t, dir, front.ID, frontKey), secretsOf(t, dir, garage.ID, garageKey)
	defer a.Wipe()
	defer b.Wipe()
	if bytes.Equal(a.Pepper.Export(), b.Pepper.Export()) {
		t.Error("one pepper for two zones")
	}
	if _, err := garageKey.OpenSecrets(mustMember(t, dir, front.ID).Secrets[0], pass.SiteID{}, front.ID); !errors.Is(err, bundle.ErrRelay) {
		t.Errorf("another door opens it: %v", err)
	}
}
