package keeper

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// TestOwner: whoever sees the same folder on this machine has the same name, by
// whatever path, and another folder has another.
func TestOwner(t *testing.T) {
	one, other := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	must(t, Create(t.Context(), one))
	must(t, Create(t.Context(), other))
	if a, b := Owner(one), Owner(one+"/../a"); a != b || a == Owner(other) || len(a) > 64 {
		t.Errorf("%s, %s, %s", a, b, Owner(other))
	}
	none := filepath.Join(one, "none")
	if first, second := Owner(none), Owner(none); first == second {
		t.Error("nobody can know who that is")
	}
}

// shy is a lease that nobody may ask for.
type shy struct{ t *testing.T }

func (s shy) Hold(context.Context, time.Duration) (bool, error) {
	s.t.Error("the lease was asked for")
	return true, nil
}

func (s shy) Release(context.Context) error {
	s.t.Error("the lease was given back")
	return nil
}

// TestLockBeforeLease: who does not have the lock neither takes nor gives back the
// lease, which is that of whoever has.
func TestLockBeforeLease(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "ledger")
	must(t, Create(t.Context(), folder))
	lock, err := acquire(folder)
	must(t, err)
	defer lock.Close()
	o := options(t)
	o.Folder, o.Lease = folder, shy{t}
	k, err := New(o)
	must(t, err)
	if worked, err := k.hold(t.Context()); worked || !errors.Is(err, ErrBusy) {
		t.Errorf("worked %t, error %v", worked, err)
	}
}
