// Package degrade makes photographs worse in known steps, to find out where
// each stage of verification gives up.
//
// It works on pixels in memory and returns new ones, which are the caller's to
// wipe. It is pure and keeps nothing. What it makes is rendered: a dark
// photograph here is a bright one made dark, which a camera at night would not
// give quite so. A head is turned by laying its photograph on a round one of
// about the usual size: what the photograph does not show, the side of a nose, of
// a cheek, an ear, is never made up but by stretching what it does.
package degrade

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture"
)

// Face is where the face is in the photograph, in pixels.
type Face struct {
	X0, Y0, X1, Y1 float64
	// Eyes is how far they are apart.
	Eyes float64
	// X and Y are the middle between them.
	X, Y float64
}

// Way is one way in which a photograph gets worse.
type Way struct {
	Name string
	// Unit says what the levels are.
	Unit   string
	Levels []float64 // from the mildest to the worst
	// Either is whether odd seeds turn the other way.
	Either bool
	apply  func(p *picture.Picture, f Face, level float64, r *rand.Rand) *picture.Picture
}

// Ways are all of them.
func Ways() []Way {
	return []Way{
		{"size", "pixels between the eyes", []float64{60, 40, 30, 24, 18, 14, 10, 7}, false, size},
		{"blur", "standard deviation, hundredths of the eyes' distance", []float64{2, 4, 7, 10, 14, 20, 28}, false, blur},
		{"noise", "standard deviation, of 255 grey levels", []float64{8, 16, 24, 36, 50, 70, 100}, false, noise},
		{"darkness", "times less light", []float64{4, 16, 32, 64, 128, 256}, false, darkness},
		{"backlight", "times less light on the face, before white", []float64{2, 4, 8, 16, 32, 64}, false, backlight},
		{"tilt", "degrees in the plane of the picture", []float64{10, 20, 30, 45, 60, 90}, false, tilt},
		{"turn", "degrees about the neck, rendered on a round head", []float64{10, 20, 30, 40}, true, turn},
		{"nod", "degrees up or down, rendered on a round head", []float64{10, 20, 30}, true, nod},
		{"occlusion", "hundredths of the face, from one side", []float64{10, 20, 30, 40, 50, 60}, false, occlusion},
		{"mask", "hundredths of the face, from the chin up", []float64{25, 35, 45, 55}, false, mask},
		{"compression", "quality of a JPEG with half the colour", []float64{50, 30, 20, 10, 5, 2}, false, compression},
	}
}

// Apply makes the photograph as bad as the i-th level. The same seed gives the
// same noise, and the same side where there are two. A size that is larger than
// the face has is nil.
func (w Way) Apply(p *picture.Picture, f Face, i int, seed uint64) *picture.Picture {
	level := w.Levels[i]
	if w.Either && seed%2 == 1 {
		level = -level
	}
	return w.apply(p, f, level, rand.New(rand.NewPCG(seed, uint64(i))))
}

// Level is the i-th level as a number in words.
func (w Way) Level(i int) string { return fmt.Sprintf("%g", w.Levels[i]) }

// Shrink averages pixels until the eyes are so many apart; nil if they are not
// further apart than that.
func Shrink(p *picture.Picture, f Face, eyes float64) *picture.Picture { return size(p, f, eyes, nil) }

// blank is a black picture.
func blank(w, h int) *picture.Picture {
	return &picture.Picture{W: w, H: h, Pix: make([]byte, 3*w*h), Scale: 1}
}

// same is a copy of a picture.
func same(p *picture.Picture) *picture.Picture {
	out := blank(p.W, p.H)
	copy(out.Pix, p.Pix)
	return out
}

// each makes a picture of the same size from every byte of one.
func each(p *picture.Picture, f func(x, y int, v float64) float64) *picture.Picture {
	out := blank(p.W, p.H)
	for i, v := range p.Pix {
		out.Pix[i] = grey(f(i/3%p.W, i/3/p.W, float64(v)))
	}
	return out
}

func grey(v float64) byte { return byte(math.Round(max(0, min(255, v)))) }

// size averages pixels until the eyes are so many apart.
func size(p *picture.Picture, f Face, eyes float64, _ *rand.Rand) *picture.Picture {
	k := eyes / f.Eyes
	if !(k < 1) {
		return nil
	}
	out := blank(max(1, int(float64(p.W)*k)), max(1, int(float64(p.H)*k)))
	for y := range out.H {
		y0, y1 := y*p.H/out.H, max(y*p.H/out.H+1, (y+1)*p.H/out.H)
		for x := range out.W {
			x0, x1 := x*p.W/out.W, max(x*p.W/out.W+1, (x+1)*p.W/out.W)
			for c := range 3 {
				sum := 0
				for j := y0; j < y1; j++ {
					for i := x0; i < x1; i++ {
						sum += int(p.Pix[3*(j*p.W+i)+c])
					}
				}
				out.Pix[3*(y*out.W+x)+c] = grey(float64(sum) / float64((y1-y0)*(x1-x0)))
			}
		}
	}
	return out
}

// blur smooths as a lens out of focus does.
func blur(p *picture.Picture, f Face, level float64, _ *rand.Rand) *picture.Picture {
	sigma := max(0.3, level/100*f.Eyes)
	reach := int(math.Ceil(3 * sigma))
	kernel, sum := make([]float64, 2*reach+1), 0.0
	for i := range kernel {
		d := float64(i-reach) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	for i := range kernel {
		kernel[i] /= sum
	}
	across := smooth(p, kernel, 1, 0)
	defer across.Wipe()
	return smooth(across, kernel, 0, 1)
}

// smooth weighs pixels along one direction.
func smooth(p *picture.Picture, kernel []float64, dx, dy int) *picture.Picture {
	out, reach := blank(p.W, p.H), len(kernel)/2
	for y := range p.H {
		for x := range p.W {
			var sum [3]float64
			for k, weight := range kernel {
				i := max(0, min(p.W-1, x+(k-reach)*dx))
				j := max(0, min(p.H-1, y+(k-reach)*dy))
				for c := range 3 {
					sum[c] += weight * float64(p.Pix[3*(j*p.W+i)+c])
				}
			}
			for c := range 3 {
				out.Pix[3*(y*p.W+x)+c] = grey(sum[c])
			}
		}
	}
	return out
}

// noise adds normal noise to every pixel and colour.
func noise(p *picture.Picture, _ Face, level float64, r *rand.Rand) *picture.Picture {
	return each(p, func(_, _ int, v float64) float64 { return v + level*r.NormFloat64() })
}

// gamma is that of a screen: light is about the power of the grey level.
const gamma = 2.2

// darkness takes light away; what a camera amplifies then is coarse and noisy.
func darkness(p *picture.Picture, _ Face, level float64, r *rand.Rand) *picture.Picture {
	k := math.Pow(1/level, 1/gamma)
	return each(p, func(_, _ int, v float64) float64 { return math.Round(v*k + 1.5*r.NormFloat64()) })
}

// tilt turns the picture about the face.
func tilt(p *picture.Picture, f Face, level float64, _ *rand.Rand) *picture.Picture {
	out := blank(p.W, p.H)
	cx, cy := (f.X0+f.X1)/2, (f.Y0+f.Y1)/2
	sin, cos := math.Sincos(level * math.Pi / 180)
	for y := range p.H {
		for x := range p.W {
			dx, dy := float64(x)-cx, float64(y)-cy
			i := max(0, min(p.W-1, int(math.Round(cx+cos*dx+sin*dy))))
			j := max(0, min(p.H-1, int(math.Round(cy-sin*dx+cos*dy))))
			copy(out.Pix[3*(y*p.W+x):][:3], p.Pix[3*(j*p.W+i):][:3])
		}
	}
	return out
}
