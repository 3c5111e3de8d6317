package degrade

import (
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture"
)

// backlight leaves the face little light, and makes what is behind it white. The
// edge of the face is soft, as glare is.
func backlight(p *picture.Picture, f Face, level float64, r *rand.Rand) *picture.Picture {
	k := math.Pow(1/level, 1/gamma)
	cx, cy := (f.X0+f.X1)/2, (f.Y0+f.Y1)/2
	rx, ry := 0.75*(f.X1-f.X0), 0.75*(f.Y1-f.Y0)
	return each(p, func(x, y int, v float64) float64 {
		away := math.Hypot((float64(x)-cx)/rx, (float64(y)-cy)/ry)
		white := max(0, min(1, (away-0.9)/0.3))
		if float64(y) > cy && math.Abs(float64(x)-cx) < 2*rx*(float64(y)-cy)/ry {
			white = min(white, 0.2) // shoulders stand before the light, too
		}
		return (1-white)*(v*k+1.5*r.NormFloat64()) + 255*white
	})
}

// occlusion covers the face from one side, as a door's edge or a hand does.
func occlusion(p *picture.Picture, f Face, level float64, _ *rand.Rand) *picture.Picture {
	edge := f.X0 + level/100*(f.X1-f.X0)
	return each(p, func(x, y int, v float64) float64 {
		if float64(x) < edge && float64(x) > f.X0-0.3*(f.X1-f.X0) && float64(y) > f.Y0-0.3*(f.Y1-f.Y0) && float64(y) < f.Y1+0.3*(f.Y1-f.Y0) {
			return 120
		}
		return v
	})
}

// mask covers the face from the chin up with something light and smooth, whose
// upper edge is highest in the middle.
func mask(p *picture.Picture, f Face, level float64, _ *rand.Rand) *picture.Picture {
	out := same(p)
	w, h := f.X1-f.X0, f.Y1-f.Y0
	cx := (f.X0 + f.X1) / 2
	for y := range p.H {
		for x := range p.W {
			side := math.Abs(float64(x)-cx) / (w / 2)
			top := f.Y1 - level/100*h + 0.12*h*side*side
			bottom := f.Y1 + 0.05*h - 0.35*h*side*side
			if side < 1 && float64(y) > top && float64(y) < bottom {
				shade := 1 - 0.15*side
				i := 3 * (y*p.W + x)
				out.Pix[i], out.Pix[i+1], out.Pix[i+2] = grey(190*shade), grey(215*shade), grey(230*shade)
			}
		}
	}
	return out
}
