package recapture

import (
	"math"
	"math/rand/v2"
)

// screen is a telephone, a tablet or a monitor. Lengths are millimetres.
type screen struct {
	w, h, bezel float64
	dx, dy      float64 // of its middle, from the middle between the eyes
	eyes        float64
	eyesPixels  float64 // of the photograph shown
	pitch       float64 // of its pixels
	moire       float64 // how strong beats with the camera's pixels are
	white       [3]float64
	black       float64 // light of a black pixel
	gamma       float64
	mirror      float64 // the share of the scene's light that it throws back
	lamp        [4]float64
	lampLight   float64
	bands       float64 // of its own flicker, in the camera's rows
	video       float64 // JPEG quality of what it shows
	frame       float64 // how bright the bezel is
	hand        hand
	held        bool
}

// drawScreen draws one. The better, the finer its pixels, the closer its light
// and colours to the room's, and the less it mirrors.
func drawScreen(r *rand.Rand, t Take) screen {
	q := int(t.Quality)
	kind := r.IntN(3) // telephone, tablet, monitor
	s := screen{
		w: []float64{70, 165, 530}[kind], h: []float64{150, 230, 300}[kind], eyes: []float64{24, 46, 62}[kind] * (1 + 0.06*r.NormFloat64()),
		bezel: []float64{4, 9, 20}[kind], pitch: []float64{0.06, 0.1, 0.25}[kind] * (1 + 0.15*r.Float64()), held: kind < 2,
		eyesPixels: []float64{300, 120, 60}[q], moire: []float64{0.015, 0.05, 0.12}[q] * (0.5 + r.Float64()),
		black: []float64{0.002, 0.008, 0.02}[q], gamma: 1 + []float64{0.02, 0.07, 0.12}[q]*r.NormFloat64(),
		mirror: []float64{0.005, 0.02, 0.05}[q] * (0.5 + r.Float64()), lampLight: []float64{0, 0.15, 0.5}[q] * r.Float64(),
		bands: []float64{0.005, 0.02, 0.06}[q] * r.Float64(), video: []float64{85, 60, 35}[q], frame: 0.01 + 0.5*float64(r.IntN(4)/3),
	}
	s.dx, s.dy = 0.05*s.w*r.NormFloat64(), 0.04*s.h*r.NormFloat64()
	bright := math.Exp([]float64{0.1, 0.35, 0.7}[q] * r.NormFloat64())
	blue := []float64{0.02, 0.08, 0.18}[q] * (0.5 + r.Float64())
	s.white = [3]float64{bright * (1 - blue), bright, bright * (1 + blue)}
	x, y := s.w*(r.Float64()-0.5), s.h*(r.Float64()-0.5)
	s.lamp = [4]float64{x, y, x + s.w*0.25*r.Float64(), y + s.h*0.2*r.Float64()}
	s.hand = drawHand(r, s.w+2*s.bezel, s.h+2*s.bezel)
	return s
}

// panel is a screen before the camera.
type panel struct {
	flat
	screen
	affixed
	light  light
	scene  *scene
	torso  torso
	turned [2]float64
	phase  float64 // of the flicker in this frame
	rows   float64 // of a frame
	curve  [1 << 10]float64
}

func (p *Presentation) panel(at pose, turn float64, shown affixed, i int) *panel {
	s := p.screen
	if !s.held { // a monitor stands still
		at.roll, at.yaw, at.pitch = 0.2*at.roll, 0.1*at.yaw, 0.1*at.pitch
	}
	return &panel{
		flat: p.take.place(at, s.eyes, turn, 0), screen: s, affixed: shown, light: p.light, scene: p.scene,
		torso: torso{at.x, at.y + 4.5*at.eyes, 4 * at.eyes, s.hand.cloth}, turned: [2]float64{2 * at.yaw, 2 * at.pitch},
		phase: 2.4 * float64(i), rows: float64(p.take.H), curve: bent(s.gamma),
	}
}

// at is a method of source.
func (s *panel) at(x, y float64) ([3]float32, bool) {
	u, v, facing, ok := s.hit(x, y)
	if !ok {
		return [3]float32{}, false
	}
	on := s.light.on(u/s.eyes, v/s.eyes)
	du, dv := u-s.dx, v-s.dy
	if s.held {
		if skin, covers := s.hand.at(du, dv); covers {
			return times(on, skin), true
		}
	}
	beyond := max(math.Abs(du)-s.w/2, math.Abs(dv)-s.h/2)
	switch {
	case beyond <= 0:
		return s.glow(x, y, u, v, du, dv, on), true
	case beyond <= s.bezel:
		k := float32(s.frame * s.light.falls(facing))
		return [3]float32{on[0] * k, on[1] * k, on[2] * k}, true
	case !s.held:
		return [3]float32{}, false
	}
	return s.torso.at(x, y)
}

// glow is the screen's own light, with the beats of its grid and the camera's,
// its flicker, and what it mirrors.
func (s *panel) glow(x, y, u, v, du, dv float64, on [3]float32) (out [3]float32) {
	lit, shown := s.affixed.at(u, v)
	if !shown {
		lit = [3]float32{}
	}
	flicker := 1 + s.bands*math.Sin(2*math.Pi*3*y/s.rows+s.phase)
	lamp := 0.0
	if a, b := du+s.turned[0], dv+s.turned[1]; a > s.lamp[0] && a < s.lamp[2] && b > s.lamp[1] && b < s.lamp[3] {
		lamp = s.lampLight
	}
	mirrored := s.scene.at(float64(s.scene.w)-x, y)
	for c := range out {
		own := s.curve[int(lit[c]*float32(len(s.curve)-1)+0.5)] * s.white[c] * flicker
		own *= 1 + s.grid(u, v, c)
		out[c] = float32(own+s.black*s.white[c]+lamp) + float32(s.mirror)*(0.5*on[c]+mirrored[c])
	}
	return out
}

// bent is the light of a screen whose curve is another than the photograph's.
func bent(gamma float64) (table [1 << 10]float64) {
	for i := range table {
		table[i] = math.Pow(float64(i)/float64(len(table)-1), gamma)
	}
	return table
}

// grid is the pattern of the screen's pixels as a camera that skips some of its
// own sees it: stripes of three colours, sampled once in each pixel, so that
// they beat. What a lens would have averaged away is in the strength.
func (s *panel) grid(u, v float64, c int) float64 {
	along := math.Cos(2 * math.Pi * (u/s.pitch + float64(c)/3))
	across := math.Cos(2 * math.Pi * v / s.pitch)
	return s.moire * (along + 0.6*across)
}
