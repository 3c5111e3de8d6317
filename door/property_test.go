package door_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

// TestPromise3AnyEvents lets anything happen at a door, in any order, and audits
// each step. audit_test.go says what must never happen: that it opens without a
// pass, a phone or a code that verifies at that very moment, or for another face
// than the holder's; that it looks in idle, for a plain pass, before the second
// for "not me" is over, a fourth time or after eight seconds; that anything of a
// face is left once it no longer looks; that a showing is counted twice or never;
// and that a plain pass has to wait because faces failed.
func TestPromise3AnyEvents(t *testing.T) {
	e := newEntrance(t)
	seen := map[string]int{}
	for range rounds(3, 300) {
		rapid.Check(t, func(t *rapid.T) {
			e.reset(t)
			e.audit.seen = seen
			e.basis.Budget = rapid.SampledFrom([]int{0, 2, 4}).Draw(t, "budget")
			e.basis.Policy = door.Policy{Prompts: rapid.SampledFrom([]int{0, 0, 1, 2, 3, 9}).Draw(t, "prompts"), Light: rapid.Bool().Draw(t, "light")}
			e.draw = rapid.Uint64().Draw(t, "order")
			for range 5 {
				t.Repeat(e.anything())
			}
		})
		if n := e.fake.Dirty(); n != 0 {
			t.Fatalf("%d networks hold something of a picture", n)
		}
	}
	t.Log(seen)
	if testing.Short() {
		return // too few to have come to everything
	}
	for _, what := range []string{
		"opens with prompts", "attack-suspected", "opens after door.Shown", "opens after door.Looked", "opens after door.Checked",
		"too-many-tries", "face-mismatch", "timed-out", "not-me", "revoked", "bundle-expired", "door-failed", "wrong-pin", "needs-presentation",
	} {
		if seen[what] == 0 {
			t.Errorf("it never came to %q", what)
		}
	}
}

// rounds is testenv.Count, and one under the race detector.
func rounds(test, soak int) int {
	if testing.Short() {
		return 1
	}
	return testenv.Count(test, soak)
}

// anything is what can happen. Faces are drawn more often than they are at a
// real door, and what breaks something less often than what goes on.
func (e *entrance) anything() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"show":      e.showsAny,
		"show face": func(t *rapid.T) { e.show([]string{e.face, e.neighbors}[rapid.IntRange(0, 1).Draw(t, "whose")]) },
		"whole":     e.failsWhole,
		"be seen":   e.isSeen,
		"be seen 2": e.isSeen,
		"move":      e.moves,
		"do it all": e.doesItAll,
		"fail":      e.isNotCompared,
		"time":      e.timePasses,
		"time 2":    e.timePasses,
		"on time":   func(*rapid.T) { e.toTheMoment() },
		"on time 2": func(*rapid.T) { e.toTheMoment() },
		"latch": func(t *rapid.T) {
			e.latched(rapid.SampledFrom([]error{nil, nil, nil, errBroken}).Draw(t, "latch"))
		},
		"type": func(t *rapid.T) {
			e.step(door.Typed{Number: rapid.SampledFrom([]string{number, "00000000"}).Draw(t, "number")})
		},
		"check": e.isChecked,
		"whole code": func(t *rapid.T) {
			e.step(door.Typed{Number: number})
			e.isChecked(t)
		},
		"say":     e.saysAny,
		"news":    e.newsCome,
		"fault":   e.breaks,
		"replies": e.strayReplies,
	}
}

func (e *entrance) showsAny(t *rapid.T) {
	texts := []string{e.plain, e.ended, e.garage, e.phone, e.presented[0], e.presented[1], "FL1:", "FLP1:AB", "https://example.org", ""}
	e.show(texts[rapid.IntRange(0, len(texts)-1).Draw(t, "text")])
}

// isSeen answers an order to look, if there is one, with a real comparison.
func (e *entrance) isSeen(t *rapid.T) {
	order := e.audit.order
	if order == nil || e.out.State != door.Looking {
		return
	}
	whose := holder
	if e.audit.shown.Text() == e.neighbors {
		whose = neighbor
	}
	if order.Prompt != "" {
		return // see moves
	}
	who := rapid.SampledFrom([]int{whose, whose, stranger, -1, -2}).Draw(t, "who")
	switch who {
	case -1: // a comparison of nothing, which costs no time
		e.looked(door.Look{Threshold: facetest.Threshold}, nil)
		return
	case -2: // somebody else's comparison would be for another pass
		e.looked(door.Look{Threshold: -1, Suspected: true}, nil)
		return
	}
	e.audit.holder = who == whose
	e.see(facetest.Alone(who))
	e.audit.holder = false
}

// failsWhole is a showing of a face pass by somebody else, from end to end, if
// the door lets it come to that.
func (e *entrance) failsWhole(t *rapid.T) {
	for range rapid.SampledFrom([]int{1, 1, 3}).Draw(t, "times") {
		e.wait(door.MaxPulse)
		e.show(e.face)
		e.wait(door.NotMeTime)
		for e.audit.order != nil {
			if e.wait(door.AttemptGap); e.audit.order == nil {
				break
			}
			if e.audit.order.Prompt != "" {
				e.does(e.audit.order.Prompt)
				continue
			}
			e.looked(door.Look{Threshold: facetest.Threshold, Moment: e.moment("")}, nil)
		}
	}
}

func (e *entrance) isNotCompared(t *rapid.T) {
	if e.audit.order == nil {
		return
	}
	e.looked(door.Look{}, rapid.SampledFrom([]error{
		face.ErrNoFace, face.ErrSeveralFaces, picture.ErrDamaged, door.NotYet{Problem: face.TooFar}, face.ErrNoFace, face.ErrEngine, errBroken,
	}).Draw(t, "error"))
}

func (e *entrance) timePasses(t *rapid.T) {
	d := rapid.SampledFrom([]time.Duration{
		0, 50 * time.Millisecond, door.AttemptGap, door.NotMeTime, 2 * time.Second, door.ResultTime, door.LookTime, time.Minute, door.PassWait,
	}).Draw(t, "time")
	if rapid.Bool().Draw(t, "with ticks") {
		e.wait(d)
		return
	}
	e.now = e.now.Add(d)
}

// toTheMoment waits until the machine has something to do.
func (e *entrance) toTheMoment() {
	if e.out.Wake.After(e.now) {
		e.now = e.out.Wake
	}
	e.step(door.Tick{})
}

func (e *entrance) isChecked(t *rapid.T) {
	c := door.Checked{Showing: e.out.Showing}
	switch rapid.SampledFrom([]string{"right", "right", "wrong", "wrong", "nothing", "broken"}).Draw(t, "code") {
	case "right":
		if at := e.now.Truncate(4 * time.Second); e.audit.typed == number && at.Sub(noon) < time.Minute {
			c.PIN = e.rightPIN(at)
		}
	case "wrong":
		c.Err = &pass.Refusal{Reason: pass.ReasonWrongPIN}
	case "broken":
		c.Err = errBroken
	}
	e.step(c)
}

func (e *entrance) saysAny(t *rapid.T) {
	e.step(rapid.SampledFrom([]door.Event{door.NotMe{}, door.Cancel{}, door.Cannot{}}).Draw(t, "what"))
}

// newsCome changes what the door believes: a new bundle, or its end.
func (e *entrance) newsCome(t *rapid.T) {
	bad := func(what string) bool { return rapid.SampledFrom(once(12)).Draw(t, what) }
	e.status = statuslist.Valid
	if bad("revoked") {
		e.status = statuslist.Invalid
	}
	e.basis.PlainOK, e.basis.FaceOK = !bad("no news"), !bad("no news for faces")
	e.basis.Methods = rapid.SampledFrom([]door.Methods{
		door.Plain | door.Face | door.PIN | door.Phone, door.Plain | door.Face | door.PIN | door.Phone,
		door.Plain | door.Face | door.PIN | door.Phone, door.Plain | door.Face, door.Face | door.PIN, door.Face, door.Plain,
	}).Draw(t, "methods")
	e.basis.Hours = rapid.SampledFrom([]pass.Schedule{nil, nil, nil, nil, {{Days: pass.EveryDay, Start: 0, End: 12*60 + 2}}}).Draw(t, "hours")
}

func (e *entrance) breaks(t *rapid.T) {
	part := rapid.SampledFrom([]door.Faults{door.CameraFault, door.LatchFault, door.ClockFault, door.KioskFault}).Draw(t, "part")
	e.step(door.Fault{Part: part, Broken: rapid.Bool().Draw(t, "broken")})
	if !rapid.SampledFrom(once(8)).Draw(t, "for long") {
		e.step(door.Fault{Part: part})
	}
}

// once is a choice that is true once in as many.
func once(n int) []bool { return append(make([]bool, n-1), true) }

// strayReplies are answers that nobody asked for, or asked for before.
func (e *entrance) strayReplies(t *rapid.T) {
	showing := e.out.Showing - min(e.out.Showing, rapid.Uint64Range(0, 2).Draw(t, "showing"))
	e.step(rapid.SampledFrom([]door.Event{
		door.Looked{Showing: showing, Number: rapid.IntRange(0, 3).Draw(t, "number"), Look: door.Look{Threshold: -1}},
		door.Checked{Showing: showing},
		door.Latched{Showing: showing},
		door.Latched{Showing: showing, Err: errBroken},
	}).Draw(t, "reply"))
}
