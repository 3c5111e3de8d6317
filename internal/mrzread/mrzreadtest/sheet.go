package mrzreadtest

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// Point is a place in a picture, in pixels; the middle of the first is 0.5, 0.5.
type Point struct{ X, Y float64 }

// Sheet is a page as printed: what part of the light it throws back.
type Sheet struct {
	W, H  int
	Light []float64
	// Cells are the middles of the characters of each line, Pitch how far apart they
	// are, and Height how high a capital letter is.
	Cells         [][]Point
	Pitch, Height float64

	printer Print
}

// layout is each size in millimetres: the page, where its last line begins, and how
// much room the others take above it.
type layout struct{ w, h, left, bottom, lines float64 }

func layoutOf(size iddoc.Size) layout {
	switch size {
	case iddoc.TD1:
		return layout{85.6, 54, 4.7, 6, 12.7}
	case iddoc.TD2:
		return layout{105, 74, 6, 8, 6.4}
	}
	return layout{125, 88, 6, 9.4, 6.4}
}

// Page draws a page of a document that does not exist, with a pitch of so many
// pixels: fine curves all over, a grey oval for a portrait, words, and the lines at
// its foot.
func Page(size iddoc.Size, lines []string, f *Font, pitch float64, seed uint64) *Sheet {
	r := rand.New(rand.NewPCG(seed, 11))
	l := layoutOf(size)
	per := pitch / 2.54
	s := newSheet(int(l.w*per), int(l.h*per), r)
	s.Pitch = pitch * (0.97 + 0.03*r.Float64())
	s.portrait(r, per, l)
	s.words(r, per, l)
	s.lines(lines, f, Point{l.left * per, (l.h - l.bottom) * per}, between(r, 1.75, 2.5), r)
	return s
}

// Strip draws lines alone, on the same ground.
func Strip(lines []string, f *Font, pitch float64, seed uint64) *Sheet {
	r := rand.New(rand.NewPCG(seed, 12))
	high := between(r, 1.6, 2.5)
	s := newSheet(int(pitch*float64(len(lines[0])+4)), int(pitch*(high*float64(len(lines))+3)), r)
	s.Pitch = pitch
	s.lines(lines, f, Point{2 * pitch, (high*float64(len(lines)-1) + 2) * pitch}, high, r)
	return s
}

// newSheet is paper with a guilloche.
func newSheet(w, h int, r *rand.Rand) *Sheet {
	s := &Sheet{W: w, H: h, Light: make([]float64, w*h)}
	ground, depth := between(r, 0.62, 0.95), between(r, 0, 0.12)
	fine := 2 * math.Pi * between(r, 60, 160) / float64(w)
	wave, swing := 2*math.Pi*between(r, 1, 6)/float64(w), between(r, 0, 40)
	slope := spread(r, 0.2)
	table := newSines()
	for y := range h {
		across := swing * math.Sin(1.3*wave*float64(y))
		for x := range w {
			a := table[int(fine*(float64(y)+swing*table.sin(wave*float64(x)))*turn)&1023]
			b := table[int(0.7*fine*(float64(x)+across)*turn)&1023]
			shade := slope * (float64(x)/float64(w) - 0.5)
			s.Light[y*w+x] = clamp(ground + shade - depth*(max(0, a)*a*a+max(0, b)*b*b))
		}
	}
	return s
}

// sines are one turn of the sine in 1024 steps, for pages drawn by the thousand.
type sines [1024]float64

const turn = 1024 / (2 * math.Pi)

func (t *sines) sin(v float64) float64 { return t[int(v*turn)&1023] }

func newSines() (t sines) {
	for i := range t {
		t[i] = math.Sin(float64(i) / turn)
	}
	return t
}

// portrait is a grey oval, which no face finder takes for a face.
func (s *Sheet) portrait(r *rand.Rand, per float64, l layout) {
	w, h := 0.24*l.w*per, 0.38*l.h*per
	x0, y0 := 0.05*l.w*per, 0.12*l.h*per
	for y := y0; y < y0+h; y++ {
		for x := x0; x < x0+w; x++ {
			dx, dy := (x-x0)/w-0.5, (y-y0)/h-0.5
			v := 0.75
			if dx*dx+dy*dy < 0.15 {
				v = 0.35 + 0.1*math.Sin(9*dx) + 0.05*r.Float64()
			}
			s.Light[int(y)*s.W+int(x)] = v
		}
	}
}

// words are the fields that people read.
func (s *Sheet) words(r *rand.Rand, per float64, l layout) {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err)
	}
	mask := image.NewAlpha(image.Rect(0, 0, s.W, s.H))
	for i := range 9 {
		high := between(r, 1.8, 3.5)
		if foot := (0.08+0.066*float64(i))*l.h + high; foot > l.h-l.bottom-l.lines-3 {
			break // the zone of the lines is kept free
		}
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: high * per, DPI: 72})
		if err != nil {
			panic(err)
		}
		d := font.Drawer{Dst: mask, Src: image.Opaque, Face: face}
		d.Dot = fixed.P(int(0.36*l.w*per), int((0.08+0.066*float64(i))*l.h*per+high*per))
		d.DrawString(some(r, letters, 3+r.IntN(9)) + " " + some(r, digits+letters, 3+r.IntN(6)))
	}
	s.ink(mask, 0, 0, 0.2)
}

func (s *Sheet) ink(mask *image.Alpha, x0, y0 int, dark float64) {
	b := mask.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			if a := mask.Pix[y*mask.Stride+x]; a > 0 && x0+x >= 0 && x0+x < s.W && y0+y >= 0 && y0+y < s.H {
				p := &s.Light[(y0+y)*s.W+x0+x]
				*p += float64(a) / 255 * (dark - *p)
			}
		}
	}
}

// lines prints the lines upwards from the last, high pitches apart. How far the ink
// spreads differs from printer to printer.
func (s *Sheet) lines(lines []string, f *Font, last Point, high float64, r *rand.Rand) {
	dark, gain := between(r, 0.05, 0.28), spread(r, 0.35)
	s.Height = f.capHeight() * s.Pitch * (1 + s.printer.Tall)
	for i, line := range lines {
		y := last.Y - float64(len(lines)-1-i)*high*s.Pitch
		cells := make([]Point, len(line))
		for j := range line {
			cells[j] = Point{last.X + (float64(j)+0.5)*s.Pitch, y}
			at := cells[j]
			if k := s.printer.Jitter * s.Pitch; k > 0 {
				at = Point{at.X + k*r.NormFloat64(), at.Y + k*r.NormFloat64()}
			}
			s.print(f, line[j], at, dark, gain, r)
		}
		s.Cells = append(s.Cells, cells)
	}
}

func (s *Sheet) print(f *Font, c byte, at Point, dark, gain float64, r *rand.Rand) {
	half := (math.Ceil(2*s.Pitch) + 2) / 2
	x0, y0 := math.Floor(at.X-half), math.Floor(at.Y-half)
	mask := f.glyph(c, s.Pitch, at.X-half-x0, at.Y-half-y0, s.printer)
	v := make([]float64, len(mask.Pix))
	for i, a := range mask.Pix {
		v[i] = float64(a) / 255
	}
	picturetest.Blur(v, mask.Stride, mask.Rect.Dy(), 0.04*s.Pitch)
	if s.printer.Wear > 0 {
		worn := newNoise(r, mask.Stride, mask.Rect.Dy(), max(1, 0.12*s.Pitch))
		for i := range v {
			v[i] -= max(0, worn.at(i%mask.Stride, i/mask.Stride)+s.printer.Wear-0.4)
		}
	}
	for i := range v {
		mask.Pix[i] = byte(255 * clamp(3*(v[i]-0.5)+0.5+gain))
		if v[i] < 0.02 {
			mask.Pix[i] = 0
		}
	}
	s.ink(mask, int(x0), int(y0), dark)
}

func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

func spread(r *rand.Rand, most float64) float64 { return most * (2*r.Float64() - 1) }

func clamp(v float64) float64 { return max(0, min(1, v)) }
