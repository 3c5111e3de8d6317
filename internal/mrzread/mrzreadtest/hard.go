package mrzreadtest

import (
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/iddoc"
)

// Print is how one printer sets its characters. The zero value sets them as they are
// drawn.
type Print struct {
	// Wide and Tall are how much wider and taller than drawn, as a part of it; Slant
	// leans them to the right.
	Wide, Tall, Slant float64
	// Jitter is how far each stands from its place, as a part of the pitch.
	Jitter float64
	// Wear is the part of the ink that has come off, in spots.
	Wear float64
}

// DrawPrint picks a printer.
func DrawPrint(r *rand.Rand) Print {
	return Print{Wide: spread(r, 0.08), Tall: spread(r, 0.08), Slant: spread(r, 0.05), Jitter: 0.025 * r.Float64(), Wear: max(0, spread(r, 0.25))}
}

// HardPage draws a page as [Page] does, on ground that is as uneven as that of real
// documents: cloudy, with lines across the print, and by a printer with manners of its
// own.
func HardPage(size iddoc.Size, lines []string, f *Font, pitch float64, seed uint64) *Sheet {
	r := rand.New(rand.NewPCG(seed, 13))
	l := layoutOf(size)
	per := pitch / 2.54
	s := newSheet(int(l.w*per), int(l.h*per), r)
	s.Pitch, s.printer = pitch*(0.95+0.07*r.Float64()), DrawPrint(r)
	s.clouds(r, 0.14*r.Float64())
	s.portrait(r, per, l)
	s.words(r, per, l)
	s.strokes(r, r.IntN(30), 0.25)
	s.lines(lines, f, Point{l.left * per, (l.h - l.bottom) * per}, between(r, 1.6, 2.6), r)
	return s
}

// HardStrip draws lines alone as [HardPage] does.
func HardStrip(lines []string, f *Font, pitch float64, seed uint64) *Sheet {
	r := rand.New(rand.NewPCG(seed, 14))
	high := between(r, 1.6, 2.6)
	s := newSheet(int(pitch*float64(len(lines[0])+4)), int(pitch*(high*float64(len(lines))+3)), r)
	s.Pitch, s.printer = pitch, DrawPrint(r)
	s.clouds(r, 0.14*r.Float64())
	s.strokes(r, r.IntN(12), 0.25)
	s.lines(lines, f, Point{2 * pitch, (high*float64(len(lines)-1) + 2) * pitch}, high, r)
	return s
}

// clouds darken and lighten the paper unevenly, in patches of several sizes.
func (s *Sheet) clouds(r *rand.Rand, deep float64) {
	for size := 0.5 * s.Pitch; size < float64(s.W)/2; size *= 2.7 {
		n := newNoise(r, s.W, s.H, size)
		for i := range s.Light {
			s.Light[i] = clamp(s.Light[i] + deep*n.at(i%s.W, i/s.W))
		}
	}
}

// strokes are fine lines right across, as patterns in the ground have.
func (s *Sheet) strokes(r *rand.Rand, n int, deep float64) {
	for range n {
		x, y := float64(s.W)*r.Float64(), float64(s.H)*r.Float64()
		sin, cos := math.Sincos(math.Pi * r.Float64())
		dark, bend := deep*r.Float64(), spread(r, 1)/float64(s.W)
		for d := -float64(s.W); d < float64(s.W); d += 0.7 {
			u, v := int(x+d*cos-bend*d*d*sin), int(y+d*sin+bend*d*d*cos)
			if u >= 0 && v >= 0 && u < s.W && v < s.H {
				s.Light[v*s.W+u] = clamp(s.Light[v*s.W+u] - dark)
			}
		}
	}
}

// noise is a smooth field between -0.5 and 0.5, its patches of one size.
type noise struct {
	size  float64
	w     int
	knots []float64
}

func newNoise(r *rand.Rand, w, h int, size float64) *noise {
	n := &noise{size: size, w: int(float64(w)/size) + 2}
	n.knots = make([]float64, n.w*(int(float64(h)/size)+2))
	for i := range n.knots {
		n.knots[i] = r.Float64() - 0.5
	}
	return n
}

func (n *noise) at(x, y int) float64 {
	u, v := float64(x)/n.size, float64(y)/n.size
	i, j := int(u), int(v)
	u, v = u-float64(i), v-float64(j)
	k := n.knots[j*n.w+i:]
	return (k[0]*(1-u)+k[1]*u)*(1-v) + (k[n.w]*(1-u)+k[n.w+1]*u)*v
}

// OnTable lays a page on a table that is not empty: a grain, other papers with words
// on them, and dark things that reach over the page's upper edge as fingers do.
func (s *Sheet) OnTable(r *rand.Rand) *Sheet {
	edge := 0.05 + 0.25*r.Float64()
	dx, dy := int(edge*float64(s.W)), int(edge*float64(s.H))
	out := newSheet(s.W+2*dx, s.H+2*dy, r)
	out.Pitch, out.Height = s.Pitch, s.Height
	out.clouds(r, 0.6*r.Float64())
	out.strokes(r, r.IntN(40), 0.5)
	if r.IntN(2) == 0 {
		per := 0.3 * s.Pitch
		out.words(r, per, layout{float64(out.W) / per, float64(out.H) / per, 0, 0, 0})
	}
	for y := range s.H {
		copy(out.Light[(y+dy)*out.W+dx:][:s.W], s.Light[y*s.W:(y+1)*s.W])
	}
	for range r.IntN(3) {
		out.finger(float64(dx)+float64(s.W)*r.Float64(), float64(dy), 3*s.Pitch, r)
	}
	for _, line := range s.Cells {
		moved := make([]Point, len(line))
		for i, c := range line {
			moved[i] = Point{c.X + float64(dx), c.Y + float64(dy)}
		}
		out.Cells = append(out.Cells, moved)
	}
	return out
}

// finger is a smooth dark oval around a place.
func (s *Sheet) finger(x, y, wide float64, r *rand.Rand) {
	tone, long := between(r, 0.2, 0.6), wide*between(r, 1, 2)
	for v := max(0, int(y-long)); v < min(s.H, int(y+long)); v++ {
		for u := max(0, int(x-wide)); u < min(s.W, int(x+wide)); u++ {
			a, b := (float64(u)-x)/wide, (float64(v)-y)/long
			if d := a*a + b*b; d < 1 {
				s.Light[v*s.W+u] = tone * (1 - 0.3*d)
			}
		}
	}
}

// Light is how the light falls on a page.
type Light struct {
	// Shadow is how much of it a hard shadow takes from a part of the picture, Streak
	// how much contrast a band of glare does, Fade how much contrast is left out
	// everywhere.
	Shadow, Streak, Fade float64
}

// Fall changes a photograph.
func (l Light) Fall(p *Photo, r *rand.Rand) {
	diagonal := math.Hypot(float64(p.W), float64(p.H))
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	edge, soft := spread(r, 0.25)*diagonal, 2+30*r.Float64()
	sinS, cosS := math.Sincos(math.Pi * r.Float64())
	at, wide := spread(r, 0.3)*diagonal, (0.01+0.03*r.Float64())*diagonal
	for i, v := range p.Light {
		x, y := float64(i%p.W-p.W/2), float64(i/p.W-p.H/2)
		v *= 1 - l.Shadow/(1+math.Exp(-(x*cos+y*sin-edge)/soft))
		d := (x*cosS + y*sinS - at) / wide
		v += l.Streak * math.Exp(-d*d/2) * (250 - v)
		p.Light[i] = max(0, min(255, math.Round(v+l.Fade*(160-v))))
	}
}
