package door_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

func judge(t *testing.T, d door.Door, p *pass.Pass) door.Decision {
	t.Helper()
	got, err := d.Judge(p)
	if err != nil {
		t.Fatal(err)
	}
	if got.Open != (got.Reason == pass.ReasonOpened) {
		t.Errorf("open %v for the reason %q", got.Open, got.Reason)
	}
	return got
}

func TestPlainPass(t *testing.T) {
	b, e := newBench(t), &eyes{}
	if d := judge(t, b.door(e), b.plainPass()); !d.Open || d.Look != nil {
		t.Errorf("decided %+v", d)
	}
	if e.looks != 0 || b.seals != 0 {
		t.Errorf("%d looks, %d sealing keys", e.looks, b.seals)
	}
	if d := judge(t, b.door(nil), b.plainPass()); !d.Open {
		t.Errorf("without a camera: %+v", d)
	}
}

// TestPromise3NoFaceBeforeAPass: whatever is wrong with a pass, nobody looks at
// a face and no seal is opened.
func TestPromise3NoFaceBeforeAPass(t *testing.T) {
	for name, change := range map[pass.Reason]func(b *bench, d *door.Door) *pass.Pass{
		pass.ReasonNoPass:        func(*bench, *door.Door) *pass.Pass { return nil },
		pass.ReasonUnknownIssuer: func(b *bench, d *door.Door) *pass.Pass { d.Trust.Keys = nil; return b.facePass() },
		pass.ReasonNotYetValid:   func(b *bench, _ *door.Door) *pass.Pass { b.now = noon.Add(-2 * day); return b.facePass() },
		pass.ReasonExpired:       func(b *bench, _ *door.Door) *pass.Pass { b.now = noon.Add(day); return b.facePass() },
		pass.ReasonRevoked:       func(b *bench, _ *door.Door) *pass.Pass { b.status = statuslist.Invalid; return b.facePass() },
		pass.ReasonStatusUnknown: func(b *bench, d *door.Door) *pass.Pass { d.Trust.Status = nil; return b.facePass() },
		pass.ReasonWrongZone:     func(b *bench, d *door.Door) *pass.Pass { d.Zone = "garage"; return b.facePass() },
		pass.ReasonOtherModel:    func(b *bench, _ *door.Door) *pass.Pass { return b.pass(pass.ModelID{8}, reference) },
	} {
		b, e := newBench(t), &eyes{}
		d := b.door(e)
		p := change(b, &d)
		got := judge(t, d, p)
		if got.Open || got.Reason != name || got.Detail == "" {
			t.Errorf("%s: decided %+v", name, got)
		}
		if e.looks != 0 || b.seals != 0 {
			t.Errorf("%s: %d looks, %d sealing keys", name, e.looks, b.seals)
		}
	}
}

// TestPromise3OneLook: a good face pass leads to one look, under a grant for
// that pass alone, at a reference that is wiped afterwards.
func TestPromise3OneLook(t *testing.T) {
	b, e := newBench(t), &eyes{look: door.Look{Threshold: 0.4}}
	p := b.facePass()
	got := judge(t, b.door(e), p)
	if got.Open || got.Reason != pass.ReasonFaceMismatch || got.Look == nil {
		t.Errorf("decided %+v", got)
	}
	if id, ok := e.grant.PassID(); e.looks != 1 || !ok || id != p.Claims().ID || e.grant.Power() != consent.Verify {
		t.Errorf("%d looks, under a grant to %v", e.looks, e.grant.Power())
	}
	if !e.right {
		t.Error("they were lent something else than the reference")
	}
	for _, b := range e.saw {
		if b != 0 {
			t.Fatal("the reference was not wiped")
		}
	}
}

func TestOtherSeal(t *testing.T) {
	b, e := newBench(t), &eyes{}
	p := b.facePass()
	d := b.door(e)
	d.Seals = noSeals{}
	if got := judge(t, d, p); got.Reason != pass.ReasonUnknownSeal || e.looks != 0 {
		t.Errorf("decided %+v after %d looks", got, e.looks)
	}
}

type noSeals struct{ err error }

func (s noSeals) SealingKeys(pass.KeyID) (pass.SealingKeys, error) { return nil, s.err }

// TestFailures: what is wrong with the door is not a refusal, and not an
// opening either.
func TestFailures(t *testing.T) {
	broken := errors.New("broken")
	b := newBench(t)
	blind, keyless := b.door(nil), b.door(&eyes{})
	keyless.Seals = noSeals{broken}
	for _, c := range []struct {
		name string
		door door.Door
		want error
	}{
		{"no eyes", blind, door.ErrNoEyes},
		{"no key", keyless, broken},
		{"no runtime", b.door(&eyes{err: broken}), broken},
	} {
		d, err := c.door.Judge(b.facePass())
		if !errors.Is(err, c.want) || d.Open || d.Reason != "" {
			t.Errorf("%s: decided %+v, error %v", c.name, d, err)
		}
	}
}

// TestReasonsOfAPicture: each documented error is a reason, also when wrapped.
func TestReasonsOfAPicture(t *testing.T) {
	for err, want := range map[error]pass.Reason{
		face.ErrNoFace:         pass.ReasonNoFace,
		face.ErrSeveralFaces:   pass.ReasonSeveralFaces,
		face.ErrReference:      pass.ReasonOtherModel,
		picture.ErrFormat:      pass.ReasonBadImage,
		picture.ErrEmpty:       pass.ReasonBadImage,
		picture.ErrTruncated:   pass.ReasonBadImage,
		picture.ErrDamaged:     pass.ReasonBadImage,
		picture.ErrTooLarge:    pass.ReasonBadImage,
		picture.ErrAnimated:    pass.ReasonBadImage,
		picture.ErrUnsupported: pass.ReasonBadImage,
	} {
		b := newBench(t)
		got := judge(t, b.door(&eyes{err: fmt.Errorf("a look: %w", err)}), b.facePass())
		if got.Open || got.Reason != want || got.Detail == "" {
			t.Errorf("%v: decided %+v, want %q", err, got, want)
		}
	}
	if _, ok := door.Refusal(face.ErrEngine); ok {
		t.Error("a failure of the engine became a refusal")
	}
}

// TestLook: what a look that did not match leads to. Opening needs a real
// comparison; see TestWithRealFaces.
func TestLook(t *testing.T) {
	for _, c := range []struct {
		name     string
		policy   door.Policy
		look     door.Look
		want     pass.Reason
		warnings int
	}{
		{"mismatch", door.Policy{}, door.Look{Threshold: 0.4}, pass.ReasonFaceMismatch, 0},
		{"advice", door.Policy{}, door.Look{Threshold: 0.4, Advice: []string{"take off the sunglasses"}}, pass.ReasonPoorQuality, 0},
		{"suspected", door.Policy{}, door.Look{Threshold: 0.4, Suspected: true}, pass.ReasonFaceMismatch, 1},
		{"suspected, live required", door.Policy{RequireLive: true}, door.Look{Threshold: 0.4, Suspected: true}, pass.ReasonAttackSuspected, 0},
		{"no threshold", door.Policy{}, door.Look{}, pass.ReasonFaceMismatch, 0},
		{"all pass", door.Policy{}, door.Look{Threshold: -1}, pass.ReasonFaceMismatch, 0},
		{"no number", door.Policy{}, door.Look{Threshold: math.NaN()}, pass.ReasonFaceMismatch, 0},
	} {
		b := newBench(t)
		d := b.door(&eyes{look: c.look})
		d.Policy = c.policy
		got := judge(t, d, b.facePass())
		if got.Reason != c.want || len(got.Warnings) != c.warnings || got.Open {
			t.Errorf("%s: decided %+v", c.name, got)
		}
	}
}

// TestZeroValuesStayClosed covers what a forgotten field would lead to.
func TestZeroValuesStayClosed(t *testing.T) {
	b := newBench(t)
	v, err := b.facePass().Verify(b.door(nil).Trust, "front", noon)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := b.plainPass().Verify(b.door(nil).Trust, "front", noon)
	if err != nil {
		t.Fatal(err)
	}
	if d := door.Decide(door.Policy{}, plain, nil, noon.Add(consent.PassTime-1)); !d.Open {
		t.Errorf("a plain pass shown just now: %+v", d)
	}
	for name, d := range map[string]door.Decision{
		"a decision":   {},
		"shown before": door.Decide(door.Policy{}, plain, nil, noon.Add(consent.PassTime)),
		"shown later":  door.Decide(door.Policy{}, plain, nil, noon.Add(-1)),
		"no pass":      door.Decide(door.Policy{}, pass.Verified{}, &door.Look{Threshold: 0.1}, noon),
		"no look":      door.Decide(door.Policy{}, v, nil, noon),
		"a zero look":  door.Decide(door.Policy{}, v, &door.Look{}, noon),
	} {
		if d.Open {
			t.Errorf("%s opens", name)
		}
	}
	if d, err := (door.Door{Now: func() time.Time { return noon }}).Judge(nil); err != nil || d.Open {
		t.Errorf("a zero door: %+v, %v", d, err)
	}
}
