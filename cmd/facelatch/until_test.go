package main

import (
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// TestUntil: the day on which the limit is can be asked for, and the refusal of
// a later one names it.
func TestUntil(t *testing.T) {
	c := site.Config{Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy()}
	c.ID[0] = 1
	loc := c.Location()
	now := time.Date(2026, 11, 22, 8, 17, 30, 5, loc)
	limit := now.Truncate(time.Second).Add(pass.MaxLifetime)
	for _, tt := range []struct {
		from, until string
		want        time.Time // zero: refused
		clipped     bool
	}{
		{"", "2028-11-21", time.Date(2028, 11, 22, 0, 0, 0, 0, loc), false},
		{"", "2028-11-22", limit, true},
		{"2027-01-01", "2028-11-22", limit, true},
		{"", "2028-11-22T08:17", time.Date(2028, 11, 22, 8, 17, 0, 0, loc), false},
		{"", "2028-11-22T08:18", time.Time{}, false},
		{"", "2028-11-23", time.Time{}, false},
	} {
		f := issueFlags{plain: true, zones: []string{"front"}, from: tt.from, until: tt.until}
		r, err := f.request(c, now)
		if tt.want.IsZero() {
			if err == nil || !strings.Contains(err.Error(), "the last date for --until is 2028-11-22") {
				t.Errorf("%s: %v", tt.until, err)
			}
			continue
		}
		if err != nil || !r.Expires.Equal(tt.want) {
			t.Errorf("%s: until %v, %v, want %v", tt.until, r.Expires, err, tt.want)
		}
		if notes := f.clipped(r.Expires, loc); len(notes) > 0 != tt.clipped {
			t.Errorf("%s: %q", tt.until, notes)
		}
	}
}
