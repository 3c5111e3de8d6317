package site

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

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
	for _, id := range []string{one, two, three} {
		path := office.f.path("controller", "passes", id[:2], id+".json")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{one: one, " " + two + "\n": two, "01FFFFFF": three, "01ffffff0": three} {
		if id, err := office.Find(name); err != nil || id.String() != want {
			t.Errorf("%q: %s, %v", name, id, err)
		}
	}
	for name, want := range map[string]error{
		"01ffff": ErrName, "01fffffg": ErrName, "../../../etc": ErrName, "": ErrName,
		"01234567": ErrName, "99999999": issue.ErrUnknown, "01ffffff1": issue.ErrUnknown,
	} {
		if id, err := office.Find(name); !errors.Is(err, want) || id != (pass.ID{}) {
			t.Errorf("%q: %s, %v", name, id, err)
		}
	}
}
