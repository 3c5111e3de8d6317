package recapture

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/facelatch/facelatch/eval/degrade"
	"github.com/facelatch/facelatch/picture"
)

// camera is a lens, a sensor behind a filter of three colours, and what turns
// its values into a picture.
type camera struct {
	soft    float64 // blur of the lens in pixels, for a frame 640 wide
	noise   float64 // standard deviation at a white pixel, of its light
	floor   float64 // and in the dark
	aim     float64 // mean light that exposure aims at
	balance [3]float64
	sharpen float32
	vignet  float64
	curve   float64
	quality float64 // of the JPEG
}

func drawCamera(r *rand.Rand) camera {
	c := camera{
		soft: 0.5 + 0.5*r.Float64(), noise: 0.008 + 0.02*r.Float64(), floor: 0.001 + 0.003*r.Float64(), aim: 0.16 + 0.12*r.Float64(),
		sharpen: float32(0.7 * r.Float64()), vignet: 0.25 * r.Float64(), curve: 0.9 + 0.25*r.Float64(), quality: 70 + 20*r.Float64(),
	}
	for k := range c.balance {
		c.balance[k] = 1 + 0.04*r.NormFloat64()
	}
	return c
}

// expose takes a picture of what has so much light at every place.
func (c camera) expose(w, h int, r *rand.Rand, light func(x, y float64) [3]float32) *picture.Picture {
	p := newPlane(w, h)
	defer p.wipe()
	for y := range h {
		for x := range w {
			l := light(float64(x), float64(y))
			copy(p.pix[3*(y*w+x):], l[:])
		}
	}
	p.blur(c.soft * float64(w) / frameW)
	c.meter(p)
	raw := c.sense(p, r)
	defer clear(raw)
	p.mosaicked(raw)
	out := c.develop(p)
	defer out.Wipe()
	return stored(out, c.quality)
}

// meter exposes for the middle of the frame, but not so long that more than a
// thirtieth of it burns out, balances white halfway to grey, and darkens the corners.
func (c camera) meter(p *plane) {
	var sum [3]float64
	var bright []float64
	for y := p.h / 4; y < 3*p.h/4; y++ {
		for x := p.w / 4; x < 3*p.w/4; x++ {
			lit := p.pix[3*(y*p.w+x):][:3]
			for k := range sum {
				sum[k] += float64(lit[k])
			}
			bright = append(bright, float64(max(lit[0], lit[1], lit[2])))
		}
	}
	slices.Sort(bright)
	burnt := bright[len(bright)*29/30]
	mean := (sum[0] + sum[1] + sum[2]) / 3
	var gain [3]float64
	for k := range gain {
		gain[k] = c.aim * c.balance[k] * math.Sqrt(mean/max(1e-9, sum[k])) / max(1e-9, mean/float64(p.w*p.h/4))
	}
	if over := burnt * max(gain[0], gain[1], gain[2]); over > 1 {
		for k := range gain {
			gain[k] /= over
		}
	}
	half := float64(p.w*p.w+p.h*p.h) / 4
	for i := range p.pix {
		x, y := float64(i/3%p.w)-float64(p.w)/2, float64(i/3/p.w)-float64(p.h)/2
		p.pix[i] *= float32(gain[i%3] * (1 - c.vignet*(x*x+y*y)/half))
	}
}

// colourAt is which colour a sensor's pixel sees: rows of red and green, then of
// green and blue (Bayer 1976).
func colourAt(x, y int) int { return x&1 + y&1 }

// sense is what each pixel of the sensor counts, with the noise of counting.
func (c camera) sense(p *plane, r *rand.Rand) []float32 {
	raw := make([]float32, p.w*p.h)
	for i := range raw {
		v := float64(p.pix[3*i+colourAt(i%p.w, i/p.w)])
		v += r.NormFloat64() * math.Sqrt(c.noise*c.noise*max(0, v)+c.floor*c.floor)
		raw[i] = float32(min(1, v))
	}
	return raw
}

// mosaicked fills in the colours that each pixel did not see, from the mean of
// those around it that did.
func (p *plane) mosaicked(raw []float32) {
	for y := range p.h {
		for x := range p.w {
			var sum [3]float32
			var n [3]float32
			for j := max(0, y-1); j <= min(p.h-1, y+1); j++ {
				for i := max(0, x-1); i <= min(p.w-1, x+1); i++ {
					k := colourAt(i, j)
					sum[k] += raw[j*p.w+i]
					n[k]++
				}
			}
			own := colourAt(x, y)
			for k := range sum {
				p.pix[3*(y*p.w+x)+k] = sum[k] / max(1, n[k])
			}
			p.pix[3*(y*p.w+x)+own] = raw[y*p.w+x]
		}
	}
}

// develop bends light into levels, and sharpens.
func (c camera) develop(p *plane) *picture.Picture {
	var levels [1 << 12]float32
	for i := range levels {
		levels[i] = float32(math.Pow(float64(i)/float64(len(levels)-1), c.curve/2.2))
	}
	for i, v := range p.pix {
		p.pix[i] = levels[int(max(0, min(1, v))*float32(len(levels)-1)+0.5)]
	}
	soft := newPlane(p.w, p.h)
	defer soft.wipe()
	copy(soft.pix, p.pix)
	soft.blur(1)
	out := &picture.Picture{W: p.w, H: p.h, Pix: make([]byte, len(p.pix)), Scale: 1}
	for i, v := range p.pix {
		v += c.sharpen * (v - soft.pix[i])
		out.Pix[i] = byte(255*max(0, min(1, v)) + 0.5)
	}
	return out
}

// stored is a picture that went through a JPEG of that quality. The one that it
// is given is wiped.
func stored(p *picture.Picture, quality float64) *picture.Picture {
	defer p.Wipe()
	return degrade.Compress(p, quality)
}
