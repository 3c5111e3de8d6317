package qrtest

import (
	"math"
	"math/rand/v2"
)

// render gives the grey level of each pixel: the mean of four points on the
// card, or the coat behind it.
func (s Shot) render(m Matrix, r *rand.Rand) []float64 {
	v := s.view(m.Size(), r)
	out := make([]float64, s.W*s.H)
	columns, rows := stripes(s.W, 29, 35), stripes(s.H, 17, 20)
	for i := range out {
		px, py := float64(i%s.W), float64(i/s.W)
		for k := range 4 {
			x, y := v.module(px+0.25+0.5*float64(k%2), py+0.25+0.5*float64(k/2))
			level, card := grey(m, x, y)
			if !card {
				level = 70 + columns[i%s.W] + rows[i/s.W]
			}
			out[i] += level / 4
		}
	}
	return out
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

// blur smooths rows, then columns, with a Gaussian.
func blur(v []float64, w, h int, sigma float64) {
	if sigma <= 0 {
		return
	}
	reach := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*reach+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	line := make([]float64, max(w, h))
	for y := range h {
		smooth(v[y*w:(y+1)*w], 1, w, kernel, line)
	}
	for x := range w {
		smooth(v[x:], w, h, kernel, line)
	}
}

func smooth(v []float64, step, n int, kernel, line []float64) {
	reach := len(kernel) / 2
	for i := range n {
		sum := 0.0
		for k, weight := range kernel {
			at := max(0, min(n-1, i+k-reach))
			sum += weight * v[at*step]
		}
		line[i] = sum
	}
	for i := range n {
		v[i*step] = line[i]
	}
}
