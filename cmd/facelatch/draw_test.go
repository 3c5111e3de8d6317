package main

import (
	"bytes"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/jpeg"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/device/qr/qrtest"
	"github.com/facelatch/facelatch/eval/recapture"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// drawings are files that show nobody, or are no pictures at all, by name.
func drawings() map[string]func() []byte {
	scene := picturetest.Scene(320, 240)
	whole := picturetest.PNG(picturetest.Image(320, 240, scene))
	return map[string]func() []byte{
		"scene":         func() []byte { return whole },
		"truncated":     func() []byte { return whole[:len(whole)/2] },
		"truncated-jpg": func() []byte { data := picturetest.JPEG{}.Encode(320, 240, nil); return data[:len(data)/2] },
		"huge":          func() []byte { return picturetest.HeaderPNG(60000, 60000) },
		"no-width":      func() []byte { return picturetest.HeaderPNG(0, 100) },
		"animated-webp": picturetest.AnimatedWebP,
		"animated-png":  func() []byte { return picturetest.APNG(whole) },
		"cmyk":          func() []byte { return picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1}.Encode(320, 240, nil) },
		"16-bit":        func() []byte { return picturetest.InterlacedPNG(320, 240, scene) },
		"empty":         func() []byte { return nil },
		"noise":         func() []byte { return bytes.Repeat([]byte{0xfe, 0x00, 0x9c}, 1000) },
		"gif":           func() []byte { return []byte("GIF89a\x10\x00\x10\x00\xff") },
		"pdf":           func() []byte { return []byte("%PDF-1.7\n\xff\xff") },
	}
}

// draw NAME FILE makes one of the drawings. draw qr TEXT FILE makes a QR code.
// draw beside A B FILE puts two photographs next to each other, draw blurred A
// FILE makes one in which nobody is to be known, and draw screen A FILE makes
// what a camera sees of a screen that shows it.
func draw(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: draw NAME [FROM...] FILE")
	}
	var data []byte
	switch args[0] {
	case "qr":
		data = qrCode(ts, args[1])
	case "beside":
		data = encode(ts, beside(decode(ts, args[1]), decode(ts, args[2])))
	case "blurred":
		data = encode(ts, blurred(decode(ts, args[1]), 32))
	case "screen":
		data = encode(ts, screened(ts, args[1]))
	default:
		d, ok := drawings()[args[0]]
		if !ok {
			ts.Fatalf("there is no drawing %q", args[0])
		}
		data = d()
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[len(args)-1]), data, 0o600))
}

func qrCode(ts *testscript.TestScript, text string) []byte {
	c, err := qr.Encode(text, qr.LevelM)
	ts.Check(err)
	data, err := c.PNG(6)
	ts.Check(err)
	return data
}

// photo TEXTFILE FILE photographs the QR code of a text, as if it were printed
// on a card that somebody holds before a camera.
func photo(ts *testscript.TestScript, neg bool, args []string) {
	c, err := qr.Encode(strings.TrimRight(ts.ReadFile(args[0]), "\n"), qr.LevelL)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), qrtest.Easy(6, 1).Photograph(c), 0o600))
}

func encode(ts *testscript.TestScript, m image.Image) []byte {
	var b bytes.Buffer
	ts.Check(jpeg.Encode(&b, m, &jpeg.Options{Quality: 88}))
	return b.Bytes()
}

func decode(ts *testscript.TestScript, name string) image.Image {
	f, err := os.Open(ts.MkAbs(name))
	ts.Check(err)
	defer f.Close()
	m, err := jpeg.Decode(f)
	ts.Check(err)
	return m
}

func beside(a, b image.Image) image.Image {
	w, h := a.Bounds().Dx(), a.Bounds().Dy()
	both := image.NewRGBA(image.Rect(0, 0, 2*w, h))
	imagedraw.Draw(both, image.Rect(0, 0, w, h), a, a.Bounds().Min, imagedraw.Src)
	imagedraw.Draw(both, image.Rect(w, 0, 2*w, h), b, b.Bounds().Min, imagedraw.Src)
	return both
}

// blurred averages over squares of side pixels.
func blurred(m image.Image, side int) image.Image {
	b := m.Bounds()
	columns := b.Dx() + 1
	sums := make([][3]int, columns*(b.Dy()+1)) // of all that is up and left
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := m.At(b.Min.X+x, b.Min.Y+y).RGBA()
			for c, v := range []uint32{r, g, bl} {
				i := (y+1)*columns + x + 1
				sums[i][c] = int(v>>8) + sums[i-1][c] + sums[i-columns][c] - sums[i-columns-1][c]
			}
		}
	}
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			x0, y0, x1, y1 := max(0, x-side/2), max(0, y-side/2), min(b.Dx(), x+side/2), min(b.Dy(), y+side/2)
			mean := func(c int) uint8 {
				total := sums[y1*columns+x1][c] - sums[y0*columns+x1][c] - sums[y1*columns+x0][c] + sums[y0*columns+x0][c]
				return uint8(total / ((x1 - x0) * (y1 - y0)))
			}
			out.SetRGBA(x, y, color.RGBA{mean(0), mean(1), mean(2), 255})
		}
	}
	return out
}

// screened is what a camera sees of a photograph on a screen, rendered. The eyes are
// those of the one photograph that the scripts show so.
func screened(ts *testscript.TestScript, file string) image.Image {
	data, err := os.ReadFile(ts.MkAbs(file))
	ts.Check(err)
	p, err := picture.Decode(data)
	ts.Check(err)
	seen, err := recapture.Still(
		recapture.Take{Species: recapture.Screen, W: 960, H: 720, Eyes: 90, Seed: 1},
		recapture.Act{Shot: recapture.Shot{Picture: p, Left: recapture.Point{X: 330, Y: 420}, Right: recapture.Point{X: 449, Y: 408}}},
	)
	ts.Check(err)
	out := image.NewRGBA(image.Rect(0, 0, seen.W, seen.H))
	for i := range seen.W * seen.H {
		copy(out.Pix[4*i:], seen.Pix[3*i:3*i+3])
		out.Pix[4*i+3] = 255
	}
	return out
}
