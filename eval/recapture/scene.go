package recapture

import (
	"math"
	"math/rand/v2"
)

// scene is what is behind the face: a wall, and out of focus before it things
// with straight edges, brighter and darker. Its colours are those of the
// photograph's own background, so that they tell nothing.
type scene struct {
	w, h   int
	things []thing
	slope  [2]float64
	tint   [3]float64
	dim    float64
	behind *plane
}

// thing is a rectangle in fractions of the frame.
type thing struct {
	x0, y0, x1, y1 float64
	light          [3]float64
}

// coarse is how many pixels of the frame one of the scene is.
const coarse = 4

func drawScene(r *rand.Rand, w, h int) *scene {
	s := &scene{w: w, h: h, slope: [2]float64{0.4 * r.NormFloat64(), 0.3 * r.NormFloat64()}, dim: 0.55 + 0.5*r.Float64()}
	for c := range s.tint {
		s.tint[c] = 1 + 0.06*r.NormFloat64()
	}
	for range 2 + r.IntN(5) {
		x, y := r.Float64()*1.2-0.1, r.Float64()*1.2-0.3
		t := thing{x, y, x + 0.05 + 0.3*r.Float64(), y + 0.1 + 0.7*r.Float64(), [3]float64{}}
		level := math.Exp(0.6 * r.NormFloat64())
		for c := range t.light {
			t.light[c] = level * (1 + 0.15*r.NormFloat64())
		}
		s.things = append(s.things, t)
	}
	return s
}

// paint makes the scene in the colours of a photograph's upper corners.
func (s *scene) paint(shot Shot) {
	base := corners(shot)
	s.behind = newPlane((s.w+coarse-1)/coarse, (s.h+coarse-1)/coarse)
	for j := range s.behind.h {
		for i := range s.behind.w {
			x, y := float64(i)/float64(s.behind.w), float64(j)/float64(s.behind.h)
			level := s.dim * math.Exp(s.slope[0]*(x-0.5)+s.slope[1]*(y-0.5))
			var lit [3]float64
			for c := range lit {
				lit[c] = level * s.tint[c]
			}
			for _, t := range s.things {
				if x > t.x0 && x < t.x1 && y > t.y0 && y < t.y1 {
					for c := range lit {
						lit[c] = level * s.tint[c] * t.light[c]
					}
				}
			}
			for c := range lit {
				s.behind.pix[3*(j*s.behind.w+i)+c] = float32(min(1.5, lit[c]*base[c]))
			}
		}
	}
	s.behind.blur(1.2)
}

// at is the light from the scene.
func (s *scene) at(x, y float64) [3]float32 { return s.behind.at(x/coarse, y/coarse) }

// corners is the mean light of a photograph's two upper corners, not below that
// of a dim room.
func corners(s Shot) (base [3]float64) {
	p, table, n := s.Picture, linear(), 0.0
	side := max(1, min(p.W, p.H)/10)
	for y := range side {
		for _, x0 := range []int{0, p.W - side} {
			for x := x0; x < x0+side; x++ {
				for c := range base {
					base[c] += float64(table[p.Pix[3*(y*p.W+x)+c]])
				}
				n++
			}
		}
	}
	for c := range base {
		base[c] = max(0.01, base[c]/n)
	}
	return base
}

// light is how the face, or what is held, is lit: more from one side, and in a
// colour.
type light struct {
	slope    [2]float64 // for each eye distance to the right and down
	colour   [3]float64
	level    float64
	from     [3]float64 // a direction, for what is bent
	diffuse  float64    // the share that comes from everywhere
	specular float64
}

func drawLight(r *rand.Rand) light {
	l := light{slope: [2]float64{0.06 * r.NormFloat64(), 0.05 * r.NormFloat64()}, level: 0.8 + 0.4*r.Float64(), diffuse: 0.35 + 0.4*r.Float64(), specular: r.Float64()}
	warm := 0.1 * r.NormFloat64()
	l.colour = [3]float64{1 + warm, 1, 1 - warm}
	x, y := 0.6*r.NormFloat64(), -0.5+0.4*r.NormFloat64()
	n := math.Sqrt(x*x + y*y + 1)
	l.from = [3]float64{x / n, y / n, -1 / n}
	return l
}

// on is the light that falls on a place, in eye distances from the middle
// between the eyes, of something that faces the camera.
func (l light) on(u, v float64) (out [3]float32) {
	level := l.level * max(0.3, min(2, 1+l.slope[0]*u+l.slope[1]*v))
	for c := range out {
		out[c] = float32(level * l.colour[c])
	}
	return out
}
