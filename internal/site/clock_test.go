package site

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// at holds a site at a time.
func at(t *testing.T, dir string, now time.Time, do func(o *Office) error) {
	t.Helper()
	o, err := OpenOffice(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := do(o); err != nil {
		t.Errorf("at %s: %v", now, err)
	}
}

// useKey asks for the sealing key of a time, which may remove others.
func useKey(t *testing.T, dir string, now time.Time) (id pass.KeyID) {
	t.Helper()
	at(t, dir, now, func(o *Office) error {
		key, err := sealingKey(o)
		id = key.ID()
		key.Wipe()
		return err
	})
	return id
}

// note makes an entry about nobody, which is published.
func note(t *testing.T, dir string, now time.Time) {
	t.Helper()
	at(t, dir, now, func(o *Office) error {
		if err := o.Tell(t.Context(), "test", "test.noted", nil); err != nil {
			return err
		}
		for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			reached, err := queue{o.store}.Reached(t.Context())
			if status, _ := o.LedgerStatus(); err != nil || status.Published >= reached {
				return err
			}
			if time.Since(begun) > time.Minute {
				return errors.New("nothing is published")
			}
		}
	})
}

func hasKey(t *testing.T, dir string, id pass.KeyID) bool {
	t.Helper()
	ids, err := keyIDs(folder(dir).vault().sealing())
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(ids, id)
}

// TestEpochs: a sealing key is used for 12 months, and removed a month after
// the ledger knows that the last pass sealed under it has expired.
func TestEpochs(t *testing.T) {
	dir := newSite(t)
	first := useKey(t, dir, noon)
	if useKey(t, dir, noon.AddDate(1, 0, 0).Add(-time.Second)) != first {
		t.Error("the epoch ended early")
	}
	if useKey(t, dir, noon.AddDate(1, 0, 0)) == first {
		t.Error("the epoch did not end")
	}
	last := noon.AddDate(1, 0, 0).Add(pass.MaxLifetime)
	next := last.Add(day).Truncate(day) // the ledger knows days
	for _, now := range []time.Time{last, next, next.Add(grace - 1)} {
		useKey(t, dir, now)
		note(t, dir, now)
		if !hasKey(t, dir, first) {
			t.Errorf("at %s the key was gone", now)
		}
	}
	useKey(t, dir, next.Add(grace))
	if hasKey(t, dir, first) {
		t.Error("the key was kept")
	}
	if !tellsOfRemoved(t, dir, first) {
		t.Error("the ledger does not say that the key was removed")
	}
	audit(t, "epochs", dir)
}

func tellsOfRemoved(t *testing.T, dir string, id pass.KeyID) bool {
	t.Helper()
	return slices.ContainsFunc(entries(t, dir), func(e ledger.Entry) bool {
		return e.Act != nil && e.Act.Name == "sealing-key-removed" && e.Act.Details["sealing-key"] == id.String()
	})
}

// TestAWrongClockLosesNothing: passes are issued, one is revoked while the
// clock is wrong, and another once it is right again. The rest are as good as
// they were, and so is the key that they were sealed under.
func TestAWrongClockLosesNothing(t *testing.T) {
	for name, wrong := range map[string]time.Time{
		"past":          time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		"before 1970":   time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC),
		"future":        noon.AddDate(10, 0, 0),
		"distant ahead": noon.AddDate(400, 0, 0),
	} {
		t.Run(name, func(t *testing.T) { wrongClock(t, wrong) })
	}
}

func wrongClock(t *testing.T, wrong time.Time) {
	dir, hands := newSite(t), [3]hand{}
	var ids [3]pass.ID
	for i := range hands {
		c, err := issueAt(dir, pass.Face, &hands[i])
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = c.ID
	}
	key := useKey(t, dir, noon)
	for i, now := range []time.Time{wrong, noon} {
		at(t, dir, now, func(o *Office) error {
			return revokeFrom(o, ids[i])
		})
		for range 2 { // the second time, the record has an entry of that time as well
			useKey(t, dir, now)
		}
	}
	useKey(t, dir, wrong.Add(grace+day)) // wrong once more: noon lies between
	for i := range hands {
		_, err := check(t, dir, hands[i].text)
		if good := i == 2; good != (err == nil) || !good && !isReason(err, pass.ReasonRevoked) {
			t.Errorf("pass %d is judged %v", i, err)
		}
	}
	if !hasKey(t, dir, key) {
		t.Error("the sealing key of good passes was removed")
	}
	if useKey(t, dir, noon) != key {
		t.Error("another key took the place of the one of now")
	}
}

// TestExpiredList: a list that nobody touched for longer than a pass lasts says
// nothing to a door, and goes on with all its places once it is signed again.
func TestExpiredList(t *testing.T) {
	dir := newSite(t)
	later := noon.Add(listLife)
	d, err := OpenDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	set := func(index uint32, s statuslist.Status, now time.Time) {
		t.Helper()
		at(t, dir, now, func(o *Office) error {
			return o.store.Change(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.TakePlace(0, index); err != nil {
					return err
				}
				return o.Page(tx).Set(pass.StatusRef{Index: index}, s)
			})
		})
	}
	set(5, statuslist.Valid, noon)
	set(6, statuslist.Valid, noon)
	if s, err := d.Status("fl:0", 5, later); err == nil || s != statuslist.Invalid {
		t.Errorf("an expired list says %v, %v", s, err)
	}
	set(6, statuslist.Invalid, later)
	for index, want := range map[uint32]statuslist.Status{5: statuslist.Valid, 6: statuslist.Invalid} {
		if got, err := d.Status("fl:0", index, later); err != nil || got != want {
			t.Errorf("place %d: %v, %v", index, got, err)
		}
	}
}
