package e2e

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// day is the time of the door over which the entries are spread.
const day = 24 * time.Hour

// TestTraffic plays a day of people at a door in a process of its own: its clock
// is sent ahead between one and the next, and over the second for "not me". What
// it takes must not grow; nothing of it may be left running in the end; and the
// counts that leave it at the end of the day must be those of the screens that
// people saw.
func TestTraffic(t *testing.T) {
	n := testenv.Count(60, 10_000)
	if picturetest.UnderRace() {
		n = testenv.Count(30, 300)
	}
	c := newTraffic(t)
	var samples []rigtest.Sample
	start := time.Now()
	t.Logf("at the start: %+v", c.sample(t))
	for i := range n {
		c.next(t)
		c.settle(t)
		c.advance(t, day/time.Duration(n))
		if i%max(1, n/10) == n/20 {
			c.withdraw(t)
		}
		if i >= n/5 && i%max(1, n/20) == 0 {
			samples = append(samples, c.sample(t))
		}
	}
	t.Logf("%d entries in %v: %v", n, time.Since(start).Round(time.Second), c.seen)
	if locked := c.seen["locked"]; locked > 1+n/100 {
		t.Errorf("the door was locked for %d of %d", locked, n)
	}
	if !picturetest.UnderRace() {
		checkFlat(t, samples)
	}
	c.film.Stop()
	c.page.Close()
	c.checkCounts(t)
	if err := c.rig.StopDoor(); err != nil {
		t.Error(err)
	}
	if ended, leaked := c.apart.Ended(); ended != "" || leaked != "" {
		t.Errorf("the door ended with %q and left running: %s", ended, leaked)
	}
	if opened := c.apart.Opened(); opened != c.seen["opened"] {
		t.Errorf("the latch was released %d times for %d who saw that it is open", opened, c.seen["opened"])
	}
}

// checkFlat checks what a door takes after its first hours: the samples.
func checkFlat(t *testing.T, samples []rigtest.Sample) {
	t.Helper()
	for _, s := range samples {
		t.Logf("resident %.1f MB, after a collection %.1f MB, at most %.1f MB; %d goroutines",
			mb(s.Resident), mb(s.Settled), mb(s.Peak), s.Goroutines)
	}
	third := max(1, len(samples)/3)
	first, last := settled(samples[:third]), settled(samples[len(samples)-third:])
	t.Logf("resident after a collection: %.1f MB, later %.1f MB: %+.1f %%", mb(first), mb(last), 100*(float64(last)/float64(first)-1))
	if float64(last) > 1.05*float64(first) {
		t.Errorf("the door grew from %d bytes to %d", first, last)
	}
	if peak := samples[len(samples)-1].Peak; peak > 250e6 {
		t.Errorf("the door took %d bytes", peak)
	}
	if a, b := samples[0].Goroutines, samples[len(samples)-1].Goroutines; b > a+10 {
		t.Errorf("%d goroutines became %d", a, b)
	}
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// settled is the median of what remains after a collection.
func settled(samples []rigtest.Sample) int64 {
	var all []int64
	for _, s := range samples {
		all = append(all, s.Settled)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// traffic is a door and those who come to it.
type traffic struct {
	*crowd
	ctx   context.Context
	rig   *rigtest.Rig
	apart *rigtest.Apart
	clock *rigtest.Clock // the site's
	seen  map[string]int // how often each outcome was on the screen
}

func newTraffic(t *testing.T) *traffic {
	t.Helper()
	r, ctx := newStandingRig(t)
	clock, err := rigtest.NewClock()
	if err != nil {
		t.Fatal(err)
	}
	// What the site does from here on, it does by this clock.
	if err := r.StopController(); err != nil {
		t.Fatal(err)
	}
	r.Now = clock.Now
	if err := r.Serve(); err != nil {
		t.Fatal(err)
	}
	c := &traffic{ctx: ctx, rig: r, clock: clock, seen: map[string]int{}}
	if c.apart, err = r.StartApart(ctx, rigtest.Own{Clock: true}); err != nil {
		t.Fatal(err)
	}
	c.crowd = newCrowd(t, ctx, r)
	c.tick = func(t *testing.T) { c.advance(t, time.Second) }
	return c
}

func (c *traffic) advance(t *testing.T, d time.Duration) {
	t.Helper()
	c.clock.Advance(d)
	if err := c.apart.Advance(c.ctx, d); err != nil {
		t.Fatal(err)
	}
}

func (c *traffic) sample(t *testing.T) rigtest.Sample {
	t.Helper()
	s, err := c.apart.Sample(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// settle waits until the latch has answered, and the door has heard that: if its
// clock were sent ahead before, the answer would come too late.
func (c *traffic) settle(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); c.apart.Opened() < c.seen["opened"]; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the latch was released %d times for %d who saw that it is open", c.apart.Opened(), c.seen["opened"])
		}
	}
	c.rest()
}

// withdraw makes a pass and revokes it, so that a bundle comes.
func (c *traffic) withdraw(t *testing.T) {
	t.Helper()
	text, err := c.rig.PlainPass()
	if err == nil {
		err = c.rig.Revoke(text)
	}
	if err == nil {
		err = c.rig.UpToDate(c.ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.gone = text
}

// next lets somebody come, and notes what the screen says to them in the end.
func (c *traffic) next(t *testing.T) {
	t.Helper()
	outcome := ""
	switch dice := rand.N(100); {
	case dice < 70:
		outcome = c.show(t, c.plain[rand.N(len(c.plain))], open())
	case dice < 78:
		outcome = c.showFace(t, c.holder, c.face, faceOutcomes())
	case dice < 80:
		outcome = c.showFace(t, c.stranger, c.victim, faceOutcomes())
	case dice < 84:
		outcome = c.show(t, c.gone, map[string]string{"ask-for-help": "revoked"})
	case dice < 88:
		outcome = c.show(t, fmt.Sprintf("FL1:%d", rand.N(1<<30)), map[string]string{"try-again": "malformed"})
	case dice < 90:
		outcome = c.notMe(t)
	case dice < 98:
		outcome = c.typed(t, c.number, c.code, open())
	default:
		outcome = c.typed(t, c.number, "00000000", wrong())
	}
	c.seen[outcome]++
}

func open() map[string]string {
	return map[string]string{"opened": "opened", "too-many-tries": "too-many-tries", "locked": "locked"}
}

func wrong() map[string]string {
	return map[string]string{"try-again": "wrong-pin", "too-many-tries": "too-many-tries", "locked": "locked"}
}

func faceOutcomes() map[string]string {
	return map[string]string{
		"opened": "opened", "try-again": "face refused", "too-many-tries": "too-many-tries",
		"use-other-way": "locked", "locked": "locked",
	}
}

// checkCounts plays on until the day is over, and compares what the controller
// was told with what was seen.
func (c *traffic) checkCounts(t *testing.T) {
	t.Helper()
	c.advance(t, 2*day) // over a midnight at least 20 hours after the start
	var told map[string]span
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		c.advance(t, time.Minute) // the next errand
		if told = c.counted(t); told["opened"].From > 0 {
			break
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(c.seen)) {
		if n := c.seen[outcome]; n < told[outcome].From || n > told[outcome].To {
			t.Errorf("%d people saw %q, and %+v were counted", n, outcome, told[outcome])
		}
	}
	for outcome := range told {
		if c.seen[outcome] == 0 {
			t.Errorf("%q was counted, and nobody saw it", outcome)
		}
	}
	t.Logf("counted: %v", told)
}

// span is a number that may be rounded.
type span struct{ From, To int }

// counted adds up what all days say, by outcome.
func (c *traffic) counted(t *testing.T) map[string]span {
	t.Helper()
	sum := map[string]span{}
	err := c.rig.Office(func(o *site.Office) error {
		rows, err := o.Counts(c.ctx, "2000-01-01", "2999-12-31")
		for _, r := range rows {
			outcome := outcomeOf(pass.Reason(r.Reason))
			sum[outcome] = span{sum[outcome].From + int(r.Least), sum[outcome].To + int(r.Most)}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// outcomeOf is what can be told from a screen.
func outcomeOf(r pass.Reason) string {
	switch r {
	case pass.ReasonFaceMismatch, pass.ReasonTimedOut, pass.ReasonPoorQuality, pass.ReasonNoFace, pass.ReasonSeveralFaces, pass.ReasonBadImage:
		return "face refused"
	case pass.ReasonDoorFailed, pass.ReasonBundleExpired:
		return "locked"
	}
	return string(r)
}
