package counts

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/pass"
)

var midnight = time.Date(2026, 11, 22, 0, 0, 0, 0, time.FixedZone("site", 8*3600))

func add(c *Counter, r pass.Reason, n int) {
	for range n {
		c.Add(string(r))
	}
}

func TestPromise5SmallNumbersAreNotSaid(t *testing.T) {
	for n := range 12 {
		var c Counter
		c.Over(midnight, 0)
		add(&c, pass.ReasonOpened, n)
		d, ok := c.Over(midnight.Add(24*time.Hour), 24*time.Hour)
		want := map[string]string{"opened": fmt.Sprint(n)}
		switch {
		case n == 0:
			want = map[string]string{}
		case n < 5:
			want["opened"] = "<5"
		}
		if !ok || d.Day != "2026-11-22" || !maps.Equal(d.Counts, want) {
			t.Errorf("%d: %v %v", n, d, ok)
		}
	}
}

func TestADayIsSaidOnce(t *testing.T) {
	var c Counter
	c.Over(midnight, 0)
	add(&c, pass.ReasonOpened, 7)
	if _, ok := c.Over(midnight.Add(23*time.Hour), 23*time.Hour); ok {
		t.Error("the day is not over")
	}
	if _, ok := c.Over(midnight.Add(24*time.Hour), 24*time.Hour); !ok {
		t.Error("the day is over")
	}
	if d, ok := c.Over(midnight.Add(24*time.Hour), 24*time.Hour); ok {
		t.Errorf("said again: %v", d)
	}
	if d, ok := c.Over(midnight.Add(48*time.Hour), 48*time.Hour); !ok || len(d.Counts) != 0 {
		t.Errorf("the next day: %v %v", d, ok)
	}
}

// TestPromise5AClockSetAheadGivesNoFinerCounts: who may set the clock could
// otherwise end a day after each passage.
func TestPromise5AClockSetAheadGivesNoFinerCounts(t *testing.T) {
	var c Counter
	c.Over(midnight, 0)
	for day := range 19 {
		add(&c, pass.ReasonOpened, 1)
		now := midnight.AddDate(0, 0, day+1)
		if d, ok := c.Over(now, time.Duration(day+1)*time.Hour); ok {
			t.Fatalf("after %d hours: %v", day+1, d)
		}
	}
	d, ok := c.Over(midnight.AddDate(0, 0, 20), 20*time.Hour)
	if !ok || d.Counts["opened"] != "19" {
		t.Errorf("%v %v", d, ok)
	}
}

func TestManyAtOnce(t *testing.T) {
	var c Counter
	c.Over(midnight, 0)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { add(&c, pass.ReasonExpired, 100) })
	}
	all.Wait()
	if d, _ := c.Over(midnight.AddDate(0, 0, 1), 24*time.Hour); d.Counts["expired"] != "800" {
		t.Errorf("%v", d)
	}
}
