package recapture

import (
	"math"
	"math/rand/v2"
)

// hand is two thumbs that hold something by its edges, and whose they are.
type hand struct {
	thumbs [2]thumb
	skin   [3]float32
	cloth  [3]float32
}

// thumb is a rounded stroke from a to b, in millimetres.
type thumb struct{ ax, ay, bx, by, r float64 }

// drawHand has something of that size held at both sides, or below.
func drawHand(r *rand.Rand, w, h float64) (out hand) {
	tone := 0.12 + 0.4*r.Float64()
	out.skin = [3]float32{float32(tone * 1.3), float32(tone), float32(tone * 0.8)}
	shade := 0.03 + 0.5*r.Float64()*r.Float64()
	for c := range out.cloth {
		out.cloth[c] = float32(shade * (1 + 0.3*r.NormFloat64()))
	}
	low := 0.1 + 0.4*r.Float64()
	for i, side := range []float64{-1, 1} {
		y := low*h + 12*r.NormFloat64()
		out.thumbs[i] = thumb{side * (w/2 + 25), y + 25, side * (w/2 - 12 - 8*r.Float64()), y, 9 + r.Float64()}
	}
	return out
}

// at is how much light a thumb throws back at a place of the thing that is held.
func (h *hand) at(u, v float64) (skin [3]float32, covers bool) {
	for _, t := range h.thumbs {
		dx, dy := t.bx-t.ax, t.by-t.ay
		k := max(0, min(1, ((u-t.ax)*dx+(v-t.ay)*dy)/(dx*dx+dy*dy)))
		away := math.Hypot(u-t.ax-k*dx, v-t.ay-k*dy) / t.r
		if away < 1 {
			round := float32(math.Sqrt(1 - 0.8*away*away))
			return [3]float32{h.skin[0] * round, h.skin[1] * round, h.skin[2] * round}, true
		}
	}
	return skin, false
}

// torso is whoever holds it, behind it, in pixels: what shows beside and below.
type torso struct {
	x, y, r float64
	cloth   [3]float32
}

func (t torso) at(x, y float64) ([3]float32, bool) {
	d := sq((x-t.x)/t.r) + sq((y-t.y)/t.r)
	if d > 1 && (y < t.y || math.Abs(x-t.x) > t.r) {
		return [3]float32{}, false
	}
	fold := float32(0.8 + 0.2*math.Cos((x-t.x)/t.r*5))
	return [3]float32{t.cloth[0] * fold, t.cloth[1] * fold, t.cloth[2] * fold}, true
}

// eyeholes are two holes at the eyes of a print, and somebody's eyes behind them.
type eyeholes struct {
	behind affixed
	gaze   [2]float64 // how far the eyes behind have moved, of the eyes' distance
	width  float64
	height float64
	shade  float32
}

// eyeholes looks through the holes at whoever is behind in that moment.
func (p *Presentation) eyeholes(behind Shot, r *rand.Rand) *eyeholes {
	clean := []float64{1, 1.1, 1.3}[p.take.Quality]
	return &eyeholes{
		behind: p.affixed(p.print(behind, 1.2*p.take.Eyes), behind, 1),
		gaze:   [2]float64{0.03 * clean * r.NormFloat64(), 0.02 * clean * r.NormFloat64()},
		width:  0.23 * clean, height: 0.115 * clean, shade: float32([]float64{0.95, 0.8, 0.6}[p.take.Quality]),
	}
}

// at is what is seen through a hole, if there is one at the place.
func (e *eyeholes) at(u, v, eyes float64) (lit [3]float32, covers bool) {
	u, v = u/eyes, v/eyes
	middle := math.Copysign(0.5, u)
	d := math.Hypot((u-middle)/e.width, v/e.height)
	if d > 1 {
		return lit, false
	}
	lit, _ = e.behind.at(u+e.gaze[0], v+e.gaze[1])
	rim := e.shade * float32(1-0.5*max(0, d-0.8)/0.2)
	return [3]float32{lit[0] * rim, lit[1] * rim, lit[2] * rim}, true
}
