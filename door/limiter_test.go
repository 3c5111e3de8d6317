package door_test

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"testing"
	"time"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/pass"
)

// TestThreeShowings: three failed showings of one pass cost that pass ten
// minutes, and no other.
func TestThreeShowings(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	for i := range door.MaxShowings {
		if got := summary(e.failsFace(e.face)); got != "refused try-again/look-here Forget Count(face-mismatch)" {
			t.Fatalf("showing %d: %s", i, got)
		}
	}
	third := e.now
	e.wait(door.ResultTime)
	if got := summary(e.show(e.face)); got != "refused too-many-tries Count(too-many-tries)" {
		t.Error(got)
	}
	if got := summary(e.show(e.neighbors)); got != "verified about-to-look Announce" {
		t.Error("another pass: " + got)
	}
	e.step(door.Cancel{})
	e.wait(third.Add(door.PassWait - 1).Sub(e.now))
	if got := summary(e.show(e.face)); got != "refused too-many-tries Count(too-many-tries)" {
		t.Error("at the end of ten minutes: " + got)
	}
	e.wait(door.ResultTime)
	if got := summary(e.show(e.face)); got != "verified about-to-look Announce" {
		t.Error("after ten minutes: " + got)
	}
}

// TestFailuresFarApart: three failed showings cost nothing when the first of
// them is longer ago than the wait.
func TestFailuresFarApart(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	for range 6 {
		if got := summary(e.failsFace(e.face)); got != "refused try-again/look-here Forget Count(face-mismatch)" {
			t.Fatal(got)
		}
		e.wait(door.PassWait * 6 / 10)
	}
}

// TestWhatCountsAsATry: a showing with a comparison that did not open does,
// whichever way it ended, and one without does not.
func TestWhatCountsAsATry(t *testing.T) {
	e := newEntrance(t)
	all := leavings()
	for _, compares := range []string{"opened", "refused", "no news", "no faces", "no limits"} {
		delete(all, compares)
	}
	for name, leave := range all {
		for compared, want := range map[bool]int{true: 2, false: 0} {
			e.reset(t)
			for _, a := range looking() {
				a(e)
			}
			if compared {
				e.looked(door.Look{Threshold: facetest.Threshold}, nil)
			}
			leave(e)
			if n := e.basis.Limits.Size(); n != want {
				t.Errorf("%s, compared: %v: it remembers %d things", name, compared, n)
			}
		}
	}
}

// TestBudget: once so many showings have failed at a door, faces rest, also those
// that did not fail.
func TestBudget(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	e.basis.Budget = 2
	e.failsFace(e.face)
	if e.out.Screen.Ways&door.Face == 0 {
		t.Error("faces rest early")
	}
	e.failsFace(e.neighbors)
	last := e.now
	if e.out.Screen.Ways&door.Face != 0 || e.out.Screen.Ways&door.Plain == 0 {
		t.Errorf("the ways are %v", e.out.Screen.Ways)
	}
	e.wait(door.ResultTime)
	if got := summary(e.show(e.face)); got != "refused use-other-way Count(too-many-tries)" {
		t.Error(got)
	}
	e.wait(last.Add(door.BudgetWait).Sub(e.now))
	if got := summary(e.show(e.face)); got != "verified about-to-look Announce" {
		t.Error("after a while: " + got)
	}
}

// TestASuccessIsForgiven: whoever comes through begins anew.
func TestASuccessIsForgiven(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	for range 3 {
		e.failsFace(e.face)
		e.failsFace(e.face)
		e.wait(door.ResultTime)
		for _, a := range looking(sees(facetest.Alone(holder)), latch(nil)) {
			a(e)
		}
		if e.out.State != door.Opened {
			t.Fatal(summary(e.out))
		}
	}
}

// TestWrongCodes: five of one number make it wait, the right code too; twenty
// make all numbers wait; and the code is then not even checked.
func TestWrongCodes(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	types := func(number string, a act) string {
		e.wait(time.Second)
		if e.step(door.Typed{Number: number}); e.out.State == door.StateShown {
			a(e)
		}
		return summary(e.out)
	}
	for range door.MaxWrongPINs - 1 {
		types(number, checks(wrong))
	}
	if got := types(number, checks(right)); got != "opened opened Unlatch" {
		t.Error(got)
	}
	e.latched(nil)
	if n := e.basis.Limits.Size(); n != door.MaxWrongPINs-1 {
		t.Errorf("after the right code it remembers %d things", n)
	}
	e.wait(door.PINWait)
	for range door.MaxWrongPINs {
		if got := types(number, checks(wrong)); got != "refused try-again/type-again Count(wrong-pin)" {
			t.Fatal(got)
		}
	}
	if got := types(number, checks(right)); got != "refused too-many-tries Count(too-many-tries)" {
		t.Error(got)
	}
	for i := range door.MaxWrongPINsAtDoor - door.MaxWrongPINs {
		if got := types(string(rune('a'+i)), checks(wrong)); got != "refused try-again/type-again Count(wrong-pin)" {
			t.Fatal(got)
		}
	}
	if got := types("another", checks(right)); got != "refused too-many-tries Count(too-many-tries)" || e.out.Screen.Ways&door.PIN != 0 {
		t.Error(got)
	}
	e.wait(door.PINWait)
	if got := types(number, checks(right)); got != "opened opened Unlatch" || e.out.Screen.Ways&door.PIN == 0 {
		t.Error(got)
	}
}

// TestLimitsStaySmall: whatever is shown, typed or left, no more is remembered
// than a door allows to fail.
func TestLimitsStaySmall(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	e.basis.Budget = 5
	most := 0
	grow := func() { most = max(most, e.basis.Limits.Size()) }
	for i := range rounds(2_000, 100_000) {
		e.now = e.now.Add(time.Second)
		text := "FL1:" + string(rune('A'+i%26)) + string(rune('A'+i/26%26)) + string(rune('A'+i/676%26))
		for _, shown := range []string{text, "FLP1:" + text, e.garage} {
			e.show(shown)
		}
		e.step(door.Typed{Number: text})
		if e.step(door.Cancel{}); i%7 == 0 {
			e.step(door.Typed{Number: text})
			wrong(e)
			e.step(wrong(e))
		}
		grow()
	}
	if most > door.MaxWrongPINsAtDoor*2 {
		t.Errorf("it remembered %d things", most)
	}
	most = 0
	one := e.fake.Enrol(t, holder)
	for range rounds(60, 1000) { // passes that verify, each shown once
		text := e.passWith(e.fake.ModelID(), one, func(*pass.Claims) {}).Text()
		e.wait(door.ResultTime)
		e.show(text)
		e.wait(door.NotMeTime)
		if e.audit.order != nil {
			e.looked(door.Look{Threshold: facetest.Threshold}, nil)
			e.step(door.NotMe{})
		}
		grow()
	}
	if most > 2*e.basis.Budget+2*door.MaxWrongPINsAtDoor {
		t.Errorf("it remembered %d things", most)
	}
}

// TestReplaysStayFew: presentations are remembered for a while, and if there are
// more than any door sees, no more are good.
func TestReplaysStayFew(t *testing.T) {
	l, err := door.NewLimiter(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for i := range 5000 {
		if l.FirstUse(strconv.Itoa(i), noon) {
			good++
		}
	}
	if good != l.Size() || good > 1024 || l.FirstUse("0", noon.Add(2*time.Minute-1)) {
		t.Errorf("%d were good, %d are remembered", good, l.Size())
	}
	if !l.FirstUse("0", noon.Add(2*time.Minute)) || l.Size() != 1 {
		t.Errorf("later, %d are remembered", l.Size())
	}
}

// TestPromise5LimitsHaveAKeyOfTheirOwn: what one limiter remembers means nothing
// to another.
func TestPromise5LimitsHaveAKeyOfTheirOwn(t *testing.T) {
	one, err := door.NewLimiter(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := door.NewLimiter(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if one.Tag("pass", []byte{1}) == other.Tag("pass", []byte{1}) || one.Tag("pass", []byte{1}) == one.Tag("number", []byte{1}) {
		t.Error("two things have one tag")
	}
}

// TestLimiterNeedsItsKey: without randomness there are no limits, and without
// limits no door.
func TestLimiterNeedsItsKey(t *testing.T) {
	if l, err := door.NewLimiter(bytes.NewReader(nil)); err == nil || l != nil {
		t.Error("a limiter without a key")
	}
}

// TestHeldUp: a pass that stays in sight is one showing, and a new one once it
// was away.
func TestHeldUp(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	e.show(e.plain)
	e.latched(nil)
	for range 100 {
		e.wait(100 * time.Millisecond)
		e.show(e.plain)
	}
	if e.out.Showing != 1 || summary(e.out) != "idle ready/take-pass-away" {
		t.Fatalf("%d showings: %s", e.out.Showing, summary(e.out))
	}
	e.wait(door.AwayTime - 1)
	if e.show(e.plain); e.out.Showing != 1 {
		t.Error("it was hardly away")
	}
	e.wait(door.AwayTime)
	if e.show(e.plain); e.out.Showing != 2 {
		t.Error("it was away, and is not new")
	}
}

// TestHeldUpThroughALook: while faces are looked at nobody looks for codes. What
// is there right after was there throughout.
func TestHeldUpThroughALook(t *testing.T) {
	e := newEntrance(t)
	for wait, want := range map[time.Duration]uint64{100 * time.Millisecond: 1, door.AwayTime / 2: 2} {
		e.reset(t)
		for _, a := range looking(after(5*time.Second), event(door.NotMe{})) {
			a(e)
		}
		e.wait(wait)
		if e.show(e.face); e.out.Showing != want {
			t.Errorf("shown after %v: %d showings", wait, e.out.Showing)
		}
	}
}
