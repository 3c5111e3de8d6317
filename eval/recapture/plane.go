package recapture

import (
	"math"

	"github.com/facelatch/facelatch/eval/degrade"
	"github.com/facelatch/facelatch/picture"
)

// plane is a picture in linear light, 0 to 1, as red, green, blue of each pixel.
type plane struct {
	w, h  int
	pix   []float32
	scale float64 // of the picture that it was made from
}

func newPlane(w, h int) *plane { return &plane{w: w, h: h, pix: make([]float32, 3*w*h), scale: 1} }

func (p *plane) wipe() {
	if p != nil {
		clear(p.pix)
	}
}

// linear is the light of each sRGB level (IEC 61966-2-1).
func linear() (table [256]float32) {
	for i := range table {
		v := float64(i) / 255
		if v <= 0.04045 {
			table[i] = float32(v / 12.92)
		} else {
			table[i] = float32(math.Pow((v+0.055)/1.055, 2.4))
		}
	}
	return table
}

// planeOf is a picture in linear light.
func planeOf(p *picture.Picture) *plane {
	out, table := newPlane(p.W, p.H), linear()
	for i, v := range p.Pix[:3*p.W*p.H] {
		out.pix[i] = table[v]
	}
	return out
}

// reduced is a photograph in linear light, averaged down to so many pixels
// between the eyes where it has more.
func reduced(s Shot, eyes float64) *plane {
	smaller := degrade.Shrink(s.Picture, degrade.Face{Eyes: s.eyes()}, eyes)
	if smaller == nil {
		return planeOf(s.Picture)
	}
	defer smaller.Wipe()
	out := planeOf(smaller)
	out.scale = float64(smaller.W) / float64(s.Picture.W)
	return out
}

// at is the light at a place, in pixels of the plane whose middles have whole
// coordinates; beyond the edge it is that of the edge.
func (p *plane) at(x, y float64) (light [3]float32) {
	x, y = max(0, min(float64(p.w-1), x)), max(0, min(float64(p.h-1), y))
	x0, y0 := int(x), int(y)
	x1, y1 := min(p.w-1, x0+1), min(p.h-1, y0+1)
	fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
	a, b := p.pix[3*(y0*p.w+x0):], p.pix[3*(y0*p.w+x1):]
	c, d := p.pix[3*(y1*p.w+x0):], p.pix[3*(y1*p.w+x1):]
	for k := range light {
		top := a[k] + fx*(b[k]-a[k])
		light[k] = top + fy*(c[k]+fx*(d[k]-c[k])-top)
	}
	return light
}

// inside is whether a place is in the plane.
func (p *plane) inside(x, y float64) bool {
	return x > -0.5 && y > -0.5 && x < float64(p.w)-0.5 && y < float64(p.h)-0.5
}

// blur smooths in place with a bell of so many pixels' standard deviation.
func (p *plane) blur(sigma float64) {
	reach := int(math.Ceil(2.5 * sigma))
	if reach < 1 {
		return
	}
	kernel := make([]float32, 2*reach+1)
	var sum float32
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = float32(math.Exp(-d * d / 2))
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	across := make([]float32, len(p.pix))
	defer clear(across)
	smooth(across, p.pix, p.w, p.h, 3, 3*p.w, kernel)
	smooth(p.pix, across, p.h, p.w, 3*p.w, 3, kernel)
}

// smooth weighs values along lines of n pixels, step apart.
func smooth(out, in []float32, n, lines, step, next int, kernel []float32) {
	reach := len(kernel) / 2
	for line := range lines {
		for i := range n {
			var r, g, b float32
			for k, w := range kernel {
				at := line*next + step*max(0, min(n-1, i+k-reach))
				r, g, b = r+w*in[at], g+w*in[at+1], b+w*in[at+2]
			}
			at := line*next + step*i
			out[at], out[at+1], out[at+2] = r, g, b
		}
	}
}

// luma is how bright a light is.
func luma(l [3]float32) float32 { return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2] }
