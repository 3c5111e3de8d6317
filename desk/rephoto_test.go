package desk_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/facelatch/facelatch/picture"
)

// rephoto is how a picture that lies on a table, or is held up, is photographed
// again. It is drawn, and says so wherever a figure comes from it.
type rephoto struct {
	scale, skew, lean, blur, noise, light float64
	quality                               int
}

// drawRephoto picks one at random: from sharp and straight to soft and leaning.
func drawRephoto(r *rand.Rand) rephoto {
	spread := func(most float64) float64 { return most * (2*r.Float64() - 1) }
	return rephoto{
		scale: 0.6 + 0.6*r.Float64(), skew: spread(8), lean: spread(0.2), blur: 0.3 + 1.5*r.Float64(), noise: 1 + 5*r.Float64(),
		light: 1 + spread(0.25), quality: 60 + r.IntN(35),
	}
}

// take photographs a picture again.
func (s rephoto) take(t testing.TB, p *picture.Picture, r *rand.Rand) *picture.Picture {
	t.Helper()
	w, h := int(float64(p.W)*s.scale*1.15), int(float64(p.H)*s.scale*1.15)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	sin, cos := math.Sincos(s.skew * math.Pi / 180)
	taps := []float64{-1, -0.33, 0.33, 1}
	for y := range h {
		for x := range w {
			var sum [3]float64
			for _, dy := range taps {
				for _, dx := range taps {
					u, v := float64(x)+dx*s.blur*1.2-float64(w)/2, float64(y)+dy*s.blur*1.2-float64(h)/2
					k := 1 + s.lean*u/float64(w)
					at(p, (cos*u+sin*v)*k/s.scale+float64(p.W)/2, (cos*v-sin*u)*k/s.scale+float64(p.H)/2, &sum)
				}
			}
			n := s.noise * r.NormFloat64()
			out.SetRGBA(x, y, color.RGBA{level(sum[0], s.light, n), level(sum[1], s.light, n), level(sum[2], s.light, n), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: s.quality}); err != nil {
		t.Fatal(err)
	}
	again, err := picture.Decode(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func level(sum, light, noise float64) byte {
	return byte(max(0, min(255, sum/16*light+noise)))
}

// at adds the pixel at a place; beside the picture there is a grey table.
func at(p *picture.Picture, x, y float64, sum *[3]float64) {
	i, j := int(math.Floor(x)), int(math.Floor(y))
	for c := range sum {
		if i < 0 || j < 0 || i >= p.W || j >= p.H {
			sum[c] += 110
		} else {
			sum[c] += float64(p.Pix[3*(j*p.W+i)+c])
		}
	}
}
