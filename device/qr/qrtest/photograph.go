// Package qrtest stands in for the camera in front of which somebody holds a
// pass: it photographs QR codes that were never printed, and plays back what a
// reader would have read.
//
// It is for tests, and makes no claim about any real camera: there is no motion
// blur, no rolling shutter and no crease in its paper. It panics where a test is
// wrong.
package qrtest

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Matrix is a QR code as modules: Dark is false outside of it.
type Matrix interface {
	Size() int
	Dark(x, y int) bool
}

// Shot says how a code is photographed.
type Shot struct {
	// W and H are the frame's size in pixels; 0 is 1280 by 720.
	W, H int
	// Module is the size of a module in the middle of the code, in pixels.
	Module float64
	// Turn rotates the card in the picture, Tilt leans it away from the camera,
	// both in degrees.
	Turn, Tilt float64
	// Blur is the standard deviation of the lens's blur, in pixels.
	Blur float64
	// Noise is the standard deviation of the sensor's noise, in grey levels.
	Noise float64
	// Light is the part of the light that is lost from one edge to the other.
	Light float64
	// Bow bends the card: the middle is so many modules above its sides.
	Bow float64
	// Quality is the JPEG quality; 0 is 80.
	Quality int
	// Seed picks where the card is held, and the noise.
	Seed uint64
}

// Easy, Fair and Hard are three grades of a hand holding a card: good light and
// a steady hand; a usual entrance, with paper that is not quite flat; dusk, bent
// paper, a lean of up to thirty degrees and a lens that is not quite in focus.
func Easy(module float64, seed uint64) Shot {
	r := rand.New(rand.NewPCG(seed, 1))
	return Shot{Module: module, Turn: spread(r, 8), Tilt: spread(r, 8), Blur: 0.6, Noise: 3, Light: 0.1, Quality: 85, Seed: seed}
}

// Fair is described at Easy.
func Fair(module float64, seed uint64) Shot {
	r := rand.New(rand.NewPCG(seed, 2))
	return Shot{Module: module, Turn: spread(r, 20), Tilt: spread(r, 18), Blur: 0.25 * module, Noise: 6, Light: 0.3, Bow: 1, Quality: 80, Seed: seed}
}

// Hard is described at Easy.
func Hard(module float64, seed uint64) Shot {
	r := rand.New(rand.NewPCG(seed, 3))
	return Shot{Module: module, Turn: spread(r, 45), Tilt: 20 + spread(r, 10), Blur: 0.33 * module, Noise: 10, Light: 0.5, Bow: 2, Quality: 70, Seed: seed}
}

func spread(r *rand.Rand, most float64) float64 { return most * (2*r.Float64() - 1) }

// Photograph returns the frame as a JPEG file.
func (s Shot) Photograph(m Matrix) []byte {
	if s.W == 0 {
		s.W, s.H = 1280, 720
	}
	if s.Quality == 0 {
		s.Quality = 80
	}
	r := rand.New(rand.NewPCG(s.Seed, 4))
	light := s.render(m, r)
	blur(light, s.W, s.H, s.Blur)
	frame := image.NewYCbCr(image.Rect(0, 0, s.W, s.H), image.YCbCrSubsampleRatio420)
	for i := range s.W * s.H {
		shade := 1 - s.Light*float64(i%s.W)/float64(s.W)
		frame.Y[i] = byte(max(0, min(255, light[i]*shade+s.Noise*r.NormFloat64())))
	}
	for i := range frame.Cb {
		frame.Cb[i], frame.Cr[i] = 126, 131
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, frame, &jpeg.Options{Quality: s.Quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

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
