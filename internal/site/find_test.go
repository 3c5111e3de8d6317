package site

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// TestFind: a lost pass is found by what its card shows, and never another.
func TestFind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "court")
	if _, err := Create(dir, Config{Name: "Garden Court", Zones: []string{"front"}, Timezone: "UTC", Policy: DefaultPolicy()}, time.Now()); err != nil {
		t.Fatal(err)
	}
	office, err := OpenOffice(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer office.Close()
	const one, two, three = "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdee", "01ffffff000000000000000000000000"
	for _, text := range []string{one, two, three} {
		id, err := pass.ParseID(text)
		if err != nil {
			t.Fatal(err)
		}
		err = office.store.Change(t.Context(), func(tx *store.Tx) error {
			return tx.PutDocket(store.DocketRow{ID: id, State: "issued", Zones: "front"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{one: one, " " + two + "\n": two, "01FFFFFF": three, "01ffffff0": three} {
		if id, err := office.Find(t.Context(), name); err != nil || id.String() != want {
			t.Errorf("%q: %s, %v", name, id, err)
		}
	}
	for name, want := range map[string]error{
		"01ffff": ErrName, "01fffffg": ErrName, "../../../etc": ErrName, "": ErrName,
		"01234567": ErrName, "99999999": issue.ErrUnknown, "01ffffff1": issue.ErrUnknown,
	} {
		if id, err := office.Find(t.Context(), name); !errors.Is(err, want) || id != (pass.ID{}) {
			t.Errorf("%q: %s, %v", name, id, err)
		}
	}
}
