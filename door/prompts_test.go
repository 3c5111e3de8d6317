package door_test

import (
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
)

// asks lets the site ask for as many things, in an order of the test's.
func asks(n int, draw uint64) act {
	return func(e *entrance) { e.basis.Policy.Prompts, e.draw = n, draw }
}

// asked begins a look at the holder's pass at a door that asks for two things.
func asked(acts ...act) []act {
	return append([]act{asks(2, 0), shows(ofFace), after(door.NotMeTime)}, acts...)
}

// does is somebody who does something a moment later.
func does(what face.Prompt) act {
	return func(e *entrance) { e.wait(door.AttemptGap); e.does(what) }
}

// doesIt does what is asked for.
func doesIt(e *entrance) { e.wait(door.AttemptGap); e.does(e.audit.order.Prompt) }

// TestPromptTransitions is TestTransitions for a door that asks for something. The
// order that is drawn by 0 is left, right, closer.
func TestPromptTransitions(t *testing.T) {
	e := newEntrance(t)
	mismatch := sees(facetest.Alone(stranger))
	again := sees(facetest.Alone(holder))
	for _, c := range []struct {
		name string
		acts []act
		want string
	}{
		{"looked at", asked(), "looking look/look-here LookAt"},
		{"seen", asked(again), "looking prompt/turn-left LookAt"},
		{"seen, and a stranger", asked(mismatch), "looking prompt/turn-left LookAt"},
		{"nothing done", asked(again, does("")), "looking prompt/turn-left LookAt"},
		{"the first done", asked(again, doesIt), "looking prompt/turn-right LookAt"},
		{"the second first", asked(again, does(face.TurnRight)), "refused try-again/look-here Forget Count(attack-suspected)"},
		{"nobody there", asked(again, answer(door.Look{}, face.ErrNoFace)), "looking prompt/turn-left LookAt"},
		{"both done", asked(again, doesIt, doesIt), "looking look/look-here LookAt"},
		{"both done, and the holder", asked(again, doesIt, doesIt, again), "opened opened Forget Unlatch"},
		{"the holder at last", asked(again, doesIt, doesIt, mismatch, again), "opened opened Forget Unlatch"},
		{"the holder only after", asked(mismatch, doesIt, doesIt, again, again), "opened opened Forget Unlatch"},
		{"the holder only before", asked(again, doesIt, doesIt, mismatch, mismatch), "refused try-again/look-here Forget Count(face-mismatch)"},
		{"somebody else at first", asked(mismatch, doesIt, doesIt, mismatch, again), "refused try-again/look-here Forget Count(face-mismatch)"},
		{"a picture of the holder", asked(again, does(flatLeft), doesIt, again, again), "refused try-again/look-here Forget Count(attack-suspected)"},
		{"not in time", asked(again, after(door.LookTime+2*door.PromptTime)), "refused try-again/look-here Forget Count(timed-out)"},
		{"cannot", asked(again, event(door.Cannot{})), "refused use-other-way Forget Count(not-me)"},
		{"cannot, before it is asked for", asked(event(door.Cannot{})), "refused use-other-way Forget Count(not-me)"},
		{"not me", asked(again, event(door.NotMe{})), "refused use-other-way Forget Count(not-me)"},
		{"revoked meanwhile", asked(again, revoke, doesIt), "refused ask-for-help Forget Count(revoked)"},
		{"come closer", []act{asks(3, 0), shows(ofFace), after(door.NotMeTime), again, doesIt, doesIt}, "looking prompt/come-closer LookAt"},
		{"one thing", []act{asks(1, 0), shows(ofFace), after(door.NotMeTime), again, doesIt}, "looking look/look-here LookAt"},
		{"a plain pass", []act{asks(3, 0), shows(plain)}, "opened opened Unlatch"},
	} {
		e.reset(t)
		for _, a := range c.acts[:len(c.acts)-1] {
			if a(e); e.audit.order == nil && e.out.State == door.Looking {
				t.Fatalf("%s: nobody looks", c.name)
			}
		}
		if c.acts[len(c.acts)-1](e); summary(e.out) != c.want {
			t.Errorf("%s: %s, want %s", c.name, summary(e.out), c.want)
		}
	}
}

// TestAPictureThatTurns: a print of the holder that is turned as was asked, and is
// taken for turned, matches and does not open.
func TestAPictureThatTurns(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	for _, a := range []act{asks(1, 0), shows(ofFace), after(door.NotMeTime), sees(facetest.Alone(holder))} {
		a(e)
	}
	e.wait(door.ShowTime)
	e.looked(door.Look{Moment: e.moment(flatLeft)}, nil)
	for range 2 {
		e.wait(door.AttemptGap)
		e.see(facetest.Alone(holder))
	}
	if got := summary(e.out); got != "refused try-again/look-here Forget Count(attack-suspected)" {
		t.Error(got)
	}
}

// TestNoOracleInPrompts: until the last comparison, whoever does as asked sees the
// same screens whether their face matched or not.
func TestNoOracleInPrompts(t *testing.T) {
	e := newEntrance(t)
	var said [][]string
	for _, who := range []int{holder, stranger} {
		e.reset(t)
		asks(2, 3)(e)
		e.show(e.face)
		e.wait(door.NotMeTime)
		var screens []string
		for range 4 { // comparison, two prompts, comparison
			screens = append(screens, string(e.out.Screen.Key)+" "+string(e.out.Screen.Hint)+" "+string(e.out.Screen.Light))
			e.wait(door.AttemptGap)
			e.doesAsAsked(who)
		}
		said = append(said, screens)
	}
	if !slices.Equal(said[0], said[1]) {
		t.Errorf("the holder saw %q, a stranger %q", said[0], said[1])
	}
}

// TestPromptsAreDrawn: every order comes up, one prompt is always a turn, and no
// showing asks for the same thing twice.
func TestPromptsAreDrawn(t *testing.T) {
	e := newEntrance(t)
	for n, want := range map[int]int{1: 2, 2: 6, 3: 6} {
		orders := map[string]bool{}
		for draw := range uint64(12) {
			e.reset(t)
			asks(n, draw)(e)
			e.show(e.face)
			e.wait(door.NotMeTime)
			order := ""
			for range n + 1 {
				e.wait(door.AttemptGap)
				e.doesAsAsked(holder)
				order += string(e.audit.order.Prompt) + " "
			}
			orders[order] = true
		}
		if len(orders) != want {
			t.Errorf("%d prompts come in %d orders: %v", n, len(orders), orders)
		}
	}
}

// TestPolicyChangesDuringALook: a bundle that comes while somebody is looked at
// neither takes away nor adds what they are asked for, nor the light.
func TestPolicyChangesDuringALook(t *testing.T) {
	e := newEntrance(t)
	again := sees(facetest.Alone(holder))
	becomes := func(p door.Policy) act { return set(func(b *door.Basis) { b.Policy = p }) }
	for name, c := range map[string]struct {
		acts []act
		want string
	}{
		"asks no more": {asked(again, becomes(door.Policy{}), doesIt, doesIt, again), "opened opened Forget Unlatch"},
		"and nothing":  {asked(again, becomes(door.Policy{}), again), "looking prompt/turn-left LookAt"},
		"asks now":     {[]act{shows(ofFace), after(door.NotMeTime), becomes(door.Policy{Prompts: 3, Light: true}), again}, "opened opened Forget Unlatch"},
		"has a light":  {asked(becomes(door.Policy{Prompts: 2, Light: true}), again), "looking prompt/turn-left LookAt"},
	} {
		e.reset(t)
		for _, a := range c.acts {
			a(e)
		}
		if got := summary(e.out); got != c.want || e.out.Screen.Light != "" {
			t.Errorf("%s: %s with the light %q, want %s", name, got, e.out.Screen.Light, c.want)
		}
	}
}

// TestLight: the screen changes its colour under two times a second, never to the one
// that it has, only while looking, and with what was drawn.
func TestLight(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	e.basis.Policy = door.Policy{Prompts: 1, Light: true}
	e.draw = 12345
	e.show(e.face)
	e.wait(door.NotMeTime)
	last, since := e.out.Screen.Light, e.now
	changes := 0
	for e.now.Before(since.Add(5*door.LightTime)) && e.out.State == door.Looking {
		e.now = e.now.Add(10 * time.Millisecond)
		if out := e.step(door.Tick{}); out.Screen.Light != last {
			if e.now.Sub(since) < time.Duration(changes+1)*door.LightTime {
				t.Fatalf("change %d after %v", changes+1, e.now.Sub(since))
			}
			last = out.Screen.Light
			changes++
		}
	}
	if changes != 5 {
		t.Errorf("%d changes", changes)
	}
	if e.step(door.NotMe{}); e.out.Screen.Light != "" {
		t.Error("the light stays on")
	}
}

// TestPromise3PromptsLookAtTheSubjectAlone: while somebody does what is asked for,
// nobody else is landmarked, nobody is compared, and before the second for "not me" is
// over nothing is looked at.
func TestPromise3PromptsLookAtTheSubjectAlone(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	asks(3, 0)(e)
	e.show(e.face)
	for e.out.State == door.Verified {
		if e.audit.order != nil {
			t.Fatal("a look was ordered before the second was over")
		}
		e.wait(door.NotMeTime / 4)
	}
	e.see(facetest.WithPasserBy(holder, stranger))
	marks, extracts := e.fake.Runs(models.Landmark), e.fake.Runs(models.Extract)
	for e.audit.order.Prompt != "" {
		e.wait(door.AttemptGap)
		capture, err := e.fake.Capture(e.audit.order.Grant, facetest.WithPasserBy(holder, stranger))
		if err != nil {
			t.Fatal(err)
		}
		m, err := capture.Moment(0)
		if err != nil {
			t.Fatal(err)
		}
		m.Wipe()
		capture.Wipe()
		doesIt(e)
	}
	if n := e.fake.Runs(models.Landmark) - marks; n != 2*3 {
		t.Errorf("landmarks were looked for %d times for three moments of one subject", n)
	}
	if n := e.fake.Runs(models.Extract) - extracts; n != 0 {
		t.Errorf("features were extracted %d times for prompts", n)
	}
}

// TestPromise4NotBeingAbleToDoAPrompt: "I cannot do this" is heard at once, whatever
// was asked for and also as its time ends, and offers every other way in, each of
// which opens as it does for everybody else. What opens without a face never asks for
// anything.
func TestPromise4NotBeingAbleToDoAPrompt(t *testing.T) {
	e := newEntrance(t)
	for done := range 3 {
		e.reset(t)
		asks(3, uint64(done))(e)
		e.show(e.face)
		e.wait(door.NotMeTime)
		for range done + 1 {
			e.wait(door.AttemptGap)
			e.doesAsAsked(holder)
		}
		if e.out.Screen.Key != door.KeyPrompt {
			t.Fatalf("the screen says %q", e.out.Screen.Key)
		}
		e.now = e.out.Screen.Until // said in time, and heard late
		out := e.step(door.Cannot{})
		if out.Screen.Key != door.KeyUseOtherWay || !out.Screen.Ways.Has(door.Plain|door.PIN|door.Phone) {
			t.Errorf("after %d: %s, ways %v", done, summary(out), out.Screen.Ways)
		}
		if got := summary(e.show(e.plain)); got != "opened opened Unlatch" {
			t.Errorf("a plain pass: %s", got)
		}
		e.latched(nil)
		e.step(door.Typed{Number: number})
		if got := summary(e.step(right(e))); got != "opened opened Unlatch" {
			t.Errorf("a code: %s", got)
		}
	}
}

// TestPromise1MomentsAreForgotten: whichever way a machine leaves looking, what the
// frames said is zero, and so is an answer that comes when nobody waits for it. The
// audit looks at each moment that was given.
func TestPromise1MomentsAreForgotten(t *testing.T) {
	e := newEntrance(t)
	for name, leave := range leavings() {
		e.reset(t)
		for _, a := range asked(sees(facetest.Alone(holder)), doesIt) {
			a(e)
		}
		given := slices.Clone(e.audit.prompts.given)
		if name == "opened" || name == "refused" {
			for _, a := range []act{doesIt, sees(facetest.Alone(holder))} {
				a(e)
			}
		} else {
			leave(e)
		}
		if len(given) != 2 || e.out.State == door.Looking {
			e.step(door.Cancel{})
		}
		for _, m := range given {
			if *m != (face.Moment{}) {
				t.Errorf("%s: a moment is left", name)
			}
		}
		late := e.seen[face.TurnLeft]
		if e.step(door.Looked{Showing: e.out.Showing, Number: 2, Look: door.Look{Moment: &late}}); late != (face.Moment{}) {
			t.Errorf("%s: an answer that nobody waits for is left", name)
		}
	}
}
