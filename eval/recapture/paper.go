package recapture

import (
	"math"
	"math/rand/v2"
)

// paper is a sheet that a photograph is printed on. Lengths are millimetres.
type paper struct {
	w, h, margin float64
	dx, dy       float64 // of the sheet's middle, from the middle between the eyes
	eyes         float64
	eyesPixels   float64 // of the photograph that was printed
	white        [3]float64
	black        float64 // how much light the darkest ink throws back
	colour       float64 // the share of the colours' strength that ink reaches
	dots, grain  float64 // how strong the halftone is, and the noise of ink
	period       float64 // of the halftone
	gloss        float64
	glossAt      [2]float64
	radius       float64 // that it is bent with, 0 for flat
	hand         hand
}

// drawPaper draws a sheet. The better, the larger, the finer, and the more like
// skin; a poor one is a small plain copy.
func drawPaper(r *rand.Rand, t Take) paper {
	q := int(t.Quality)
	p := paper{
		w: []float64{420, 297, 210}[q], h: []float64{594, 420, 297}[q], margin: []float64{0, 5, 12}[q],
		eyes: []float64{62, 55, 40}[q] * (1 + 0.05*r.NormFloat64()), eyesPixels: []float64{300, 110, 60}[q],
		black: []float64{0.01, 0.03, 0.07}[q] * (1 + r.Float64()), colour: []float64{0.98, 0.9, 0.75}[q] - 0.05*r.Float64(),
		dots: []float64{0.04, 0.1, 0.2}[q], grain: []float64{0.008, 0.02, 0.04}[q], period: []float64{0.1, 0.2, 0.35}[q],
		gloss: []float64{0.02, 0.1, 0.25}[q] * r.Float64(), glossAt: [2]float64{60 * r.NormFloat64(), 60 * r.NormFloat64()},
	}
	p.dx, p.dy = 0.05*p.w*r.NormFloat64(), 0.03*p.h*r.NormFloat64()
	tint := []float64{0.01, 0.04, 0.08}[q]
	for c := range p.white {
		p.white[c] = 0.85 * (1 + tint*r.NormFloat64())
	}
	switch t.Species {
	case BentPrint:
		p.radius = p.eyes * (1.3 + 0.4*float64(q) + 0.5*r.Float64())
	case CutEyes:
		p.radius = p.eyes * (4 + 4*r.Float64()) // worn before a face, it bends a little
	}
	p.hand = drawHand(r, p.w, p.h)
	return p
}

// sheet is a print before the camera.
type sheet struct {
	flat
	paper
	affixed
	light light
	holes *eyeholes
	// halftone is how much of the dots the camera can still tell.
	halftone float64
	turned   [2]float64 // how far gloss has moved
	torso    torso
}

func (p *Presentation) sheet(at pose, turn float64, holes *eyeholes) *sheet {
	s := &sheet{
		flat: p.take.place(at, p.paper.eyes, turn, p.paper.radius), paper: p.paper, light: p.light, holes: holes,
		affixed: p.affixed(p.print(p.first.Shot, p.paper.eyesPixels), p.first.Shot, p.paper.eyes),
		torso:   torso{at.x, at.y + 4.5*at.eyes, 4 * at.eyes, p.paper.hand.cloth},
	}
	s.halftone = p.paper.dots * seen(p.paper.period, p.paper.eyes/at.eyes)
	s.turned = [2]float64{4 * (at.yaw + turn), 4 * at.pitch}
	return s
}

// seen is how much of a pattern is left when a camera averages it over a pixel
// of so many millimetres, with the lens's blur (a bell of half a pixel).
func seen(period, pixel float64) float64 {
	k := math.Pi * 0.5 * pixel / period
	return math.Exp(-2 * k * k)
}

// at is a method of source.
func (s *sheet) at(x, y float64) ([3]float32, bool) {
	u, v, facing, ok := s.hit(x, y)
	if !ok {
		return s.torso.at(x, y)
	}
	on := s.light.on(u/s.eyes, v/s.eyes)
	k := float32(s.light.falls(facing))
	for c := range on {
		on[c] *= k
	}
	du, dv := u-s.dx, v-s.dy
	if skin, covers := s.hand.at(du, dv); covers {
		return times(on, skin), true
	}
	if math.Abs(du) > s.w/2 || math.Abs(dv) > s.h/2 {
		return s.torso.at(x, y)
	}
	if s.holes != nil {
		if lit, covers := s.holes.at(u, v, s.eyes); covers {
			return times(on, lit), true
		}
	}
	lit := times(on, s.ink(u, v, math.Abs(du) > s.w/2-s.margin || math.Abs(dv) > s.h/2-s.margin))
	shine := s.gloss * math.Exp(-(sq(u-s.glossAt[0]-s.turned[0])+sq(v-s.glossAt[1]-s.turned[1]))/2/sq(45))
	for c := range lit {
		lit[c] += float32(shine)
	}
	return lit, true
}

// ink is how much light the paper throws back, of each colour.
func (s *sheet) ink(u, v float64, blank bool) (back [3]float32) {
	lit, printed := s.affixed.at(u, v)
	noise := s.grain * speckle(u, v)
	if blank || !printed {
		for c := range back {
			back[c] = float32(s.white[c] * (1 + 0.3*noise))
		}
		return back
	}
	grey := luma(lit)
	for c := range back {
		k := float64(grey) + s.colour*float64(lit[c]-grey)
		k = max(0, min(1, k))
		dot := 0.0
		if s.halftone > 1e-4 {
			sin, cos := math.Sincos(0.26 + 0.52*float64(c)) // screens at 15, 45 and 75 degrees
			a, b := (u*cos+v*sin)*2*math.Pi/s.period, (v*cos-u*sin)*2*math.Pi/s.period
			dot = s.halftone * math.Cos(a) * math.Cos(b) * 4 * k * (1 - k)
		}
		back[c] = float32(s.white[c] * (s.black + (1-s.black)*max(0, k+dot)) * (1 + noise))
	}
	return back
}

func times(a, b [3]float32) [3]float32 { return [3]float32{a[0] * b[0], a[1] * b[1], a[2] * b[2]} }

func sq(v float64) float64 { return v * v }

// speckle is noise that stays where it is on the paper, about -1 to 1, in grains
// of half a millimetre.
func speckle(u, v float64) float64 {
	n := uint64(int64(math.Floor(2*u)))*0x9e3779b97f4a7c15 ^ uint64(int64(math.Floor(2*v)))*0xc2b2ae3d27d4eb4f
	n ^= n >> 29
	n *= 0xbf58476d1ce4e5b9
	n ^= n >> 32
	return float64(n&0xffff)/32768 - 1
}
