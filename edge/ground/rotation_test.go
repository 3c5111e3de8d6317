package ground

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

// TestKeysAreReplaced: while a controller replaces its keys a connected door goes on,
// one that was away catches up when it is back, and both know passes of before and of
// after, also once the next key signs the bundles.
func TestKeysAreReplaced(t *testing.T) {
	r := newReal(t)
	doors := make([]*Ground, 2)
	stops := make([]func(), 2)
	for i, name := range []string{"left", "right"} {
		c := config.Default()
		c.State, c.TPM = filepath.Join(t.TempDir(), name), "off"
		r.join(c.State)
		g, err := Open(c, Options{})
		must(t, err)
		t.Cleanup(func() { g.folder.Close() })
		doors[i], stops[i] = g, run(t, g)
	}
	connected, away := doors[0], doors[1]
	old, _ := r.issue()
	for _, g := range doors {
		soon(t, "the old pass opens", func() bool { return judgeNow(t, g, old) == nil })
	}
	stops[1]()
	r.office(func(o *site.Office) error {
		if _, err := o.RotateIssuing(t.Context(), site.Operator); err != nil {
			return err
		}
		_, err := o.RotateBundle(t.Context(), site.Operator)
		return err
	})
	young, _ := r.issue()
	opens := func(g *Ground) func() bool {
		return func() bool { return judgeNow(t, g, young) == nil && judgeNow(t, g, old) == nil }
	}
	soon(t, "both passes open at the connected door", opens(connected))
	run(t, away)
	soon(t, "both passes open at the door that was away", opens(away))
	for _, g := range doors {
		soon(t, "a door knows who signs next", func() bool { return signersOf(g) == 2 })
	}
	r.office(func(o *site.Office) error { return dueNow(t, o) })
	for _, g := range doors {
		soon(t, "a door takes what the next key signs", func() bool { return signersOf(g) == 1 })
		must(t, judge(t, g, old))
		must(t, judge(t, g, young))
	}
}

// signersOf is how many keys a door takes the next bundle from.
func signersOf(g *Ground) int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return len(g.identity.Signers)
}

// dueNow has the next key for bundles take over, as if its time had come.
func dueNow(t *testing.T, o *site.Office) error {
	t.Helper()
	err := o.Store().Change(t.Context(), func(tx *store.Tx) error {
		text, version, err := tx.Setting("keys")
		if err != nil {
			return err
		}
		var keys map[string]any
		if err := json.Unmarshal([]byte(text), &keys); err != nil {
			return err
		}
		keys["takeover"] = 1
		due, err := json.Marshal(keys)
		if err != nil {
			return err
		}
		return tx.PutSetting("keys", version, string(due))
	})
	if err != nil {
		return err
	}
	return o.Sweep(t.Context())
}
