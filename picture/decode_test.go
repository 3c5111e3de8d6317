package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/picture/picturetest"
)

func mustDecode(t testing.TB, data []byte) *Picture {
	t.Helper()
	p, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// furthest is the greatest difference of any component between p and the
// drawing, pixel for pixel.
func furthest(t testing.TB, p *Picture, d picturetest.Draw) int {
	t.Helper()
	worst := 0
	for i := range p.W * p.H {
		r, g, b := d(i%p.W, i/p.W)
		for c, v := range []byte{r, g, b} {
			worst = max(worst, int(v)-int(p.Pix[3*i+c]), int(p.Pix[3*i+c])-int(v))
		}
	}
	return worst
}

func wantSize(t testing.TB, p *Picture, w, h int) {
	t.Helper()
	if p.W != w || p.H != h || len(p.Pix) != 3*w*h || p.Scale != 1 {
		t.Fatalf("picture is %dx%d with %d bytes at scale %d, want %dx%d at 1", p.W, p.H, len(p.Pix), p.Scale, w, h)
	}
}

func TestJPEG(t *testing.T) {
	const w, h = 45, 37 // Not whole units of any sampling.
	scene := picturetest.Scene(w, h)
	for name, j := range map[string]picturetest.JPEG{
		"444":             {Sampling: picturetest.S444()},
		"420":             {Sampling: picturetest.S420()},
		"422":             {Sampling: picturetest.S422()},
		"440":             {Sampling: picturetest.S440()},
		"411":             {Sampling: picturetest.S411()},
		"410":             {Sampling: picturetest.S410()},
		"jfif":            {Sampling: picturetest.S420(), JFIF: true},
		"progressive 420": {Sampling: picturetest.S420(), Progressive: true},
		"progressive 444": {Sampling: picturetest.S444(), Progressive: true},
	} {
		t.Run(name, func(t *testing.T) {
			data := j.Encode(w, h, picturetest.YCbCr(scene))
			p := mustDecode(t, data)
			wantSize(t, p, w, h)
			// The disc's edge is where repeated chroma is coarsest.
			if name == "444" || name == "progressive 444" {
				if worst := furthest(t, p, scene); worst > 6 {
					t.Errorf("a component is off by %d", worst)
				}
			}
			compareWithStandard(t, p, data)
		})
	}
}

// compareWithStandard checks p against the colours that the image package gives.
func compareWithStandard(t testing.TB, p *Picture, data []byte) {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	standard := func(x, y int) (byte, byte, byte) {
		r, g, b, a := img.At(x, y).RGBA()
		over := func(v uint32) byte { return byte((v + 0xffff - a) >> 8) }
		return over(r), over(g), over(b)
	}
	if worst := furthest(t, p, standard); worst > 1 {
		t.Errorf("a component differs from image.Decode by %d", worst)
	}
}

func TestJPEGOtherColours(t *testing.T) {
	const w, h = 24, 16
	scene := picturetest.Scene(w, h)
	component := func(c, x, y int) byte {
		r, g, b := scene(x, y)
		return [4]byte{r, g, b, 255}[c]
	}
	inverted := func(c, x, y int) byte { // No ink is 255, as Adobe writes it.
		if c == 3 {
			return 128
		}
		return component(c, x, y)
	}
	half := func(x, y int) (byte, byte, byte) {
		r, g, b := scene(x, y)
		return byte(int(r) * 128 / 255), byte(int(g) * 128 / 255), byte(int(b) * 128 / 255)
	}
	ycck := func(c, x, y int) byte {
		if c == 3 {
			return 128
		}
		// The transform is of the ink, so that its RGB is the negative.
		negative := func(x, y int) (byte, byte, byte) { r, g, b := scene(x, y); return 255 - r, 255 - g, 255 - b }
		return picturetest.YCbCr(negative)(c, x, y)
	}
	luma := func(x, y int) (byte, byte, byte) { r, _, _ := scene(x, y); return r, r, r }
	for _, tt := range []struct {
		name    string
		enc     picturetest.JPEG
		samples picturetest.Samples
		want    picturetest.Draw
	}{
		{"grey", picturetest.JPEG{}, component, luma},
		{"progressive grey", picturetest.JPEG{Progressive: true}, component, luma},
		{"RGB", picturetest.JPEG{Sampling: picturetest.S444(), Adobe: 1}, component, scene},
		{"CMYK", picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1}, inverted, half},
		{"YCCK", picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 3}, ycck, half},
		{"progressive CMYK", picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1, Progressive: true}, inverted, half},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := tt.enc.Encode(w, h, tt.samples)
			p := mustDecode(t, data)
			wantSize(t, p, w, h)
			if worst := furthest(t, p, tt.want); worst > 6 {
				t.Errorf("a component is off by %d", worst)
			}
			compareWithStandard(t, p, data)
		})
	}
}

func TestPNG(t *testing.T) {
	const w, h = 19, 13
	scene := picturetest.Scene(w, h)
	drawn := picturetest.Image(w, h, scene)
	deep := image.NewNRGBA64(drawn.Rect)
	grey := image.NewGray16(drawn.Rect)
	palette := image.NewPaletted(drawn.Rect, color.Palette{color.White, color.Black, color.NRGBA{R: 200, A: 128}})
	for i := range w * h {
		x, y := i%w, i/w
		r, g, b := scene(x, y)
		deep.SetNRGBA64(x, y, color.NRGBA64{R: uint16(r) << 8, G: uint16(g) << 8, B: uint16(b) << 8, A: 0x8000})
		grey.SetGray16(x, y, color.Gray16{Y: uint16(g) << 8})
		palette.SetColorIndex(x, y, uint8((x+2*y)%3))
	}
	for name, data := range map[string][]byte{
		"8 bit":             picturetest.PNG(drawn),
		"16 bit with alpha": picturetest.PNG(deep),
		"16 bit grey":       picturetest.PNG(grey),
		"palette":           picturetest.PNG(palette),
		"16 bit interlaced": picturetest.InterlacedPNG(w, h, scene),
	} {
		t.Run(name, func(t *testing.T) {
			p := mustDecode(t, data)
			wantSize(t, p, w, h)
			compareWithStandard(t, p, data)
		})
	}
}

func TestTransparentIsWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	m.SetNRGBA(0, 0, color.NRGBA{})
	m.SetNRGBA(1, 0, color.NRGBA{R: 255, A: 128})
	m.SetNRGBA(2, 0, color.NRGBA{A: 255})
	p := mustDecode(t, picturetest.PNG(m))
	if want := []byte{255, 255, 255, 255, 127, 127, 0, 0, 0}; !bytes.Equal(p.Pix, want) {
		t.Errorf("pixels are %v, want %v", p.Pix, want)
	}
}

func TestWebP(t *testing.T) {
	const w, h = 20, 14
	scene := picturetest.Scene(w, h)
	p := mustDecode(t, picturetest.LosslessWebP(w, h, scene))
	wantSize(t, p, w, h)
	if worst := furthest(t, p, scene); worst != 0 {
		t.Errorf("lossless: a component is off by %d", worst)
	}
	for _, name := range []string{"lossy.webp", "lossy-alpha.webp"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		p := mustDecode(t, data)
		wantSize(t, p, 48, 32)
		compareWithStandard(t, p, data)
	}
	mustDecode(t, picturetest.IndexedWebP(5, 5))
}

// turn gives the stored picture for which the orientation shows the scene
// upright, by the definition of the tag (CIPA DC-008, table of 0th row and
// column).
func turn(o, w, h int, d picturetest.Draw) (int, int, picturetest.Draw) {
	at := map[int]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },         // row 0 top, column 0 right
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }, // bottom, right
		4: func(x, y int) (int, int) { return x, h - 1 - y },         // bottom, left
		5: func(x, y int) (int, int) { return y, x },                 // left, top
		6: func(x, y int) (int, int) { return w - 1 - y, x },         // right, top
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }, // right, bottom
		8: func(x, y int) (int, int) { return y, h - 1 - x },         // left, bottom
	}[o]
	if o >= 5 {
		return h, w, func(x, y int) (byte, byte, byte) { return d(at(x, y)) }
	}
	return w, h, func(x, y int) (byte, byte, byte) { return d(at(x, y)) }
}

func TestOrientation(t *testing.T) {
	const w, h = 40, 24
	scene := picturetest.Scene(w, h)
	for o := 1; o <= 8; o++ {
		sw, sh, stored := turn(o, w, h, scene)
		for name, data := range map[string][]byte{
			"JPEG": picturetest.JPEG{Sampling: picturetest.S444(), Orientation: o}.Encode(sw, sh, picturetest.YCbCr(stored)),
			"PNG":  picturetest.PNGWith(picturetest.PNG(picturetest.Image(sw, sh, stored)), "eXIf", picturetest.EXIF(o)),
			"WebP": picturetest.OrientedWebP(sw, sh, o, stored),
		} {
			p := mustDecode(t, data)
			wantSize(t, p, w, h)
			if worst := furthest(t, p, scene); worst > 6 {
				t.Errorf("%s, orientation %d: a component is off by %d", name, o, worst)
			}
		}
	}
}

func TestReduced(t *testing.T) {
	const w, h = 5001, 3601 // 18 megapixels, odd, so that the last boxes are narrow.
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(200 * (i / w) / h)
	}
	m.SetGray(w-1, h-1, color.Gray{Y: 255})
	file := picturetest.PNG(m)
	for o := 1; o <= 8; o++ {
		p := mustDecode(t, picturetest.PNGWith(file, "eXIf", picturetest.EXIF(o)))
		rw, rh := 2501, 1801
		if o >= 5 {
			rw, rh = rh, rw
		}
		if p.W != rw || p.H != rh || p.Scale != 2 {
			t.Fatalf("orientation %d: %dx%d at scale %d", o, p.W, p.H, p.Scale)
		}
		corner := map[int]int{1: rw*rh - 1, 2: (rh - 1) * rw, 3: 0, 4: rw - 1, 5: rw*rh - 1, 6: (rh - 1) * rw, 7: 0, 8: rw - 1}[o]
		if p.Pix[3*corner] != 255 {
			t.Errorf("orientation %d: the last pixel is not where it belongs", o)
		}
	}
	p := mustDecode(t, file)
	for y := range p.H - 1 {
		a, b := int(m.Pix[2*y*w]), int(m.Pix[(2*y+1)*w])
		if got := int(p.Pix[3*y*p.W]); got != (a+b+1)/2 {
			t.Fatalf("row %d is %d, want the mean of %d and %d", y, got, a, b)
		}
	}
}

func TestRefused(t *testing.T) {
	j := picturetest.JPEG{Sampling: picturetest.S420()}.Encode(40, 40, nil)
	cut := func(b []byte, n int) []byte { return b[:len(b)-n] }
	scenePNG := picturetest.PNG(picturetest.Image(40, 40, picturetest.Scene(40, 40)))
	webp := picturetest.LosslessWebP(40, 40, picturetest.Scene(40, 40))
	patched := func(b []byte, find, put string) []byte { return bytes.Replace(b, []byte(find), []byte(put), 1) }
	scans := bytes.Repeat([]byte("\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"), maxScans+1)
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{
		"no bytes":                 {nil, ErrEmpty},
		"text":                     {[]byte("hello, this is text"), ErrFormat},
		"one byte":                 {[]byte{0xff}, ErrFormat},
		"GIF":                      {[]byte("GIF89a\x01\x00\x01\x00"), ErrFormat},
		"HEIC":                     {[]byte("\x00\x00\x00\x18ftypheic\x00\x00"), ErrFormat},
		"PDF":                      {[]byte("%PDF-1.7"), ErrFormat},
		"TIFF":                     {[]byte("II*\x00\x08\x00\x00\x00"), ErrFormat},
		"JPEG start only":          {[]byte("\xff\xd8\xff"), ErrTruncated},
		"JPEG without frame":       {[]byte("\xff\xd8\xff\xd9"), ErrDamaged},
		"JPEG cut in its header":   {j[:40], ErrTruncated},
		"JPEG cut in its pixels":   {cut(j, 20), ErrTruncated},
		"JPEG without its end":     {cut(j, 2), ErrTruncated},
		"JPEG of 12 bits":          {patched(j, "\xff\xc0\x00\x11\x08", "\xff\xc0\x00\x11\x0c"), ErrUnsupported},
		"JPEG lossless":            {patched(j, "\xff\xc0\x00\x11", "\xff\xc3\x00\x11"), ErrDamaged},
		"JPEG of no height":        {patched(j, "\x11\x08\x00\x28\x00\x28", "\x11\x08\x00\x00\x00\x28"), ErrEmpty},
		"JPEG of no width":         {patched(j, "\x11\x08\x00\x28\x00\x28", "\x11\x08\x00\x28\x00\x00"), ErrEmpty},
		"JPEG too large":           {patched(j, "\x11\x08\x00\x28\x00\x28", "\x11\x08\x28\x00\x28\x00"), ErrTooLarge},
		"JPEG of many scans":       {slicesInsert(j, len(j)-2, scans), ErrUnsupported},
		"CMYK without Adobe":       {picturetest.JPEG{Sampling: picturetest.CMYK()}.Encode(8, 8, nil), ErrUnsupported},
		"CMYK progressive, 36 MP":  {sofOnly(picturetest.JPEG{Sampling: picturetest.CMYK(), Progressive: true}, 6000, 6000), ErrTooLarge},
		"PNG magic only":           {[]byte(pngMagic), ErrTruncated},
		"PNG cut in its header":    {scenePNG[:20], ErrTruncated},
		"PNG cut in its pixels":    {cut(scenePNG, 50), ErrTruncated},
		"PNG without its end":      {cut(scenePNG, 12), ErrTruncated},
		"PNG header only":          {picturetest.HeaderPNG(4, 4), ErrTruncated},
		"PNG of no width":          {picturetest.HeaderPNG(0, 4), ErrEmpty},
		"PNG of no height":         {picturetest.HeaderPNG(4, 0), ErrEmpty},
		"PNG too large":            {picturetest.HeaderPNG(50_000, 1_001), ErrTooLarge},
		"PNG far too large":        {picturetest.HeaderPNG(1<<31-1, 1<<31-1), ErrTooLarge},
		"PNG beyond its range":     {picturetest.HeaderPNG(1<<31, 1), ErrDamaged},
		"PNG with a wrong check":   {patched(scenePNG, "IDAT", "IDAU"), ErrDamaged},
		"PNG animated":             {picturetest.APNG(scenePNG), ErrAnimated},
		"PNG without header":       {append([]byte(pngMagic), picturetest.PNGChunk("IEND", nil)...), ErrDamaged},
		"WebP animated":            {picturetest.AnimatedWebP(), ErrAnimated},
		"WebP container only":      {picturetest.RIFF(), ErrDamaged},
		"WebP cut in its header":   {webp[:22], ErrTruncated},
		"WebP cut in its pixels":   {cut(webp, 100), ErrTruncated},
		"WebP too large":           {picturetest.LosslessWebP(16000, 16000, nil), ErrTooLarge},
		"WebP of no width (lossy)": {picturetest.RIFF(picturetest.RIFFChunk("VP8 ", []byte("\x10\x00\x00\x9d\x01\x2a\x00\x00\x08\x00"))), ErrEmpty},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Decode(tt.data)
			if p != nil || !errors.Is(err, tt.want) {
				t.Fatalf("got %v, error %v; want error %v", p, err, tt.want)
			}
			oneReason(t, err)
		})
	}
}

func slicesInsert(b []byte, at int, put []byte) []byte {
	return append(append(append([]byte{}, b[:at]...), put...), b[at:]...)
}

// sofOnly is a small file whose frame header says w by h.
func sofOnly(j picturetest.JPEG, w, h int) []byte {
	b := j.Encode(8, 8, nil)
	at := bytes.Index(b, []byte{0x08, 0, 8, 0, 8, byte(len(j.Sampling))})
	copy(b[at:], []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w)})
	return b
}

func reasons() []error {
	return []error{ErrFormat, ErrEmpty, ErrTruncated, ErrDamaged, ErrTooLarge, ErrAnimated, ErrUnsupported}
}

// oneReason checks that an error is exactly one of the documented reasons, in
// one line.
func oneReason(t testing.TB, err error) {
	t.Helper()
	n := 0
	for _, r := range reasons() {
		if errors.Is(err, r) {
			n++
		}
	}
	if n != 1 || strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("%d reasons in the error %q", n, err)
	}
}

func TestTooManyBytes(t *testing.T) {
	if _, err := Decode(make([]byte, MaxFile+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}

func TestWipe(t *testing.T) {
	var none *Picture
	none.Wipe()
	p := mustDecode(t, picturetest.PNG(picturetest.Image(9, 9, picturetest.Scene(9, 9))))
	p.Wipe()
	p.Wipe()
	if !bytes.Equal(p.Pix, make([]byte, 3*9*9)) {
		t.Error("pixels are left")
	}
}

func TestGray(t *testing.T) {
	p := &Picture{W: 5, H: 1, Scale: 1, Pix: []byte{255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255}}
	if got, want := p.Gray(), []byte{255, 0, 76, 150, 29}; !bytes.Equal(got, want) {
		t.Errorf("luma is %v, want %v", got, want)
	}
}

// TestYCbCrIsExact compares with the standard library over all pairs of chroma
// and a range of luma.
func TestYCbCrIsExact(t *testing.T) {
	sat := newSaturation()
	for cb := range 256 {
		for cr := range 256 {
			c := chromaOf(byte(cb), byte(cr))
			for l := 0; l < 256; l += 5 {
				var got, want [3]byte
				sat.put(got[:], byte(l), c)
				want[0], want[1], want[2] = color.YCbCrToRGB(byte(l), byte(cb), byte(cr))
				if got != want {
					t.Fatalf("(%d %d %d): %v, want %v", l, cb, cr, got, want)
				}
			}
		}
	}
}

func BenchmarkDecodeJPEG(b *testing.B) {
	data := frame720(b)
	b.ReportAllocs()
	for b.Loop() {
		p, err := Decode(data)
		if err != nil {
			b.Fatal(err)
		}
		p.Wipe()
	}
}

func BenchmarkConvertYCbCr(b *testing.B) {
	img, err := jpeg.Decode(bytes.NewReader(frame720(b)))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := convert(img, upright); err != nil {
			b.Fatal(err)
		}
	}
}

// frame720 is a camera's frame: 1280 by 720 at 4:2:0, with some texture.
func frame720(tb testing.TB) []byte {
	tb.Helper()
	const w, h = 1280, 720
	scene := picturetest.Scene(w, h)
	m := picturetest.Image(w, h, func(x, y int) (byte, byte, byte) {
		r, g, b := scene(x, y)
		n := byte((x*7919 ^ y*104729) >> 3 & 15)
		return r&0xf0 | n, g&0xf0 | n, b&0xf0 | n
	})
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 85}); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}
