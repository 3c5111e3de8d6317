package face

import (
	"cmp"
	"math"
	"slices"

	"github.com/facelatch/facelatch/picture"
)

// CueOutline is the cue of a still that looks for the sides of something held:
// sheets, telephones and screens end in two straight edges, one on each side of the
// face, about parallel and about upright. Rooms have such edges too, so the cue can
// only speak against a face, and not alone.
const CueOutline = "outline"

// outlineShare is how much the cue counts, beside 1 of a look.
const outlineShare = 1.5

// What the strengths of the two sides mean, chosen on rendered attacks of half of
// the people and on press photographs (docs/models.md): none up to plain, and then
// so many log odds against a face for each of strength.
const (
	plain     = 0.6
	steepness = 30
)

// outlineOdds are log odds of a living face, from -certain to 0: 0 where no edges
// stand out beside the face.
func (c *Capture) outlineOdds() float64 {
	p := beside(c.picture, c.subject.Box)
	defer p.wipe()
	return -min(certain, max(0, p.framed()-plain)*steepness)
}

// The scale that edges are looked for at: so many points for the width of a face.
// And how far from a face, in its widths.
const (
	facePoints  = 28
	farthest    = 3
	nearest     = 0.1
	aboveFace   = 0.2  // how much higher than the face its sides are followed
	leaning     = 0.3  // how far they may lean, for their height
	parting     = 0.15 // how far two of them may differ in that
	faint       = 10   // grey levels that a step must be larger than to count
	weakest     = 0.3  // strength of a side that is looked at further
	mostOfASide = 40
)

// strip is the part of a picture at both sides of a face, in grey and small, as
// steps of brightness: to the right and down, each step of length 0 to 1.
type strip struct {
	w, h        int
	dx, dy      []float32
	left, right float64 // of the face, in points
}

// wipe forgets it.
func (s *strip) wipe() {
	clear(s.dx)
	clear(s.dy)
}

// beside is the strip of a face.
func beside(p *picture.Picture, box Box) *strip {
	k := max(1, box.W()/facePoints)
	far := farthest * box.W()
	x0, x1 := max(0, box.X0-far), min(float64(p.W), box.X1+far)
	y0, y1 := max(0, box.Y0-aboveFace*box.H()), min(float64(p.H), box.Y1)
	s := &strip{w: int((x1 - x0) / k), h: int((y1 - y0) / k), left: (box.X0 - x0) / k, right: (box.X1 - x0) / k}
	if s.w < 3 || s.h < 8 {
		return &strip{}
	}
	grey := reduced(p, x0, y0, k, s.w, s.h)
	defer clear(grey)
	s.dx, s.dy = make([]float32, s.w*s.h), make([]float32, s.w*s.h)
	for y := 1; y < s.h-1; y++ {
		for x := 1; x < s.w-1; x++ {
			s.step(grey, y*s.w+x)
		}
	}
	return s
}

// reduced is w x h points of grey of a picture, from a place on, k pixels each way
// for one of them.
func reduced(p *picture.Picture, x0, y0, k float64, w, h int) []float32 {
	grey := make([]float32, w*h)
	for y := range h {
		top, low := int(y0+float64(y)*k), max(int(y0+float64(y)*k)+1, int(y0+float64(y+1)*k))
		for x := range w {
			from, to := int(x0+float64(x)*k), max(int(x0+float64(x)*k)+1, int(x0+float64(x+1)*k))
			var sum, n int
			for j := top; j < min(low, p.H); j++ {
				row := p.Pix[3*j*p.W : 3*(j+1)*p.W]
				for i := from; i < min(to, p.W); i++ {
					sum += 299*int(row[3*i]) + 587*int(row[3*i+1]) + 114*int(row[3*i+2])
					n++
				}
			}
			grey[y*w+x] = float32(sum) / float32(1000*max(1, n))
		}
	}
	return grey
}

// step finds the step at a point (Sobel's), and makes it shorter than 1: a faint one
// counts less, but a strong one hardly more than another.
func (s *strip) step(g []float32, i int) {
	w := s.w
	dx := g[i+1] - g[i-1] + (g[i+1-w]-g[i-1-w]+g[i+1+w]-g[i-1+w])/2
	dy := g[i+w] - g[i-w] + (g[i+w-1]-g[i-w-1]+g[i+w+1]-g[i-w+1])/2
	length := float32(math.Sqrt(float64(dx*dx+dy*dy))) + faint
	s.dx[i], s.dy[i] = dx/length, dy/length
}

// side is a line from the strip's top to its foot: how far it leans, for its height,
// and how strong the edge along it is, 0 to 1.
type side struct{ lean, strength float64 }

// framed is the strength of the strongest two sides, one at the left of the face and
// one at its right: that of the weaker one, 0 to 1.
func (s *strip) framed() (strength float64) {
	if s.w == 0 {
		return 0
	}
	width := s.right - s.left
	left := s.sides(1, s.left-nearest*width)
	right := s.sides(s.right+nearest*width, float64(s.w-2))
	for _, l := range left {
		for _, r := range right {
			if math.Abs(l.lean-r.lean) <= parting {
				strength = max(strength, min(l.strength, r.strength))
			}
		}
	}
	return strength
}

// sides are the strongest lines that begin between two places at the top.
func (s *strip) sides(from, to float64) (all []side) {
	height := float64(s.h - 1)
	for x := math.Ceil(from); x <= to; x++ {
		for d := -math.Floor(leaning * height); d <= leaning*height; d++ {
			if v := s.edge(x, d); v > weakest {
				all = append(all, side{d / height, v})
			}
		}
	}
	slices.SortFunc(all, func(a, b side) int { return cmp.Compare(b.strength, a.strength) })
	return all[:min(len(all), mostOfASide)]
}

// edge is how strong the edge is along the line from x at the top that leans by so
// many points: the mean step across it. Steps both ways cancel each other, as those
// of hair, leaves and noise do.
func (s *strip) edge(x, lean float64) float64 {
	height := float64(s.h - 1)
	length := math.Hypot(lean, height)
	across, along := float32(height/length), float32(-lean/length)
	var sum float32
	at, each := x+0.5, lean/height
	for row := 0; row < len(s.dx); row += s.w {
		if i := int(at); at >= 0 && i < s.w {
			sum += s.dx[row+i]*across + s.dy[row+i]*along
		}
		at += each
	}
	return math.Abs(float64(sum)) / float64(s.h)
}
