// Package qrtest stands in for the camera in front of which somebody holds a
// pass: it photographs QR codes that were never printed, and plays back what a
// reader would have read.
//
// It is for tests, and makes no claim about any real camera: there is no
// rolling shutter, no crease in its paper, and a screen shows none of its own
// pixels. It panics where a test is wrong.
package qrtest

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture/picturetest"
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
	// Motion is how far the card moves in the picture while the shutter is open,
	// in pixels, in a direction that the seed picks.
	Motion float64
	// Noise is the standard deviation of the sensor's noise, in grey levels.
	Noise float64
	// Light is the part of the light that is lost from one edge to the other.
	Light float64
	// Bow bends the card: the middle is so many modules above its sides.
	Bow float64
	// Screen shows the code on a telephone in place of a card: lit from behind, on
	// a white square no wider than the quiet zone, with black around it.
	Screen bool
	// Exposure multiplies the light before the sensor cuts it off at white; 0 is 1.
	Exposure float64
	// Glare lays the reflection of a lamp over a part of the code: 1 makes the
	// dark modules in its middle white, and with 2 they are lost over about a
	// fifth of the code's width.
	Glare float64
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
	if s.Exposure == 0 {
		s.Exposure = 1
	}
	r := rand.New(rand.NewPCG(s.Seed, 4))
	light := s.render(m, r)
	picturetest.Blur(light, s.W, s.H, s.Blur)
	light = s.smear(light)
	frame := image.NewYCbCr(image.Rect(0, 0, s.W, s.H), image.YCbCrSubsampleRatio420)
	for i := range s.W * s.H {
		shade := 1 - s.Light*float64(i%s.W)/float64(s.W)
		frame.Y[i] = byte(max(0, min(255, s.Exposure*light[i]*shade+s.Noise*r.NormFloat64())))
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
