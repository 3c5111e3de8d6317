package door_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// camera is a door's eyes on a photograph, without a gate.
type camera struct {
	t      *testing.T
	engine *face.Engine
	file   string
	look   door.Look // what the last look gave
}

func (c *camera) Model() pass.ModelID { return c.engine.ModelID() }

func (c *camera) Look(g consent.Grant, r face.Reference) (door.Look, error) {
	probe, done := extract(c.t, c.engine, g, c.file)
	defer done()
	comparison, err := c.engine.Compare(g, probe, r)
	c.look = door.Look{Comparison: comparison, Threshold: 0.4}
	return c.look, err
}

func extract(t *testing.T, e *face.Engine, g consent.Grant, file string) (*face.Probe, func()) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	capture, err := e.Capture(g, p)
	if err != nil {
		t.Fatal(err)
	}
	probe, err := capture.Probe()
	if err != nil {
		t.Fatal(err)
	}
	return probe, func() { probe.Wipe(); capture.Wipe(); p.Wipe() }
}

// TestPromise2OnlyItsOwnGrantOpens shows a holder to a door, a stranger, and
// then the holder's own comparison under every grant but the right one.
func TestPromise2OnlyItsOwnGrantOpens(t *testing.T) {
	faces := filepath.Join(testenv.Faces(t), "frll")
	b := newBench(t)
	e, _, err := engine.New(home.Dir(testenv.Home(t)), b.door(nil).Now)
	if err != nil {
		t.Fatal(err)
	}
	reference := enrol(t, b, e, filepath.Join(faces, "neutral", "001_03.jpg"))
	p := b.pass(e.ModelID(), reference)

	holder := &camera{t: t, engine: e, file: filepath.Join(faces, "smiling", "001_08.jpg")}
	if d := judge(t, b.door(holder), p); !d.Open {
		t.Errorf("the holder: %s", d.Reason)
	}
	stranger := &camera{t: t, engine: e, file: filepath.Join(faces, "smiling", "002_08.jpg")}
	if d := judge(t, b.door(stranger), p); d.Open || d.Reason != pass.ReasonFaceMismatch {
		t.Errorf("a stranger: %s", d.Reason)
	}

	v, err := p.Verify(b.door(nil).Trust, "front", noon)
	if err != nil {
		t.Fatal(err)
	}
	if d := door.Decide(door.Policy{}, v, &holder.look, noon.Add(consent.PassTime)); d.Open {
		t.Error("it opens once the grant has ended")
	}
	other, err := b.pass(e.ModelID(), reference).Verify(b.door(nil).Trust, "front", noon)
	if err != nil {
		t.Fatal(err)
	}
	if d := door.Decide(door.Policy{}, other, &holder.look, noon); d.Open {
		t.Error("it opens for another pass")
	}
	if d := door.Decide(door.Policy{}, v, measured(t, e, holder.file, reference), noon); d.Open {
		t.Error("it opens for somebody who was measured")
	}
}

// enrol makes a reference of a photograph.
func enrol(t *testing.T, b *bench, e *face.Engine, file string) face.Reference {
	t.Helper()
	r, err := consent.Attest(neverRandom{}, consent.Terms{
		Site: site, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: noon.Add(-day), Until: noon.Add(day),
	})
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.Grant(b.now)
	if err != nil {
		t.Fatal(err)
	}
	probe, done := extract(t, e, g, file)
	defer done()
	reference, err := probe.Reference()
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

// neverRandom is good enough for the salt of a test.
type neverRandom struct{}

func (neverRandom) Read(p []byte) (int, error) { return len(p), nil }

// measured compares a photograph with a reference of the same person, under a
// grant to measure.
func measured(t *testing.T, e *face.Engine, file string, r face.Reference) *door.Look {
	t.Helper()
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "FRLL", Basis: "CC BY 4.0, DeBruine and Jones 2017"})
	if err != nil {
		t.Fatal(err)
	}
	probe, done := extract(t, e, g, file)
	defer done()
	c, err := e.Compare(g, probe, r)
	if err != nil {
		t.Fatal(err)
	}
	look := &door.Look{Comparison: c, Threshold: 0.4}
	if c.Score() < look.Threshold {
		t.Fatal("this test needs a comparison that would open")
	}
	return look
}
