package face

import (
	"testing"

	"github.com/facelatch/facelatch/picture"
)

// gradient is a picture whose red is its column and green its row.
func gradient(w, h int) *picture.Picture {
	p := &picture.Picture{W: w, H: h, Pix: make([]byte, 3*w*h)}
	for y := range h {
		for x := range w {
			p.Pix[3*(y*w+x)], p.Pix[3*(y*w+x)+1], p.Pix[3*(y*w+x)+2] = byte(x), byte(y), 100
		}
	}
	return p
}

func colours(w, h int) layout {
	return layout{w: w, h: h, scale: [3]float32{1, 1, 1}}
}

func TestSampleKeepsPixels(t *testing.T) {
	p, l := gradient(40, 30), colours(40, 30)
	dst := make([]float32, 3*40*30)
	sample(dst, l, p, fit(Box{0, 0, 40, 30}, 40, 30))
	for y := range 30 {
		for x := range 40 {
			if r, g, b := dst[y*40+x], dst[1200+y*40+x], dst[2400+y*40+x]; !near(float64(r), float64(x), 1e-3) || !near(float64(g), float64(y), 1e-3) || !near(float64(b), 100, 1e-3) {
				t.Fatalf("pixel %d,%d became %v %v %v", x, y, r, g, b)
			}
		}
	}
}

// TestShrinkAndSampleAgree on a smooth picture, at whole and broken ratios.
func TestShrinkAndSampleAgree(t *testing.T) {
	p, l := gradient(240, 180), colours(32, 24)
	for _, region := range []Box{{0, 0, 240, 180}, {20, 10, 180, 130}, {-60, -45, 300, 225}} {
		a, b := make([]float32, 3*32*24), make([]float32, 3*32*24)
		shrink(a, l, p, region)
		sample(b, l, p, fit(region, 32, 24))
		for i := range a {
			x, y := region.X0+region.W()*float64(i%32)/32, region.Y0+region.H()*float64(i/32%24)/24
			inside := x >= 8 && y >= 8 && x < 224 && y < 164
			if inside && !near(float64(a[i]), float64(b[i]), 2) {
				t.Fatalf("%v: value %d is %v and %v", region, i, a[i], b[i])
			}
		}
	}
}

func TestOutsideIsBlack(t *testing.T) {
	p, l := gradient(50, 50), colours(8, 8)
	dst := make([]float32, 3*8*8)
	for _, region := range []Box{{100, 100, 120, 120}, {-90, 0, -50, 40}} {
		for _, f := range []func(){func() { sample(dst, l, p, fit(region, 8, 8)) }, func() { shrink(dst, l, p, region) }} {
			f()
			for i, v := range dst {
				if v != 0 {
					t.Fatalf("%v: value %d is %v", region, i, v)
				}
			}
		}
	}
}

func TestChannels(t *testing.T) {
	p := &picture.Picture{W: 2, H: 2, Pix: []byte{10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30}}
	whole := fit(Box{0.5, 0.5, 1.5, 1.5}, 1, 1)
	rgb, bgr, grey := make([]float32, 3), make([]float32, 3), make([]float32, 1)
	l := layout{w: 1, h: 1, mean: [3]float32{10, 10, 10}, scale: [3]float32{0.5, 0.5, 0.5}}
	sample(rgb, l, p, whole)
	l.bgr = true
	sample(bgr, l, p, whole)
	sample(grey, layout{w: 1, h: 1, grey: true, scale: [3]float32{1}}, p, whole)
	if rgb[0] != 0 || rgb[1] != 5 || rgb[2] != 10 {
		t.Errorf("RGB: %v", rgb)
	}
	if bgr[0] != 10 || bgr[2] != 0 {
		t.Errorf("BGR: %v", bgr)
	}
	if !near(float64(grey[0]), 0.299*10+0.587*20+0.114*30, 1e-3) {
		t.Errorf("grey: %v", grey)
	}
}

// TestShrinkOfAThinPicture: a line of pixels lands in its own columns.
func TestShrinkOfAThinPicture(t *testing.T) {
	p := &picture.Picture{W: 1, H: 4000, Pix: make([]byte, 3*4000)}
	for i := range p.Pix {
		p.Pix[i] = 200
	}
	l := colours(32, 24)
	dst := make([]float32, 3*32*24)
	shrink(dst, l, p, padTo(Box{0, 0, 1, 4000}, 32.0/24))
	lit := 0
	for _, v := range dst[:32*24] {
		if v != 0 && v != 200 {
			t.Fatalf("a value of %v", v)
		}
		if v == 200 {
			lit++
		}
	}
	if lit > 24 {
		t.Errorf("one column became %d values", lit)
	}
}
