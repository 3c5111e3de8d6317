package door_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/pass"
)

// TestKeysAndHints: each stands once in its list, in the form that pages use.
func TestKeysAndHints(t *testing.T) {
	var all []string
	for _, k := range door.Keys() {
		all = append(all, string(k))
	}
	for _, h := range door.Hints() {
		all = append(all, string(h))
	}
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("one stands twice: %q", all)
	}
	for _, s := range all {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(s) {
			t.Errorf("%q", s)
		}
	}
}

// TestEveryReasonHasAScreen: a reason that nobody thought of asks for help, and
// those are few.
func TestEveryReasonHasAScreen(t *testing.T) {
	help := []pass.Reason{
		pass.ReasonUnknownIssuer, pass.ReasonBadSignature, pass.ReasonStatusUnknown, pass.ReasonRevoked, pass.ReasonWrongZone,
		pass.ReasonOtherModel, pass.ReasonUnknownSeal, pass.ReasonBadSeal,
	}
	for _, r := range pass.Reasons() {
		key, hint := door.ScreenFor(r)
		if !slices.Contains(door.Keys(), key) || (key == door.KeyAskForHelp) != slices.Contains(help, r) {
			t.Errorf("%s: %s", r, key)
		}
		if (key == door.KeyTryAgain) != (hint != door.HintNone) && r != pass.ReasonNoPass {
			t.Errorf("%s: %s with the hint %q", r, key, hint)
		}
	}
}

// TestHintsForProblems: each has one, and it is in the list.
func TestHintsForProblems(t *testing.T) {
	for _, p := range []face.Problem{
		face.TooFar, face.TooDark, face.TooBright, face.Flat, face.Blurred, face.TurnedAway, face.Tilted, face.EyesCovered, face.PartHidden, face.Unclear,
	} {
		if h := door.HintFor(p); !slices.Contains(door.Hints(), h) {
			t.Errorf("%s: %q", p, h)
		}
	}
}

// TestNoOracle: somebody else's face, a picture of one that matches, and a
// picture of another look the same on every screen, to the last.
func TestNoOracle(t *testing.T) {
	e := newEntrance(t)
	screens := func(suspected bool, who int) (all []door.Screen) {
		e.reset(t)
		e.basis.Policy.RequireLive = true
		for _, a := range looking() {
			a(e)
		}
		for range door.MaxAttempts {
			look := door.Look{Threshold: facetest.Threshold, Suspected: suspected}
			order := e.audit.order
			if err := order.Reference.Use(func(r face.Reference) (err error) {
				look.Comparison, err = e.fake.Look(order.Grant, r, facetest.Alone(who))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			all = append(all, e.looked(look, nil).Screen)
		}
		return all
	}
	mismatch := screens(false, stranger)
	for name, other := range map[string][]door.Screen{
		"a picture of the holder": screens(true, holder), "a picture of a stranger": screens(true, stranger),
	} {
		if !slices.Equal(mismatch, other) {
			t.Errorf("%s: %v instead of %v", name, other, mismatch)
		}
	}
}

// TestStates: each has a name, and codes are looked for where nothing else is.
func TestStates(t *testing.T) {
	for s, reads := range map[door.State]bool{
		door.Idle: true, door.StateShown: false, door.Verified: false, door.Looking: false, door.Opened: true, door.Refused: true,
	} {
		if s.Reads() != reads || s.String() == "unknown" {
			t.Errorf("%v reads: %v", s, s.Reads())
		}
	}
	if door.State(6).String() != "unknown" {
		t.Error("a state too many")
	}
}
