package degrade

import (
	"math"
	"testing"

	"github.com/facelatch/facelatch/picture"
)

// TestHead: where a nose is, a mark goes with it to either side, up and down, as
// far as a nose does; what is no head stays, and at no angle nothing moves.
func TestHead(t *testing.T) {
	const eyes = 40.0
	f := Face{X: 120, Y: 110, Eyes: eyes}
	p := blank(240, 240)
	tip := [2]int{120, 133} // noseTip below the eyes
	for i := range p.Pix {
		p.Pix[i] = 20
	}
	for d := -2; d <= 2; d++ {
		for e := -2; e <= 2; e++ {
			p.Pix[3*((tip[1]+e)*p.W+tip[0]+d)] = 250
		}
	}
	for _, level := range []float64{-40, -20, 20, 40} {
		_, deep, _ := slice(noseTip)
		far := (deep + noseOut) * eyes
		sin, cos := math.Sincos(level * math.Pi / 180)
		x, y := mark(turn(p, f, level, nil))
		if !near(x, 120+far*sin) || !near(y, float64(tip[1])) {
			t.Errorf("turned by %g, the nose is at %g, %g, want %g", level, x, y, 120+far*sin)
		}
		x, y = mark(nod(p, f, level, nil))
		if want := 110 + noseTip*eyes*cos + far*sin; !near(x, 120) || !near(y, want) {
			t.Errorf("nodded by %g, the nose is at %g, %g, want %g", level, x, y, want)
		}
	}
	photograph := drawing()
	face := Face{X: 45, Y: 34, Eyes: 10}
	if d := distance(photograph, turn(photograph, face, 0, nil)); d > 0.01 {
		t.Errorf("turned by nothing it differs by %g", d)
	}
	for _, got := range []*picture.Picture{turn(photograph, face, 40, nil), nod(photograph, face, 30, nil)} {
		for y := range 8 {
			for x := range 3 * photograph.W {
				if i := 3*y*photograph.W + x; got.Pix[i] != photograph.Pix[i] {
					t.Fatalf("above the head, %d, %d changed", x/3, y)
				}
			}
		}
	}
}

func near(got, want float64) bool { return math.Abs(got-want) < 2.5 }

// mark is the middle of what is red.
func mark(p *picture.Picture) (x, y float64) {
	var sum float64
	for i := range p.W * p.H {
		if v := float64(p.Pix[3*i]) - 100; v > 0 {
			x, y, sum = x+v*float64(i%p.W), y+v*float64(i/p.W), sum+v
		}
	}
	return x / sum, y / sum
}

// TestEitherSide: neighbours turn to different sides, the same one each time.
func TestEitherSide(t *testing.T) {
	p, f := drawing(), Face{X: 45, Y: 34, Eyes: 10}
	for _, w := range Ways() {
		if !w.Either {
			continue
		}
		if distance(w.Apply(p, f, 0, 3), w.Apply(p, f, 0, 4)) == 0 || distance(w.Apply(p, f, 0, 3), w.Apply(p, f, 0, 5)) != 0 {
			t.Errorf("%s: both sides are the same", w.Name)
		}
	}
}
