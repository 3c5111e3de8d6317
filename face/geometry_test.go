package face

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// TestSimilarity recovers a turn, a scale and a shift from where they put five
// points.
func TestSimilarity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		turn := rapid.Float64Range(-math.Pi, math.Pi).Draw(t, "turn")
		scale := rapid.Float64Range(0.1, 10).Draw(t, "scale")
		x, y := rapid.Float64Range(-500, 500).Draw(t, "x"), rapid.Float64Range(-500, 500).Draw(t, "y")
		sin, cos := math.Sincos(turn)
		want := affine{scale * cos, -scale * sin, x, scale * sin, scale * cos, y}
		from := cropPoints()
		var to [5]Point
		for i, p := range from {
			to[i] = want.at(p)
		}
		got := similarity(from, to)
		for _, p := range []Point{{0, 0}, {112, 0}, {0, 112}} {
			if distance(got.at(p), want.at(p)) > 1e-6*(1+scale) {
				t.Fatalf("%v goes to %v, not %v", p, got.at(p), want.at(p))
			}
		}
		if !near(got.scale(), scale, 1e-6*scale) {
			t.Fatalf("scale %v, not %v", got.scale(), scale)
		}
	})
}

func TestSimilarityOfOnePoint(t *testing.T) {
	var same [5]Point
	got := similarity(same, cropPoints())
	if math.IsNaN(got.a) || math.IsNaN(got.c) {
		t.Errorf("five equal points gave %v", got)
	}
}

func TestOverlap(t *testing.T) {
	a := Box{0, 0, 10, 10}
	for _, test := range []struct {
		b    Box
		want float64
	}{{a, 1}, {Box{10, 0, 20, 10}, 0}, {Box{5, 0, 15, 10}, 1.0 / 3}, {Box{2, 2, 7, 7}, 0.25}} {
		if got := a.overlap(test.b); !near(got, test.want, 1e-12) || got != test.b.overlap(a) {
			t.Errorf("%v: got %v, want %v", test.b, got, test.want)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, test := range []struct{ box, want Box }{
		{Box{40, 40, 60, 60}, Box{20, 20, 80, 80}},     // room on all sides
		{Box{0, 40, 20, 60}, Box{0, 20, 60, 80}},       // shifted from the left edge
		{Box{90, 90, 100, 100}, Box{70, 70, 100, 100}}, // and from the far corner
		{Box{20, 20, 80, 80}, Box{0, 0, 100, 100}},     // as large as fits
	} {
		if got := within(test.box, 3, 100, 100); got != test.want {
			t.Errorf("%v: got %v, want %v", test.box, got, test.want)
		}
	}
}
