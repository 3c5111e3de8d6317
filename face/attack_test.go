package face

import (
	"math"
	"testing"

	"github.com/facelatch/facelatch/models"
)

// withLooks is an engine whose only model for attacks has the given looks.
func withLooks(t *testing.T, change func(*models.Model)) (*Capture, *fakes) {
	t.Helper()
	m := models.Default()
	for i := range m.Models {
		if m.Models[i].Role == models.PAD {
			change(&m.Models[i])
		}
	}
	f := &fakes{faces: [][4]float32{middle()}, runs: map[models.Role]int{}, fails: map[models.Role]bool{}}
	e, err := New(Config{Manifest: m, Open: f.open, Projection: models.Projection, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	_, _, p := newFake(t)
	c, err := e.Capture(toMeasure(t), p)
	if err != nil {
		t.Fatal(err)
	}
	return c, f
}

// TestLooks: a belief is the mean of the looks' log odds, each within bounds, by
// weight, and each is told by its name.
func TestLooks(t *testing.T) {
	c, f := withLooks(t, func(m *models.Model) {
		m.Looks = []models.Look{{Margin: 2}, {Mirrored: true, Weight: 3}}
	})
	f.bona = 2
	c.picture = painted(c.picture.W, c.picture.H, func(_, _ int) float64 { return 90 })
	a, err := c.Attack()
	if err != nil {
		t.Fatal(err)
	}
	want := logistic((2 - math.Ln2) * 4 / (4 + outlineShare)) // three logits: 2, 0 and 0; and nothing beside the face
	if math.Abs(a.Bona-want) > 1e-6 || len(a.Cues) != 3 || f.runs[models.PAD] != 2 {
		t.Errorf("%+v, want %g twice, in %d runs", a, want, f.runs[models.PAD])
	}
	if a.Cues[0].Name != "fr-liveness-1 2" || a.Cues[1].Name != "fr-liveness-1 whole mirrored" || a.Cues[2] != (Cue{CueOutline, 0.5}) {
		t.Errorf("cues %+v", a.Cues)
	}
	f.bona = 90
	if a, err := c.Attack(); err != nil || math.Abs(a.Bona-logistic(certain*4/(4+outlineShare))) > 1e-9 {
		t.Errorf("a very sure model: %+v, %v", a, err)
	}
	f.bona = float32(math.NaN())
	if a, err := c.Attack(); err != nil || !a.Suspected {
		t.Errorf("a model that gives no number: %+v, %v", a, err)
	}
}

// TestBonaFideElsewhere: a manifest says which value stands for a living face.
func TestBonaFideElsewhere(t *testing.T) {
	c, f := withLooks(t, func(m *models.Model) { m.BonaFide = 1 })
	f.bona = 9
	if a, err := c.Attack(); err != nil || !a.Suspected {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestRegions(t *testing.T) {
	box := Box{200, 150, 270, 250}
	for _, test := range []struct {
		look models.Look
		want Box
	}{
		{models.Look{}, Box{0, 0, 640, 480}},
		{models.Look{Margin: 2}, Box{165, 100, 305, 300}},
		{models.Look{Margin: 2, Square: true}, Box{135, 100, 335, 300}},
		{models.Look{Margin: 20, Square: true}, Box{0, 0, 480, 480}},
	} {
		if got := regionOf(test.look, box, 640, 480); !sameBox(got, test.want) {
			t.Errorf("%v: %v, want %v", test.look, got, test.want)
		}
	}
}

func sameBox(a, b Box) bool {
	return math.Abs(a.X0-b.X0)+math.Abs(a.Y0-b.Y0)+math.Abs(a.X1-b.X1)+math.Abs(a.Y1-b.Y1) < 1e-9
}
