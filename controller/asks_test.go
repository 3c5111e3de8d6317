package controller

import (
	"maps"
	"testing"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
)

// TestStationsHearWhatIsAskedFor: a station is told which zones ask people to move,
// as soon as the operator has set it, so that its page can say it before they choose.
func TestStationsHearWhatIsAskedFor(t *testing.T) {
	r := newRig(t)
	station := r.station("Desk")
	for _, rules := range []map[string]site.Rules{nil, {"front": {Prompts: 2}}, {"front": {}}} {
		r.do(func(o *site.Office) error {
			c, version, err := o.Configuration(t.Context())
			if err != nil {
				return err
			}
			c.Rules = rules
			return o.SetConfig(t.Context(), site.Operator, version, c)
		})
		want := map[string]int{}
		if n := rules["front"].Prompts; n > 0 {
			want["front"] = n
		}
		var about doorapi.Site
		if p := station.get(doorapi.PathSite, &about); p != nil || !maps.Equal(about.Prompts, want) {
			t.Errorf("%v: %v, %v", rules, about.Prompts, p)
		}
	}
}
