// Package picturetest draws the pictures that tests decode: small ones of every
// kind that package picture reads, and the headers of very large, animated and
// broken ones. All are synthetic; none shows a person.
//
// It is for tests. It panics where a test is wrong.
package picturetest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// Draw gives the colour of the pixel (x, y).
type Draw func(x, y int) (r, g, b byte)

// Scene is a smooth picture without symmetry, so that a turned or mirrored copy
// is never the same: a gradient with a dark disc up left of the centre.
func Scene(w, h int) Draw {
	cx, cy, r := w/3, h/4, (w+h)/10
	return func(x, y int) (byte, byte, byte) {
		if dx, dy := x-cx, y-cy; dx*dx+dy*dy < r*r {
			return 40, 30, 90
		}
		return byte(60 + 180*x/w), byte(40 + 150*y/h), byte(200 - 100*x/w - 60*y/h)
	}
}

// Image draws w by h pixels.
func Image(w, h int, d Draw) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			r, g, b := d(x, y)
			m.SetNRGBA(x, y, color.NRGBA{R: r, G: g, B: b, A: 255})
		}
	}
	return m
}

// PNG encodes m with the standard library.
func PNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// EXIF is a TIFF structure with one entry: the orientation.
func EXIF(orientation int) []byte {
	return []byte{
		'M', 'M', 0, '*', 0, 0, 0, 8, // big-endian, directory at 8
		0, 1, // one entry
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0,
		0, 0, 0, 0, // no further directory
	}
}
