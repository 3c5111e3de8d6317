package check

import (
	"testing"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
)

// alone is a check of somebody on their own phone, at which a face was just found to be
// the portrait's.
func alone(t *testing.T) (*fixture, *Check) {
	t.Helper()
	f := newFixture(t, func(o *Options) { o.Turns = true })
	c := f.begin(t, func(o *Order) { o.Unattended, o.Staff = true, "" })
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	if s := at(t, c, Face, idcheck.NoFaceYet); s.Prompt != "" {
		t.Fatalf("asked to %s before a face was compared", s.Prompt)
	}
	must(t, c.Frame(t.Context(), faceOf(3)))
	return f, c
}

// turnTo shows somebody's head turned by so many degrees, above 0 to the left of the
// picture.
func (f *fixture) turnTo(t *testing.T, c *Check, who int, degrees float64, flat bool) {
	t.Helper()
	f.engine.Turn(degrees, flat)
	f.wait(turnTime / turnFrames)
	must(t, c.Frame(t.Context(), faceOf(who)))
	f.engine.Turn(0, false)
}

// answer turns as was asked, by so many degrees, until nothing is asked for any more.
func (f *fixture) answer(t *testing.T, c *Check, who int, degrees float64, flat bool) {
	t.Helper()
	for range 4 * turnFrames {
		s := c.State()
		if s.Step == Ended {
			return
		}
		side := degrees
		if s.Prompt == face.TurnLeft {
			side = -degrees
		}
		f.turnTo(t, c, who, 0, false)
		if c.State().Step != Ended {
			f.turnTo(t, c, who, side, flat)
		}
	}
}

// TestTurnsAsAsked: alone on a phone, nobody is believed before they turned their head to
// both sides, in an order that is not known before.
func TestTurnsAsAsked(t *testing.T) {
	first := map[face.Prompt]bool{}
	for range 12 {
		f, c := alone(t)
		first[at(t, c, Face, idcheck.NoFaceYet).Prompt] = true
		f.answer(t, c, 3, 40, false)
		if s := at(t, c, Ended, idcheck.FaceMatches); s.Result.Outcome != idcheck.SamePerson {
			t.Errorf("%+v", s.Result)
		}
		if left := f.leftOver(c); left != "" {
			t.Error("left over: " + left)
		}
	}
	if !first[face.TurnLeft] || !first[face.TurnRight] || len(first) != 2 {
		t.Errorf("asked first for %v", first)
	}
}

// TestTurnsOtherwise: what is flat when it turns is an attack; who does not turn, whose
// other head turns, and who turns the wrong way twice is not told to be one, and not
// believed either.
func TestTurnsOtherwise(t *testing.T) {
	for name, tt := range map[string]struct {
		who     int
		degrees float64
		flat    bool
		outcome idcheck.Outcome
		reason  idcheck.Reason
	}{
		"a sheet":        {3, 40, true, idcheck.AttackSuspected, idcheck.FaceLooksCopied},
		"nothing":        {3, 0, false, idcheck.Inconclusive, idcheck.TurnNotSeen},
		"another's head": {4, 40, false, idcheck.Inconclusive, idcheck.TurnNotSeen},
		"the wrong way":  {3, -40, false, idcheck.Inconclusive, idcheck.TurnNotSeen},
	} {
		f, c := alone(t)
		f.answer(t, c, tt.who, tt.degrees, tt.flat)
		if s := at(t, c, Ended, tt.reason); s.Result.Outcome != tt.outcome || len(s.Result.Claims) > 0 {
			t.Errorf("%s: %+v", name, s.Result)
		}
		if left := f.leftOver(c); left != "" {
			t.Errorf("%s: left over: %s", name, left)
		}
	}
}

// TestTurnsWrongOnce: whoever takes left for right once is asked again.
func TestTurnsWrongOnce(t *testing.T) {
	f, c := alone(t)
	wrong := 40.0
	if c.State().Prompt == face.TurnRight {
		wrong = -40
	}
	f.turnTo(t, c, 3, wrong, false)
	f.answer(t, c, 3, 40, false)
	at(t, c, Ended, idcheck.FaceMatches)
}

// TestCannotTurn: whoever cannot do it leaves this way at once, as before any other
// picture, and nothing is held against them.
func TestCannotTurn(t *testing.T) {
	f, c := alone(t)
	f.choose(t, c, idcheck.ByStaff)
	if s := at(t, c, Ended, idcheck.NobodyLookedYet); s.Result.Outcome != idcheck.Inconclusive {
		t.Errorf("%+v", s.Result)
	}
	if left := f.leftOver(c); left != "" {
		t.Error("left over: " + left)
	}
}

// TestStillsAreOneCue: alone on a phone a still that looks like a picture does not end
// the check: what is seen of the head that turns is put together with it.
func TestStillsAreOneCue(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Turns = true })
	c := f.begin(t, func(o *Order) { o.Unattended, o.Staff = true, "" })
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	f.engine.Suspect(true)
	must(t, c.Frame(t.Context(), faceOf(3)))
	f.engine.Suspect(false)
	f.answer(t, c, 3, 40, false)
	at(t, c, Ended, idcheck.FaceMatches)
}
