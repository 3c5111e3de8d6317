package degrade

import (
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture"
)

// A head that photographs are laid on, in distances between its eyes, which are
// its middle: 140 mm across, 190 mm deep, with a jaw, a skull and a nose, about as
// adults' heads are. It is nobody's.
const (
	halfWide, halfDeep           = 1.1, 1.5
	skull, chin                  = 1.9, 2.1 // above and below the eyes
	noseOut, noseWide            = 0.33, 0.17
	noseTip, noseRoot, noseUnder = 0.57, 0.3, 0.12
)

// slice is how wide and how deep the head is at a height below the eyes, before
// and behind its middle.
func slice(v float64) (wide, before, behind float64) {
	if v < 0 {
		deep := halfDeep * round(-v/skull, 2.5)
		return halfWide * round(-v/skull, 3), deep, deep
	}
	deep := halfDeep * round(v/chin, 6)
	// Behind the jaw is the neck.
	return halfWide * round(v/chin, 1.7), deep, deep * (1 - 0.7*min(1, v))
}

// round is how wide something round is, of its widest, at a share of its height:
// an ellipse for a power of 2, more upright above.
func round(share, power float64) float64 { return math.Sqrt(max(0, 1-math.Pow(share, power))) }

// turn lays the photograph on a head and turns that about its upright axis: at
// levels above 0 the nose goes to the right of the picture.
func turn(p *picture.Picture, f Face, level float64, _ *rand.Rand) *picture.Picture {
	out := same(p)
	for y := max(0, int(f.Y-skull*f.Eyes)+1); y < min(p.H, int(f.Y+chin*f.Eyes)+1); y++ {
		v := (float64(y) - f.Y) / f.Eyes
		wide, before, behind := slice(v)
		line{p, out, y, false}.draw(f.X, f.Eyes, level, func(t float64) (u, z float64) {
			sin, cos := math.Sincos(t)
			if u = wide * sin; cos < 0 {
				return u, behind * cos
			}
			return u, before*cos + nose(u, v)
		})
	}
	return out
}

// nod is the same about the axis through the ears: at levels above 0 the nose
// goes down.
func nod(p *picture.Picture, f Face, level float64, _ *rand.Rand) *picture.Picture {
	out := same(p)
	reach := halfWide * f.Eyes
	for x := max(0, int(f.X-reach)+1); x < min(p.W, int(f.X+reach)+1); x++ {
		u := (float64(x) - f.X) / f.Eyes
		line{p, out, x, true}.draw(f.Y, f.Eyes, level, func(t float64) (v, z float64) {
			sin, cos := math.Sincos(t)
			if v = chin * sin; v < 0 {
				v = skull * sin
			}
			wide, before, behind := slice(v)
			if wide <= math.Abs(u) {
				return v, math.NaN()
			}
			side := math.Sqrt(1 - u*u/wide/wide)
			if cos < 0 {
				return v, -behind * side
			}
			return v, before*side + nose(u, v)
		})
	}
	return out
}

// nose is how far the nose stands out.
func nose(u, v float64) float64 {
	down := (v - noseTip) / noseRoot
	if v > noseTip {
		down = (v - noseTip) / noseUnder
	}
	across := u / noseWide
	return noseOut * math.Exp(-(across*across+down*down)/2)
}

// line is one row of the picture, or one column.
type line struct {
	from, to *picture.Picture
	at       int
	upright  bool
}

// steps is how many places about the head are looked at.
const steps = 720

// draw turns one section of the head, around which outline goes, and puts what
// then faces a camera far away over what is there. What the photograph does not
// show, the head's other half, has the colours of the half that it shows. The
// outline is no number where there is no head.
func (l line) draw(middle, scale, degrees float64, outline func(t float64) (across, towards float64)) {
	n := l.from.W
	if l.upright {
		n = l.from.H
	}
	nearest := make([]float64, n)
	for i := range nearest {
		nearest[i] = math.Inf(-1)
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	var was [3]float64 // where it is seen, how near, and where its colour is from
	for i := range steps + 1 {
		u, z := outline(2*math.Pi*float64(i)/steps - math.Pi)
		is := [3]float64{middle + scale*(u*cos+z*sin), z*cos - u*sin, middle + scale*u}
		if i > 0 && !math.IsNaN(was[1]+is[1]) {
			l.stretch(was, is, nearest)
		}
		was = is
	}
}

// stretch colours the pixels between two places on the head.
func (l line) stretch(a, b [3]float64, nearest []float64) {
	if a[0] > b[0] {
		a, b = b, a
	}
	for i := max(0, int(math.Ceil(a[0]))); i < len(nearest) && float64(i) <= b[0]; i++ {
		k := 0.0
		if b[0] > a[0] {
			k = (float64(i) - a[0]) / (b[0] - a[0])
		}
		if near := a[1] + k*(b[1]-a[1]); near > nearest[i] {
			nearest[i] = near
			l.colour(i, a[2]+k*(b[2]-a[2]))
		}
	}
}

// colour takes one pixel's from between two others.
func (l line) colour(to int, from float64) {
	n := l.from.W
	index := func(i int) int { return 3 * (l.at*l.from.W + i) }
	if l.upright {
		n = l.from.H
		index = func(i int) int { return 3 * (i*l.from.W + l.at) }
	}
	from = max(0, min(float64(n-1), from))
	first := int(from)
	k := from - float64(first)
	i, j, o := index(first), index(min(n-1, first+1)), index(to)
	for c := range 3 {
		l.to.Pix[o+c] = grey((1-k)*float64(l.from.Pix[i+c]) + k*float64(l.from.Pix[j+c]))
	}
}
