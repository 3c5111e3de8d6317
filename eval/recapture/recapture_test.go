package recapture

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/facelatch/facelatch/picture"
)

// drawing is an oval with two dark eyes before a plain wall.
func drawing(shade byte) Shot {
	p := &picture.Picture{W: 200, H: 240, Pix: make([]byte, 3*200*240), Scale: 1}
	for i := range p.W * p.H {
		x, y := float64(i%p.W), float64(i/p.W)
		level := byte(180)
		switch {
		case math.Hypot(x-80, y-100) < 7, math.Hypot(x-120, y-100) < 7:
			level = 30
		case math.Hypot((x-100)/50, (y-115)/65) < 1:
			level = shade
		}
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = level, level-10, level-20
	}
	return Shot{Picture: p, Left: Point{80, 100}, Right: Point{120, 100}}
}

func everything() []string { return append([]string{BonaFide}, Species()...) }

// TestTakes: every species in every quality renders, the same way each time and
// otherwise with another seed, and leaves the photographs alone.
func TestTakes(t *testing.T) {
	act := Act{Shot: drawing(120), Behind: drawing(90)}
	before := bytes.Clone(act.Shot.Picture.Pix)
	frames := map[string]string{}
	for _, s := range everything() {
		for _, q := range Qualities() {
			take := Take{Species: s, Quality: q, W: 160, H: 120, Eyes: 20, Seed: 5}
			got, again := still(t, take, act), still(t, take, act)
			take.Seed++
			if other := still(t, take, act); !bytes.Equal(got.Pix, again.Pix) || bytes.Equal(got.Pix, other.Pix) {
				t.Errorf("%s %s: the same seed must give the same frame, another another", s, q)
			}
			name := s + " " + q.String()
			if twin, twice := frames[string(got.Pix)]; twice && s != Frozen && s != BonaFide {
				t.Errorf("%s looks like %s", name, twin)
			}
			frames[string(got.Pix)] = name
		}
	}
	if !bytes.Equal(act.Shot.Picture.Pix, before) {
		t.Error("the photograph was changed")
	}
}

func still(t *testing.T, take Take, a Act) *picture.Picture {
	t.Helper()
	p, err := Still(take, a)
	if err != nil || p.W != take.W || p.H != take.H || len(p.Pix) != 3*p.W*p.H {
		t.Fatalf("%v: %v", take, err)
	}
	return p
}

// TestSameCamera: what is not the attack itself is the same for a person and for
// every attack.
func TestSameCamera(t *testing.T) {
	want, err := Start(Take{Species: BonaFide, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range Species() {
		got, err := Start(Take{Species: s, Quality: Poor, Seed: 9})
		if err != nil {
			t.Fatal(err)
		}
		if got.camera != want.camera || got.light != want.light || got.scene.slope != want.scene.slope || len(got.scene.things) != len(want.scene.things) {
			t.Errorf("%s has another camera, light or scene", s)
		}
		if got.stand.x != want.stand.x || got.stand.steady != want.stand.steady || got.take.Eyes != want.take.Eyes {
			t.Errorf("%s stands elsewhere", s)
		}
	}
}

// TestFrames: a person and a video change with the photograph, a print, a screen
// and a frozen video do not, but for how they are held.
func TestFrames(t *testing.T) {
	for _, s := range everything() {
		take := Take{Species: s, W: 160, H: 120, Eyes: 20, Seed: 3}
		moved := frameAfter(t, take, drawing(120), drawing(60))
		kept := frameAfter(t, take, drawing(120), drawing(120))
		if changes := s == BonaFide || s == Replay; bytes.Equal(moved.Pix, kept.Pix) == changes {
			t.Errorf("%s: changes with the photograph: want %v", s, changes)
		}
	}
}

func frameAfter(t *testing.T, take Take, first, then Shot) *picture.Picture {
	t.Helper()
	p, err := Start(take)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Wipe()
	if _, err := p.Frame(0, Act{Shot: first, Behind: first}); err != nil {
		t.Fatal(err)
	}
	got, err := p.Frame(1, Act{Shot: then, Behind: first, Turn: 10, Near: 1.2})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestRefused: takes and acts that cannot be rendered are errors.
func TestRefused(t *testing.T) {
	for _, take := range []Take{
		{},
		{Species: "mask"},
		{Species: Print, Quality: 3},
		{Species: Print, Quality: -1},
		{Species: Print, W: 10, H: 10},
		{Species: Print, Eyes: -1},
		{Species: Print, W: 100, H: 100, Eyes: 200},
		{Species: Print, W: 1 << 20, H: 1 << 20},
	} {
		if p, err := Start(take); !errors.Is(err, ErrTake) || p != nil {
			t.Errorf("%v: %v", take, err)
		}
	}
	for s, act := range map[string]Act{Print: {}, CutEyes: {Shot: drawing(120)}} {
		if _, err := Still(Take{Species: s}, act); !errors.Is(err, ErrTake) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// TestFaceIsWhereItShould: the eyes lie as far apart as was asked, in a person
// and in a print alike.
func TestFaceIsWhereItShould(t *testing.T) {
	for _, s := range []string{BonaFide, Print, Screen} {
		p, err := Start(Take{Species: s, W: 320, H: 240, Eyes: 60, Seed: 11})
		if err != nil {
			t.Fatal(err)
		}
		frame, err := p.Frame(0, Act{Shot: drawing(150)})
		if err != nil {
			t.Fatal(err)
		}
		at := p.stand.sway(0, 1)
		dark := func(x, y float64) int {
			i := 3 * (int(y)*frame.W + int(x))
			return int(frame.Pix[i]) + int(frame.Pix[i+1]) + int(frame.Pix[i+2])
		}
		sin, cos := math.Sincos(at.roll * math.Pi / 180)
		for _, side := range []float64{-1, 1} {
			x, y := at.x+side*cos*at.eyes/2, at.y+side*sin*at.eyes/2
			if dark(x, y) >= dark(at.x, at.y) {
				t.Errorf("%s: no eye at %.0f, %.0f", s, x, y)
			}
		}
		p.Wipe()
	}
}
