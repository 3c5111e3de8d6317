package face

import (
	"math/rand/v2"
	"testing"

	"github.com/facelatch/facelatch/picture"
)

// painted is a grey picture whose pixels are drawn by a function.
func painted(w, h int, level func(x, y int) float64) *picture.Picture {
	p := &picture.Picture{W: w, H: h, Pix: make([]byte, 3*w*h), Scale: 1}
	for i := range w * h {
		v := byte(max(0, min(255, level(i%w, i/w))))
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = v, v, v
	}
	return p
}

// TestOutline: two straight edges beside a face stand out, also of a tilted sheet and
// through noise; one of them does not, nor do noise, a slope, and edges that lean
// away from each other.
func TestOutline(t *testing.T) {
	box := Box{270, 160, 370, 290}
	r := rand.New(rand.NewPCG(1, 2))
	within := func(x, y int, left, right float64) bool { // edges that lean by so much for each row
		return float64(x) > 200+left*float64(y) && float64(x) < 450+right*float64(y)
	}
	tests := map[string]struct {
		framed bool
		level  func(x, y int) float64
	}{
		"a sheet":          {true, func(x, y int) float64 { return 90 + pick(within(x, y, 0, 0), 60, 0) }},
		"a tilted sheet":   {true, func(x, y int) float64 { return 90 + pick(within(x, y, 0.15, 0.15), 60, 0) }},
		"a noisy sheet":    {true, func(x, y int) float64 { return 90 + pick(within(x, y, 0, 0), 60, 0) + 12*r.NormFloat64() }},
		"one edge":         {false, func(x, _ int) float64 { return 90 + pick(x > 200, 60, 0) }},
		"nothing":          {false, func(_, _ int) float64 { return 90 }},
		"noise":            {false, func(_, _ int) float64 { return 90 + 30*r.NormFloat64() }},
		"a slope":          {false, func(x, _ int) float64 { return float64(x) / 4 }},
		"edges that part":  {false, func(x, y int) float64 { return 90 + pick(within(x, y, -0.25, 0.25), 60, 0) }},
		"edges on the top": {false, func(x, y int) float64 { return 90 + pick(within(x, y, 0, 0) && y < 190, 60, 0) }},
	}
	for name, test := range tests {
		s := beside(painted(640, 480, test.level), box)
		if got := s.framed(); (got > plain) != test.framed {
			t.Errorf("%s: %.2f", name, got)
		}
		s.wipe()
		for i := range s.dx {
			if s.dx[i] != 0 || s.dy[i] != 0 {
				t.Fatalf("%s: not wiped", name)
			}
		}
	}
}

func pick(yes bool, a, b float64) float64 {
	if yes {
		return a
	}
	return b
}

// TestOutlineAnywhere: boxes at and beyond the edges of pictures of any size give a
// strength from 0 to 1.
func TestOutlineAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		p := painted(1+r.IntN(90), 1+r.IntN(90), func(_, _ int) float64 { return 255 * r.Float64() })
		x, y := 120*r.Float64()-20, 120*r.Float64()-20
		box := Box{x, y, x + 0.01 + 80*r.Float64(), y + 0.01 + 80*r.Float64()}
		if got := beside(p, box).framed(); !(got >= 0 && got <= 1) {
			t.Fatalf("%+v in %d x %d: %g", box, p.W, p.H, got)
		}
	}
}
