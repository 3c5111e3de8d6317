package mrzreadtest

import (
	_ "embed"
	"fmt"
	"image"
	"math"
	"strings"

	"golang.org/x/image/vector"
)

// outlinesText says in its head where it comes from.
//
//go:embed ocrb.txt
var outlinesText string

// Font is one drawing of OCR-B: OCRB has round ends, OCRBS sharp ones.
type Font struct {
	Name    string
	paths   [256][]segment
	advance float64 // of every character
	height  float64 // of capital letters and digits
}

// segment is a move, a line or a curve, its last point where it leads. Y runs
// upwards.
type segment struct {
	op byte
	p  []Point
}

// OCRB returns a drawing of OCR-B, and panics if there is none of the name.
func OCRB(name string) *Font {
	f := &Font{Name: name}
	for line := range strings.Lines(outlinesText) {
		var its, c, paths string
		var advance float64
		if n, _ := fmt.Sscanf(line, "%s %s %f", &its, &c, &advance); n != 3 || its != name {
			continue
		}
		paths = strings.SplitN(strings.TrimSpace(line), " ", 4)[3]
		f.advance = advance
		f.paths[c[0]] = parsePaths(paths)
	}
	if f.advance == 0 {
		panic("no OCR-B of the name " + name)
	}
	for _, s := range f.paths['H'] {
		for _, p := range s.p {
			f.height = max(f.height, p.Y)
		}
	}
	return f
}

func parsePaths(text string) (path []segment) {
	for _, one := range strings.Split(text, ";") {
		s := segment{op: one[0]}
		for _, pair := range strings.Fields(one[1:]) {
			var p Point
			if _, err := fmt.Sscanf(pair, "%g,%g", &p.X, &p.Y); err != nil {
				panic(err)
			}
			s.p = append(s.p, p)
		}
		path = append(path, s)
	}
	return path
}

// capHeight is the height of capital letters and digits, as a part of the pitch.
func (f *Font) capHeight() float64 { return f.height / f.advance }

// glyph draws one character of a pitch in pixels into a square of a little over
// twice the pitch, whose middle, but for the fractions, is that of its cell.
func (f *Font) glyph(c byte, pitch, fracX, fracY float64, by Print) *image.Alpha {
	side := int(math.Ceil(2*pitch)) + 2
	r := vector.NewRasterizer(side, side)
	k := pitch / f.advance
	x0 := float64(side)/2 - pitch/2 + fracX
	y0 := float64(side)/2 + f.height*k/2 + fracY
	for _, s := range f.paths[c] {
		var v [6]float32
		for i, p := range s.p {
			x, y := p.X-f.advance/2, p.Y-f.height/2
			x, y = (1+by.Wide)*x+by.Slant*y+f.advance/2, (1+by.Tall)*y+f.height/2
			v[2*i], v[2*i+1] = float32(x0+k*x), float32(y0-k*y)
		}
		switch s.op {
		case 'M':
			r.MoveTo(v[0], v[1])
		case 'L':
			r.LineTo(v[0], v[1])
		case 'C':
			r.CubeTo(v[0], v[1], v[2], v[3], v[4], v[5])
		case 'Z':
			r.ClosePath()
		}
	}
	out := image.NewAlpha(image.Rect(0, 0, side, side))
	r.Draw(out, out.Bounds(), image.Opaque, image.Point{})
	return out
}
