package station

import "testing"

// TestOfferSaysWhatIsAskedFor: before people choose a pass they are told the longest
// time for which a door looks that it opens, and whether it asks for movements.
func TestOfferSaysWhatIsAskedFor(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct {
		prompts map[string]int
		look, n int
	}{
		{nil, 8, 0},
		{map[string]int{"front": 1}, 12, 1},
		{map[string]int{"front": 1, "garage": 2}, 16, 2},
		{map[string]int{"garage": 3}, 20, 3},
		{map[string]int{"roof": 3}, 8, 0}, // which the pass does not open
	} {
		r.site.about.Prompts = c.prompts
		var o offer
		if status := r.get("/api/notice", &o); status != 200 || o.Look != c.look || o.Prompts != c.n {
			t.Errorf("%v: %d, %d s, %d movements", c.prompts, status, o.Look, o.Prompts)
		}
	}
}
