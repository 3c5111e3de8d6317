package qrtest

import (
	"math"
	"math/rand/v2"
)

// render gives the grey level of each pixel: the mean of four points on the
// card, or the coat behind it.
func (s Shot) render(m Matrix, r *rand.Rand) []float64 {
	v := s.view(m.Size(), r)
	g := s.lamp(v)
	surface := grey
	if s.Screen {
		surface = screen
	}
	out := make([]float64, s.W*s.H)
	columns, rows := stripes(s.W, 29, 35), stripes(s.H, 17, 20)
	for i := range out {
		px, py := float64(i%s.W), float64(i/s.W)
		for k := range 4 {
			x, y := v.module(px+0.25+0.5*float64(k%2), py+0.25+0.5*float64(k/2))
			level, hit := surface(m, x, y)
			if !hit {
				level = 70 + columns[i%s.W] + rows[i/s.W]
			}
			out[i] += level / 4
		}
		out[i] += g.at(px, py)
	}
	return out
}

// lamp is a reflection: round, and brightest in its middle.
type lamp struct{ x, y, width, level float64 }

// lamp puts the reflection anywhere within the middle half of the code. It has
// a source of chance of its own, so that the same seed holds the card the same
// way with and without it.
func (s Shot) lamp(v view) lamp {
	r := rand.New(rand.NewPCG(s.Seed, 5))
	half := v.half * v.scale
	return lamp{v.cx + spread(r, half/2), v.cy + spread(r, half/2), half / 5, 230 * s.Glare}
}

func (l lamp) at(x, y float64) float64 {
	if l.level == 0 {
		return 0
	}
	x, y = (x-l.x)/l.width, (y-l.y)/l.width
	return l.level * math.Exp(-(x*x+y*y)/2)
}

func stripes(n int, wave, height float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = height * math.Sin(float64(i)/wave)
	}
	return out
}

// grey is what lies at a point of the card's plane, in modules from the code's
// corner: the code, and the card around it with lines of print beside it. Beyond
// its edges card is false.
func grey(m Matrix, x, y float64) (level float64, card bool) {
	size := float64(m.Size())
	if x < -7 || y < -6 || x > size*1.9 || y > size+6 {
		return 0, false
	}
	col, row := int(math.Floor(x)), int(math.Floor(y))
	if m.Dark(col, row) {
		return 25, true
	}
	if x > size+6 && x < size*1.8 && row%6 < 2 && (col*7+row)%11 < 7 {
		return 60, true
	}
	return 225, true
}

// screen is what lies at a point of a telephone: the code on its white square, the
// black of the rest, and beyond its edges nothing.
func screen(m Matrix, x, y float64) (level float64, telephone bool) {
	size := float64(m.Size())
	if x < -9 || y < -size*0.6 || x > size+9 || y > size*1.6 {
		return 0, false
	}
	if m.Dark(int(math.Floor(x)), int(math.Floor(y))) || x < -4 || y < -4 || x > size+4 || y > size+4 {
		return 12, true
	}
	return 245, true
}

// view maps a pixel to modules from the code's corner: it undoes a distance, a
// lean and a turn.
type view struct {
	cx, cy     float64 // The middle of the code, in pixels.
	half       float64 // Half the code, in modules.
	distance   float64 // From the camera to the middle, in modules.
	scale      float64 // Pixels in a module at that distance.
	tanLean    float64
	cosLean    float64
	sinT, cosT float64
	bow        float64
}

func (s Shot) view(size int, r *rand.Rand) view {
	v := view{half: float64(size) / 2, scale: s.Module, bow: s.Bow}
	v.distance = 4.5 * float64(size) // A card of 5 cm at a little over 20 cm.
	reach := v.half * s.Module * 1.5
	v.cx = float64(s.W)/2 + spread(r, max(0, float64(s.W)/2-reach))
	v.cy = float64(s.H)/2 + spread(r, max(0, float64(s.H)/2-reach))
	v.sinT, v.cosT = math.Sincos(s.Turn * math.Pi / 180)
	v.tanLean, v.cosLean = math.Tan(s.Tilt*math.Pi/180), math.Cos(s.Tilt*math.Pi/180)
	return v
}

func (v view) module(px, py float64) (x, y float64) {
	// The ray through the pixel, met with the leaning plane.
	right, down := (px-v.cx)/v.scale/v.distance, (py-v.cy)/v.scale/v.distance
	depth := v.distance / (1 - down*v.tanLean)
	x, y = right*depth, down*depth/v.cosLean
	x, y = v.cosT*x+v.sinT*y+v.half, -v.sinT*x+v.cosT*y+v.half
	off := x/v.half - 1
	return x, y + v.bow*(1-off*off)
}

// smear is the mean of the picture along the way that the card moves: at least one
// place for each half pixel. The coat moves with it.
func (s Shot) smear(v []float64) []float64 {
	if s.Motion <= 0 {
		return v
	}
	sin, cos := math.Sincos(2 * math.Pi * rand.New(rand.NewPCG(s.Seed, 6)).Float64())
	steps := int(math.Ceil(2*s.Motion)) + 1
	out := make([]float64, len(v))
	for i := range out {
		for k := range steps {
			far := s.Motion * (float64(k)/float64(steps-1) - 0.5)
			out[i] += s.between(v, float64(i%s.W)+far*cos, float64(i/s.W)+far*sin) / float64(steps)
		}
	}
	return out
}

// between is the level between four pixels.
func (s Shot) between(v []float64, x, y float64) float64 {
	x, y = max(0, min(x, float64(s.W-1))), max(0, min(y, float64(s.H-1)))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, s.W-1), min(y0+1, s.H-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top := v[y0*s.W+x0]*(1-fx) + v[y0*s.W+x1]*fx
	bottom := v[y1*s.W+x0]*(1-fx) + v[y1*s.W+x1]*fx
	return top*(1-fy) + bottom*fy
}
