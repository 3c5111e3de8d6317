package ground

import (
	"errors"
	"strconv"
	"testing"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
)

// TestTheZoneSaysWhatIsAskedFor: how many movements a door asks for is what the last
// bundle says of its zone, and none where it says nothing.
func TestTheZoneSaysWhatIsAskedFor(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	for n, want := range []door.Policy{{}, {Prompts: 1}, {Prompts: 3, Light: true}, {Prompts: 2}, {}} {
		must(t, w.take(g, w.site.BundleOf(uint64(n+1), func(b *bundle.Bundle) {
			other := b.Zones[0]
			other.Name, other.Prompts = "back", 3-want.Prompts
			b.Zones[0].Prompts, b.Zones[0].Light = want.Prompts, want.Light
			b.Zones = append(b.Zones, other)
		})))
		if got := g.Basis(); got.Policy != want || !got.Methods.Has(bundle.Face) || g.Snapshot().CannotAsk != nil {
			t.Errorf("bundle %d says %+v: %+v", n+1, want, got.Policy)
		}
		if s, err := Look(w.config(), w.clock); err != nil || s.Prompts != want.Prompts || s.Light != want.Light {
			t.Errorf("bundle %d says %+v: the status has %d, %v, %v", n+1, want, s.Prompts, s.Light, err)
		}
	}
}

// TestNobodyIsAskedInVain: where the zone asks for movements and the models cannot
// see them, faces are refused and everything else goes on; it is said on the screen,
// by /healthz and to the controller, once, also after a start.
func TestNobodyIsAskedInVain(t *testing.T) {
	w := newWorld(t).join("")
	w.cannotAsk = errors.New("no pose")
	asks := func(n int) func(*bundle.Bundle) { return func(b *bundle.Bundle) { b.Zones[0].Prompts = n } }
	is := func(g *Ground, when string, blind bool, reports int) {
		t.Helper()
		b, s := g.Basis(), g.Snapshot()
		if b.Methods.Has(bundle.Face) == blind || s.Methods != b.Methods || b.Methods|bundle.Face != w.site.Methods || (s.CannotAsk != nil) != blind {
			t.Errorf("%s: %v, %v, %v", when, b.Methods, s.Methods, s.CannotAsk)
		}
		if n := g.reports.take()[CannotAsk]; n != reports {
			t.Errorf("%s: reported %d times", when, n)
		}
	}
	g := w.start()
	for n, step := range []struct {
		prompts, reports int
	}{{0, 0}, {1, 1}, {2, 0}, {0, 0}, {3, 1}} {
		must(t, w.take(g, w.site.BundleOf(uint64(n+1), asks(step.prompts))))
		is(g, "bundle "+strconv.Itoa(n+1), step.prompts > 0, step.reports)
	}
	cut(g)
	is(w.start(), "started anew", true, 1)
}
