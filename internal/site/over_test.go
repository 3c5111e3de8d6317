package site

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// TestOver: a key goes a month after its last pass, by a clock that did not go back
// in that month, and what cannot be read keeps it.
func TestOver(t *testing.T) {
	id, last := pass.KeyID{1}, noon
	for name, c := range map[string]struct {
		looks []time.Duration // after last
		goes  bool
	}{
		"not over":            {looks: []time.Duration{-day, 0}},
		"just over":           {looks: []time.Duration{1}},
		"a month later":       {looks: []time.Duration{time.Hour, time.Hour + grace}, goes: true},
		"a moment too early":  {looks: []time.Duration{time.Hour, time.Hour + grace - time.Second}},
		"not seen for long":   {looks: []time.Duration{10 * grace}},
		"it had run ahead":    {looks: []time.Duration{50 * grace, -day, 52 * grace}},
		"ahead of another":    {looks: []time.Duration{50 * grace, grace, grace + day}},
		"and a month at last": {looks: []time.Duration{50 * grace, day, day + grace}, goes: true},
	} {
		o, goes := overSince{}, false
		for _, look := range c.looks {
			goes = o.see(id, last, last.Add(look))
		}
		if goes != c.goes {
			t.Errorf("%s: it goes: %v", name, goes)
		}
	}
	f := vaultFolder(t.TempDir())
	for _, text := range []string{"", "null", "[", `{"x":1}`, `{"01000000":"1"}`} {
		if err := os.WriteFile(filepath.Join(string(f), "over.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if o := f.readOver(); o == nil || o.see(id, last, last.Add(100*grace)) {
			t.Errorf("%q: the key goes", text)
		}
	}
}
