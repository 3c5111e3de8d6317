package station

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
)

// TestTimesOfTheController: since when a time is over follows from what the
// controller said, and a clock that ran ahead for a while counts for nothing.
func TestTimesOfTheController(t *testing.T) {
	f := times{filepath.Join(t.TempDir(), "times.json"), durable.Disk{}}
	const week = 7 * 24 * time.Hour
	note := func(at time.Time) {
		t.Helper()
		if err := f.note(at); err != nil {
			t.Fatal(err)
		}
	}
	since := func(when string, at, want time.Time) {
		t.Helper()
		if got, err := f.since(at); err != nil || !got.Equal(want) {
			t.Errorf("%s: since %s, %v", when, got, err)
		}
	}
	since("nothing was heard", noon, time.Time{})
	note(noon)
	since("heard before", noon.Add(-1), noon)
	since("not over", noon, time.Time{})
	for day := range 30 {
		note(noon.Add(time.Duration(day) * 24 * time.Hour))
	}
	if all, err := f.read(); err != nil || len(all) != 5 {
		t.Errorf("%d times are kept, %v", len(all), err)
	}
	since("over for weeks", noon.Add(time.Hour), noon.Add(week))
	ahead := noon.AddDate(5, 0, 0)
	note(ahead)
	since("the clock ran ahead", noon.AddDate(4, 0, 0), ahead)
	note(noon.Add(6 * week))
	since("and was put right", noon.AddDate(4, 0, 0), time.Time{})
	var many []time.Time
	for i := range maxTimes {
		many = append(many, noon.AddDate(1, 0, 0).Add(time.Duration(i)*week))
	}
	data, err := json.Marshal(many)
	if err == nil {
		err = os.WriteFile(f.path, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	note(many[maxTimes-1].Add(week))
	if all, err := f.read(); err != nil || len(all) != maxTimes {
		t.Errorf("%d times are kept, %v", len(all), err)
	}
	for _, text := range []string{"{}", `["2026-11-21T12:00:00Z","2026-11-20T12:00:00Z"]`, "["} {
		if err := os.WriteFile(f.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := f.since(noon); !errors.Is(err, site.ErrDamaged) {
			t.Errorf("%s: %v", text, err)
		}
		if err := f.note(noon); !errors.Is(err, site.ErrDamaged) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
