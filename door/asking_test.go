package door_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
)

// What moments may show beside the prompts, and what is none: somebody who looks at
// the camera.
const flatLeft face.Prompt = "a picture that is turned left"

// makeMoments lets the engine see a person who moves, once.
func (e *entrance) makeMoments() {
	e.t.Helper()
	e.seen = map[face.Prompt]face.Moment{}
	grant, err := consent.ForDataSet(consent.Declaration{DataSet: "drawings", Basis: "made by the test"})
	if err != nil {
		e.t.Fatal(err)
	}
	for does, c := range map[face.Prompt]struct {
		turn, size float64
		flat       bool
	}{
		"": {0, 1, false}, face.TurnLeft: {-36, 1, false}, face.TurnRight: {36, 1, false}, face.ComeCloser: {0, 1.5, false}, flatLeft: {-36, 1, true},
	} {
		e.fake.Turn(c.turn, c.flat)
		capture, err := e.fake.Capture(grant, facetest.Alone(holder))
		if err != nil {
			e.t.Fatal(err)
		}
		m, err := capture.Moment(0)
		if err != nil {
			e.t.Fatal(err)
		}
		m.Size *= c.size
		e.seen[does] = *m
		capture.Wipe()
	}
	e.fake.Turn(0, false)
}

// moment is one of somebody who does something now; nil where none is wanted.
func (e *entrance) moment(does face.Prompt) *face.Moment {
	order := e.audit.order
	if order.Since.IsZero() {
		return nil
	}
	m := e.seen[does]
	m.At = e.now.Sub(order.Since)
	e.audit.prompts.given = append(e.audit.prompts.given, &m)
	return &m
}

// does answers an order to watch with somebody who does something.
func (e *entrance) does(what face.Prompt) door.Output {
	e.audit.does = what
	defer func() { e.audit.does = "" }()
	return e.looked(door.Look{Moment: e.moment(what)}, nil)
}

// prompts is what the audit knows of what is asked for.
type prompts struct {
	wanted int  // by the policy, when the look began
	lit    bool // and whether the screen changes its colour
	asked  []face.Prompt
	since  time.Time // when the last one was first asked for
	did    []bool    // whether each was done
	flat   bool      // whether a picture did one
	real   bool      // whether the holder turned as that picture did
	before int       // comparisons of the holder that matched before the last was done
	after  int
	given  []*face.Moment
}

func (p *prompts) n() int { return min(max(0, p.wanted), door.MaxPrompts) }

func (p *prompts) lookTime() time.Duration {
	return door.LookTime + time.Duration(p.n())*door.PromptTime
}

// ordered checks an order to look against what may be asked for.
func (p *prompts) ordered(a *audit, o door.LookAt) {
	if o.Since.IsZero() != (p.n() == 0) || !o.Since.IsZero() && !o.Since.Equal(a.begun) {
		a.t.Fatalf("moments since %v with %d prompts", o.Since, p.n())
	}
	if o.Prompt == "" {
		if p.n() > 0 && a.compared > 0 && len(p.asked) < p.n() {
			a.t.Fatal("compared again before everything was asked for")
		}
		return
	}
	if len(p.asked) == 0 || p.asked[len(p.asked)-1] != o.Prompt {
		if slices.Contains(p.asked, o.Prompt) || !slices.Contains(face.Prompts(), o.Prompt) || len(p.asked) >= p.n() {
			a.t.Fatalf("%q was asked for after %q of %d", o.Prompt, p.asked, p.n())
		}
		if len(p.asked) > 0 && !p.did[len(p.did)-1] {
			a.t.Fatal("the next was asked for before the last was done")
		}
		p.asked, p.did, p.since = append(p.asked, o.Prompt), append(p.did, false), a.e.now
	}
	if o.After.Before(p.since.Add(door.ShowTime)) && o.After.Equal(a.e.now) && a.e.now.Equal(p.since) {
		a.t.Fatal("a frame from before anybody can have read what is asked for")
	}
}

// does notes an answer that came in time.
func (p *prompts) does(asked, what face.Prompt) {
	switch {
	case what == face.TurnLeft:
		p.real = true
	case what == flatLeft && asked == face.TurnLeft:
		p.flat = true
		p.did[len(p.did)-1] = true
	}
	if asked == what {
		p.did[len(p.did)-1] = true
	}
}

func (p *prompts) matches(holder bool) {
	switch {
	case !holder:
	case len(p.did) < p.n():
		p.before++
	default:
		p.after++
	}
}

// done returns whether enough was seen of the holder for it to open.
func (p *prompts) done() bool {
	if p.n() == 0 {
		return true
	}
	if p.flat && !p.real {
		return false
	}
	return len(p.did) == p.n() && !slices.Contains(p.did, false) && p.after > 0 && p.before+p.after >= 2
}

func (p *prompts) forgotten(t fataler) {
	for _, m := range p.given {
		if *m != (face.Moment{}) {
			t.Fatal("a moment was not wiped")
		}
	}
	p.given = nil
}

func (p *prompts) screen(a *audit, s door.Screen, state door.State) {
	switch {
	case (s.Key == door.KeyPrompt) != (a.order != nil && a.order.Prompt != ""):
		a.t.Fatalf("the screen says %q, with an order for %v", s.Key, a.order)
	case s.Key == door.KeyPrompt && string(s.Hint) != string(a.order.Prompt):
		a.t.Fatalf("the screen says %q for %q", s.Hint, a.order.Prompt)
	case (s.Light != "") != (state == door.Looking && p.n() > 0 && p.lit):
		a.t.Fatalf("the screen has the colour %q", s.Light)
	case s.Light != "" && !slices.Contains(door.Lights(), s.Light):
		a.t.Fatalf("the screen has the colour %q", s.Light)
	}
	if a.latchDue && p.n() > 0 && a.shown != nil && state == door.Opened && a.compared > 0 {
		a.note("opens with prompts")
	}
}

// moves answers an order to watch, if there is one, with somebody who does anything.
func (e *entrance) moves(t *rapid.T) {
	order := e.audit.order
	if order == nil || order.Prompt == "" {
		return
	}
	e.does(rapid.SampledFrom([]face.Prompt{order.Prompt, order.Prompt, order.Prompt, "", face.TurnLeft, face.TurnRight, face.ComeCloser, flatLeft}).Draw(t, "does"))
}

// doesItAll is a holder who does what is asked for, or now and then something else,
// from end to end, if the door lets it come to that.
func (e *entrance) doesItAll(t *rapid.T) {
	errs := rapid.SampledFrom(once(3)).Draw(t, "errs")
	e.wait(door.MaxPulse)
	e.show(e.face)
	e.wait(door.NotMeTime)
	for e.audit.order != nil && e.out.State == door.Looking {
		e.wait(door.AttemptGap)
		switch {
		case e.audit.order == nil:
			return
		case errs && e.audit.order.Prompt != "":
			e.moves(t)
		default:
			e.doesAsAsked(holder)
		}
	}
}

// doesAsAsked answers one order as a person does who is asked for something.
func (e *entrance) doesAsAsked(who int) {
	if p := e.audit.order.Prompt; p != "" {
		e.does(p)
		return
	}
	e.audit.holder = who == holder
	e.see(facetest.Alone(who))
	e.audit.holder = false
}
