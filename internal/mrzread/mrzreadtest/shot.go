// Package mrzreadtest prints pages of documents that do not exist, and photographs
// them: what a reader of machine-readable lines is measured with, and what its
// recogniser learned from.
//
// It is for tests, and makes no claim about any real document or camera: there is
// no hologram, no worn ink, no bend in its paper. It panics where a test is wrong.
package mrzreadtest

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture/picturetest"
)

// Shot says how a page is photographed or scanned.
type Shot struct {
	// Pitch is how far apart two characters are in the picture, in pixels.
	Pitch float64
	// Quarters turns the picture by so many times ninety degrees, Skew by degrees.
	Quarters int
	Skew     float64
	// TiltX and TiltY lean the page away from the camera, in degrees.
	TiltX, TiltY float64
	// Blur is the standard deviation of the lens's blur, Motion how far the page
	// moves while the shutter is open, both as a part of the pitch.
	Blur, Motion float64
	// Noise is the standard deviation of the sensor's noise, in grey levels.
	Noise float64
	// Shade is the part of the light that is lost from one side to the other.
	Shade float64
	// Glare is how much of the contrast the reflection of a lamp takes in its
	// middle, somewhere over the lines: 1 leaves nothing there.
	Glare float64
	// Margin is the table around the page, as a part of the page.
	Margin float64
	// Quality is the JPEG quality; 0 is 85.
	Quality int
	// Seed picks noise, and where the lamp is.
	Seed uint64
}

// Photo is a picture of a page, and where its characters are in it.
type Photo struct {
	W, H  int
	Light []float64 // 0 to 255
	// Cells are the middles of the characters, Along leads from each to the next
	// one's, and Down from the top of a capital letter there to its foot.
	Cells, Along, Down [][]Point
}

// Take photographs a sheet.
func (s Shot) Take(sheet *Sheet) *Photo {
	r := rand.New(rand.NewPCG(s.Seed, 21))
	v := s.view(sheet)
	p := &Photo{W: v.w, H: v.h, Light: make([]float64, v.w*v.h)}
	table := between(r, 0.1, 0.6)
	for y := range p.H {
		for x := range p.W {
			p.Light[y*p.W+x] = sheet.at(v.back(Point{float64(x) + 0.5, float64(y) + 0.5}), table)
		}
	}
	s.glare(p, sheet, v, r)
	picturetest.Blur(p.Light, p.W, p.H, s.Blur*s.Pitch)
	s.smear(p, r)
	for i := range p.Light {
		shade := 1 - s.Shade*float64(i%p.W)/float64(p.W)
		p.Light[i] = max(0, min(255, math.Round(245*p.Light[i]*shade+s.Noise*r.NormFloat64())))
	}
	for _, line := range sheet.Cells {
		cells, along, down := make([]Point, len(line)), make([]Point, len(line)), make([]Point, len(line))
		for i, c := range line {
			cells[i] = v.to(c)
			along[i] = v.step(c, Point{sheet.Pitch / 2, 0})
			down[i] = v.step(c, Point{0, sheet.Height / 2})
		}
		p.Cells, p.Along, p.Down = append(p.Cells, cells), append(p.Along, along), append(p.Down, down)
	}
	return p
}

// JPEG returns the photograph as a file.
func (p *Photo) JPEG(quality int) []byte {
	g := image.NewGray(image.Rect(0, 0, p.W, p.H))
	for i, v := range p.Light {
		g.Pix[i] = byte(v)
	}
	if quality == 0 {
		quality = 85
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, g, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// at is the light between four pixels of a sheet, and the table's beside it.
func (s *Sheet) at(p Point, table float64) float64 {
	x, y := p.X-0.5, p.Y-0.5
	if x < 0 || y < 0 || x >= float64(s.W-1) || y >= float64(s.H-1) {
		return table
	}
	i := int(y)*s.W + int(x)
	fx, fy := x-math.Floor(x), y-math.Floor(y)
	top := s.Light[i]*(1-fx) + s.Light[i+1]*fx
	return top*(1-fy) + (s.Light[i+s.W]*(1-fx)+s.Light[i+s.W+1]*fx)*fy
}

// glare takes contrast away around a place on the lines.
func (s Shot) glare(p *Photo, sheet *Sheet, v view, r *rand.Rand) {
	if s.Glare <= 0 {
		return
	}
	line := sheet.Cells[r.IntN(len(sheet.Cells))]
	at := v.to(line[r.IntN(len(line))])
	wide, high := between(r, 2, 5)*s.Pitch, between(r, 1, 3)*s.Pitch
	if s.Quarters%2 == 1 {
		wide, high = high, wide
	}
	for i := range p.Light {
		dx, dy := (float64(i%p.W)-at.X)/wide, (float64(i/p.W)-at.Y)/high
		p.Light[i] += s.Glare * math.Exp(-(dx*dx+dy*dy)/2) * (1 - p.Light[i])
	}
}

// smear moves the page while the shutter is open.
func (s Shot) smear(p *Photo, r *rand.Rand) {
	far := s.Motion * s.Pitch
	if far <= 0 {
		return
	}
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	steps := int(math.Ceil(2*far)) + 1
	from := &Sheet{W: p.W, H: p.H, Light: p.Light}
	out := make([]float64, len(p.Light))
	for i := range out {
		for k := range steps {
			d := far * (float64(k)/float64(max(1, steps-1)) - 0.5)
			out[i] += from.at(Point{float64(i%p.W) + 0.5 + d*cos, float64(i/p.W) + 0.5 + d*sin}, p.Light[i]) / float64(steps)
		}
	}
	p.Light = out
}
