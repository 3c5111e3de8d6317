package face

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

func TestCaptureFindsTheSubject(t *testing.T) {
	e, f, p := newFake(t, [4]float32{0.1, 0.1, 0.15, 0.2}, middle())
	c, err := e.Capture(toMeasure(t), p)
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Subject().Box; !near(b.X0, 0.3*640, 1) || !near(b.Y1, 0.8*480, 1) {
		t.Errorf("the subject is at %v", b)
	}
	if c.Others() != 1 {
		t.Errorf("%d others", c.Others())
	}
	probe, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Wipe()
	// Promise 3: other faces are counted, never landmarked or extracted.
	if f.runs[models.Landmark] != 2 || f.runs[models.Extract] != 2 {
		t.Errorf("landmarks ran %d times and extraction %d times for one subject", f.runs[models.Landmark], f.runs[models.Extract])
	}
}

func TestCaptureRefuses(t *testing.T) {
	e, _, p := newFake(t)
	if c, err := e.Capture(toMeasure(t), p); !errors.Is(err, ErrNoFace) || c != nil {
		t.Errorf("an empty picture: %v", err)
	}
	e, f, p := newFake(t, middle(), [4]float32{0.65, 0.2, 0.9, 0.75})
	if c, err := e.Capture(toMeasure(t), p); !errors.Is(err, ErrSeveralFaces) || c != nil {
		t.Errorf("two faces: %v", err)
	}
	if f.runs[models.Landmark] != 0 {
		t.Error("a face was landmarked although it was not clear whose")
	}
	if _, err := e.CaptureCentral(toMeasure(t), p); err != nil {
		t.Errorf("measuring takes the central face: %v", err)
	}
}

// TestPromise2NoGrantNoFace calls everything that touches a face without a
// grant, with one of another power, and with one that has ended.
func TestPromise2NoGrantNoFace(t *testing.T) {
	e, f, p := newFake(t, middle())
	if _, err := e.Detect(consent.Grant{}, p); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("Detect: %v", err)
	}
	if _, err := e.Capture(consent.Grant{}, p); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("Capture: %v", err)
	}
	if _, err := e.CaptureCentral(toEnrol(t), p); !errors.Is(err, consent.ErrOtherPower) {
		t.Errorf("CaptureCentral: %v", err)
	}
	if _, err := (&Capture{}).Probe(); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("Probe: %v", err)
	}
	if _, err := (&Capture{}).Quality(); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("Quality: %v", err)
	}
	if _, err := (&Capture{}).Attack(); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("Attack: %v", err)
	}
	if _, err := (&Probe{}).Reference(); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("Reference: %v", err)
	}
	if len(f.runs) != 0 {
		t.Errorf("models ran without a grant: %v", f.runs)
	}
	e.now = func() time.Time { return noon().Add(consent.EnrolTime + time.Second) }
	if _, err := e.Capture(toEnrol(t), p); !errors.Is(err, consent.ErrNotNow) {
		t.Errorf("an ended grant: %v", err)
	}
}

// TestPromise2MeasuringSealsAndOpensNothing: what a declared data set permits
// can become neither a reference nor an open latch.
func TestPromise2MeasuringSealsAndOpensNothing(t *testing.T) {
	e, _, p := newFake(t, middle())
	g := toMeasure(t)
	probe := extract(t, e, g, p)
	if r, err := probe.Reference(); !errors.Is(err, consent.ErrOtherPower) || r != nil {
		t.Errorf("a measured probe became a reference: %v", err)
	}
	own := extract(t, e, toEnrol(t), p)
	reference, err := own.Reference()
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.Compare(g, probe, reference)
	if err != nil || c.Score() < 0.9 {
		t.Fatalf("the same face scores %v, %v", c.Score(), err)
	}
	if c.Reaches(-1, pass.ID{}, noon()) {
		t.Error("a measurement opens")
	}
	if (Comparison{}).Reaches(-2, pass.ID{}, noon()) {
		t.Error("no comparison opens")
	}
}

func extract(t testing.TB, e *Engine, g consent.Grant, p *picture.Picture) *Probe {
	t.Helper()
	c, err := e.Capture(g, p)
	if err != nil {
		t.Fatal(err)
	}
	probe, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

// TestCompareForOnePass: a comparison opens for the pass it was made for, at
// that moment, and for nothing else.
func TestCompareForOnePass(t *testing.T) {
	e, _, p := newFake(t, middle())
	reference, err := extract(t, e, toEnrol(t), p).Reference()
	if err != nil {
		t.Fatal(err)
	}
	g, id, now := toVerify(t)
	e.now = now
	probe := extract(t, e, g, p)
	if _, err := probe.Reference(); !errors.Is(err, consent.ErrOtherPower) {
		t.Errorf("a probe at a door became a reference: %v", err)
	}
	c, err := e.Compare(g, probe, reference)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Reaches(0.9, id, now()) {
		t.Errorf("the same face scores %v", c.Score())
	}
	if c.Reaches(1.01, id, now()) || c.Reaches(0.9, pass.ID{9}, now()) || c.Reaches(0.9, id, now().Add(time.Minute)) {
		t.Error("it opens above the threshold, for another pass, or later")
	}
	if _, err := e.Compare(toMeasure(t), probe, reference); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("a probe compared under another grant than its own: %v", err)
	}
	if _, err := e.Compare(g, probe, reference[:10]); !errors.Is(err, ErrReference) {
		t.Errorf("a short reference: %v", err)
	}
	probe.Wipe()
	if _, err := e.Compare(g, probe, reference); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("a wiped probe: %v", err)
	}
}

// TestPromise1LanesAreWiped looks into every lane after each way out.
func TestPromise1LanesAreWiped(t *testing.T) {
	e, f, p := newFake(t, middle())
	use := func() {
		c, err := e.Capture(toMeasure(t), p)
		if err != nil {
			return
		}
		c.Quality()
		c.Attack()
		c.Wipe()
		if _, err := c.Probe(); !errors.Is(err, consent.ErrNoGrant) {
			t.Errorf("a wiped capture: %v", err)
		}
	}
	use()
	for _, m := range models.Default().Models {
		f.fails = map[models.Role]bool{m.Role: true}
		use()
	}
	if len(f.lanes) != 6 {
		t.Errorf("%d lanes for 6 networks used one after the other", len(f.lanes))
	}
	for _, l := range f.lanes {
		for _, memory := range append([][]float32{l.input}, l.outputs...) {
			for _, v := range memory {
				if v != 0 {
					t.Fatalf("the lane of %s still holds something", l.role)
				}
			}
		}
	}
}

func TestFailuresAreNamed(t *testing.T) {
	for _, role := range []models.Role{models.Detect, models.Landmark, models.Extract, models.PAD, models.Pose} {
		e, f, p := newFake(t, middle())
		f.fails[role] = true
		c, err := e.Capture(toMeasure(t), p)
		if err == nil {
			_, quality := c.Quality()
			_, attack := c.Attack()
			err = errors.Join(quality, attack)
		}
		if !errors.Is(err, ErrEngine) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestAttack(t *testing.T) {
	e, f, p := newFake(t, middle())
	for _, bona := range []float32{9, -9} {
		f.bona = bona
		c, err := e.Capture(toMeasure(t), p)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := c.Attack(); err != nil || a.Suspected != (bona < 0) {
			t.Errorf("logit %v: %+v, %v", bona, a, err)
		}
	}
	e.attack = nil
	c, err := e.Capture(toMeasure(t), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Attack(); !errors.Is(err, ErrNoModel) {
		t.Errorf("without a model: %v", err)
	}
}

func TestManyGoroutines(t *testing.T) {
	e, f, p := newFake(t, middle())
	g := toMeasure(t)
	want := extract(t, e, g, p)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				if m, err := e.Measure(g, extract(t, e, g, p), want); err != nil || m.Plain < 0.999999 {
					t.Errorf("scores %v, %v", m, err)
				}
			}
		})
	}
	wait.Wait()
	if len(f.lanes) > 6*8+1 {
		t.Errorf("%d lanes", len(f.lanes))
	}
}

// TestNewRefusesWhatDoesNotFit: every output that is read has to have its size.
func TestNewRefusesWhatDoesNotFit(t *testing.T) {
	for i, model := range models.Default().Models {
		m := models.Default()
		m.Models[i].Outputs[0].Shape = []int64{1, 1}
		if e, err := New(Config{Manifest: m, Projection: models.Projection, Now: noon}); !errors.Is(err, models.ErrInvalid) || e != nil {
			t.Errorf("%s: %v", model.ID, err)
		}
		m = models.Default()
		m.Models[i].Outputs = m.Models[i].Outputs[:1]
		if _, err := New(Config{Manifest: m, Projection: models.Projection, Now: noon}); (err != nil) != (len(model.Outputs) > 1) {
			t.Errorf("%s with one output: %v", model.ID, err)
		}
	}
	m := models.Default()
	m.Reference.Parts[1].Projection = "other.i16"
	if _, err := New(Config{Manifest: m, Projection: models.Projection, Now: noon}); !errors.Is(err, models.ErrNoProjection) {
		t.Errorf("a missing projection: %v", err)
	}
}

// TestPromise2AGrantEnds: what was captured under a grant is of no use once the
// grant has ended.
func TestPromise2AGrantEnds(t *testing.T) {
	e, f, p := newFake(t, middle())
	c, err := e.Capture(toEnrol(t), p)
	if err != nil {
		t.Fatal(err)
	}
	probe, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	ran := f.runs[models.Extract]
	e.now = func() time.Time { return noon().Add(consent.EnrolTime) }
	_, quality := c.Quality()
	_, attack := c.Attack()
	_, again := c.Probe()
	_, reference := probe.Reference()
	for _, err := range []error{quality, attack, again, reference} {
		if !errors.Is(err, consent.ErrNotNow) {
			t.Errorf("got %v", err)
		}
	}
	if f.runs[models.Extract] != ran || f.runs[models.PAD]+f.runs[models.Pose] != 0 {
		t.Error("models ran after the grant had ended")
	}
}

// TestPromise1ProbeIsWiped looks into a probe's memory, encoded form included.
func TestPromise1ProbeIsWiped(t *testing.T) {
	e, _, p := newFake(t, middle())
	g := toMeasure(t)
	probe := extract(t, e, g, p)
	if _, err := e.Measure(g, probe, probe); err != nil {
		t.Fatal(err)
	}
	held := append(append([][]float32(nil), probe.parts...), probe.coded...)
	probe.Wipe()
	for _, part := range held {
		for _, v := range part {
			if v != 0 {
				t.Fatal("a wiped probe still holds something")
			}
		}
	}
	if len(held) != 4 {
		t.Errorf("%d parts were looked at", len(held))
	}
}
