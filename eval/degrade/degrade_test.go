package degrade

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"github.com/facelatch/facelatch/picture"
)

// drawing is smooth and coloured, with an edge.
func drawing() *picture.Picture {
	p := blank(90, 70)
	for i := range p.W * p.H {
		x, y := i%p.W, i/p.W
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = byte(2*x), byte(3*y), byte(100+50*math.Sin(float64(x)/5))
		if x > 45 && y > 30 {
			p.Pix[3*i] = 250
		}
	}
	return p
}

func here() Face { return Face{30, 20, 60, 60, 15, 45, 34} }

// TestWays: every way changes the photograph more at every level, the same way
// each time, and leaves the original alone.
func TestWays(t *testing.T) {
	p := drawing()
	before := bytes.Clone(p.Pix)
	for _, w := range Ways() {
		last := 0.0
		for i := range w.Levels {
			got, again := w.Apply(p, here(), i, 7), w.Apply(p, here(), i, 7)
			if w.Name == "size" {
				if w.Levels[i] < 15 && (got == nil || got.W != int(90*w.Levels[i]/15)) || w.Levels[i] >= 15 && got != nil {
					t.Errorf("size %g: %v", w.Levels[i], got)
				}
				continue
			}
			if !bytes.Equal(got.Pix, again.Pix) || got.W != p.W || got.H != p.H {
				t.Errorf("%s %s differs from itself", w.Name, w.Level(i))
			}
			if d := distance(p, got); d < last {
				t.Errorf("%s %s changes less than the level before: %.2f, %.2f", w.Name, w.Level(i), d, last)
			} else {
				last = d
			}
		}
	}
	if !bytes.Equal(p.Pix, before) {
		t.Error("the original was changed")
	}
}

// distance is the mean square of the differences; for a picture that is turned
// further it need not grow for ever, nor does it here.
func distance(a, b *picture.Picture) (sum float64) {
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i])
		sum += d * d / float64(len(a.Pix))
	}
	return sum
}

// TestCompression loses what the encoder of the standard library loses.
func TestCompression(t *testing.T) {
	p := drawing()
	img := image.NewRGBA(image.Rect(0, 0, p.W, p.H))
	for i := range p.W * p.H {
		img.Set(i%p.W, i/p.W, color.RGBA{p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2], 255})
	}
	for i, w := 0, Ways()[10]; i < len(w.Levels); i++ {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: int(w.Levels[i])}); err != nil {
			t.Fatal(err)
		}
		want, err := picture.Decode(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got := w.Apply(p, here(), i, 0)
		if between, lost := distance(got, want), distance(p, want); between > 0.35*lost+2 {
			t.Errorf("quality %s: %.1f from the library's, which is %.1f from the original", w.Level(i), between, lost)
		}
	}
}
