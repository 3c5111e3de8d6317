package picture

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/picture/picturetest"
)

// writeCorpus makes TestCorpus write the seeds below as the committed corpus.
var writeCorpus = flag.Bool("write-corpus", false, "write testdata/fuzz")

// decodeSeeds are small files of every kind, and what comes of them when they
// are cut or patched.
func decodeSeeds() map[string][]byte {
	const w, h = 9, 7
	scene := picturetest.Scene(w, h)
	ycbcr := picturetest.YCbCr(scene)
	grey := func(_, x, y int) byte { return byte(x * y) }
	png := picturetest.PNG(picturetest.Image(w, h, scene))
	j := picturetest.JPEG{Sampling: picturetest.S420(), Orientation: 6}.Encode(w, h, ycbcr)
	return map[string][]byte{
		"jpeg-420-turned":  j,
		"jpeg-cut":         j[:len(j)-9],
		"jpeg-progressive": picturetest.JPEG{Sampling: picturetest.S422(), Progressive: true}.Encode(w, h, ycbcr),
		"jpeg-410":         picturetest.JPEG{Sampling: picturetest.S410(), JFIF: true}.Encode(w, h, ycbcr),
		"jpeg-grey":        picturetest.JPEG{}.Encode(w, h, grey),
		"jpeg-rgb":         picturetest.JPEG{Sampling: picturetest.S444(), Adobe: 1}.Encode(w, h, grey),
		"jpeg-cmyk":        picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1}.Encode(w, h, grey),
		"png":              png,
		"png-turned":       picturetest.PNGWith(png, "eXIf", picturetest.EXIF(8)),
		"png-interlaced":   picturetest.InterlacedPNG(w, h, scene),
		"png-animated":     picturetest.APNG(png),
		"png-huge":         picturetest.HeaderPNG(1<<31-1, 1<<31-1),
		"webp-lossless":    picturetest.LosslessWebP(w, h, scene),
		"webp-indexed":     picturetest.IndexedWebP(w, h),
		"webp-turned":      picturetest.OrientedWebP(w, h, 5, scene),
		"webp-animated":    picturetest.AnimatedWebP(),
		"gif":              []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
		"empty":            {},
	}
}

func exifSeeds() map[string][]byte {
	little := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00")
	return map[string][]byte{
		"big-endian":    picturetest.EXIF(6),
		"little-endian": little,
		"cut":           little[:20],
		"far-offset":    []byte("MM\x00*\xff\xff\xff\xff"),
		"out-of-range":  picturetest.EXIF(9),
		"empty":         {},
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range decodeSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkDecode(t, data) })
}

// checkDecode holds for any bytes: either a picture within the limits, the same
// each time, or no picture and exactly one documented reason. The data are left
// as they were.
func checkDecode(t *testing.T, data []byte) {
	if large(data) {
		return
	}
	before := bytes.Clone(data)
	p, err := Decode(data)
	if !bytes.Equal(before, data) {
		t.Fatal("the file's bytes were changed")
	}
	if err != nil {
		if p != nil {
			t.Fatal("a picture beside an error")
		}
		oneReason(t, err)
		return
	}
	if p.W < 1 || p.H < 1 || len(p.Pix) != 3*p.W*p.H || p.W*p.H > MaxKept || p.Scale < 1 {
		t.Fatalf("%dx%d at scale %d with %d bytes", p.W, p.H, p.Scale, len(p.Pix))
	}
	again, err := Decode(data)
	if err != nil || !bytes.Equal(again.Pix, p.Pix) {
		t.Fatal("a second decoding differs")
	}
}

// large is whether the file's header asks for more than is quick to decode: that
// is what TestPeakMemory is for.
func large(data []byte) bool {
	if len(data) == 0 {
		return false
	}
	c, err := sniff(data)
	if err != nil {
		return false
	}
	h, err := c.header(data)
	return err == nil && h.valid() == nil && h.w*h.h > 1<<20
}

func FuzzEXIF(f *testing.F) {
	for _, seed := range exifSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tiff []byte) { checkEXIF(t, tiff) })
}

// checkEXIF holds for any bytes: an orientation in range, and none but upright
// unless the bytes have the entry that says so. What was read and written again
// reads the same.
func checkEXIF(t *testing.T, tiff []byte) {
	o := exifOrientation(tiff)
	if o < 1 || o > 8 {
		t.Fatalf("orientation %d", o)
	}
	if again := exifOrientation(picturetest.EXIF(int(o))); again != o {
		t.Fatalf("orientation %d reads %d when written again", o, again)
	}
	if o == upright {
		return
	}
	big := []byte{0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(o)}
	little := []byte{0x12, 0x01, 3, 0, 1, 0, 0, 0, byte(o), 0}
	if !bytes.Contains(tiff, big) && !bytes.Contains(tiff, little) {
		t.Fatalf("orientation %d out of nothing", o)
	}
}

func TestCorpus(t *testing.T) {
	checkCorpus(t, "FuzzDecode", decodeSeeds(), checkDecode)
	checkCorpus(t, "FuzzEXIF", exifSeeds(), checkEXIF)
}

// checkCorpus runs every committed file, and sees that each seed has one.
func checkCorpus(t *testing.T, target string, seeds map[string][]byte, check func(*testing.T, []byte)) {
	t.Helper()
	dir := filepath.Join("testdata", "fuzz", target)
	for name, seed := range seeds {
		text := fmt.Sprintf("go test fuzz v1\n[]byte(%s)\n", strconv.Quote(string(seed)))
		if *writeCorpus {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, f := range files {
		t.Run(target+"/"+f.Name(), func(t *testing.T) {
			check(t, readCorpus(t, filepath.Join(dir, f.Name())))
			ran++
		})
	}
	if ran < len(seeds) {
		t.Errorf("%s: %d files of the corpus were run, want at least %d", target, ran, len(seeds))
	}
}

func readCorpus(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := strings.CutPrefix(string(text), "go test fuzz v1\n[]byte(")
	if !ok {
		t.Fatalf("%s is not a corpus file", name)
	}
	data, err := strconv.Unquote(strings.TrimSuffix(strings.TrimSpace(body), ")"))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(data)
}

func TestEXIF(t *testing.T) {
	several := binary.BigEndian.AppendUint16([]byte("MM\x00*\x00\x00\x00\x08"), 3)
	several = append(several, 0x01, 0x0f, 0, 2, 0, 0, 0, 4, 'a', 'b', 'c', 0)
	several = append(several, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 7, 0, 0)
	several = append(several, 0x01, 0x1a, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0)
	for name, tt := range map[string]struct {
		tiff []byte
		want orientation
	}{
		"none":            {nil, upright},
		"big-endian":      {picturetest.EXIF(8), 8},
		"little-endian":   {exifSeeds()["little-endian"], 3},
		"among others":    {several, 7},
		"cut after it":    {several[:34], 7},
		"cut in it":       {several[:33], upright},
		"zero":            {picturetest.EXIF(0), upright},
		"nine":            {picturetest.EXIF(9), upright},
		"not a TIFF":      {[]byte("MM\x00+\x00\x00\x00\x08\x00\x01"), upright},
		"offset too far":  {[]byte("MM\x00*\xff\xff\xff\xf0"), upright},
		"offset only":     {[]byte("MM\x00*\x00\x00\x00\x08"), upright},
		"of another type": {bytes.Replace(picturetest.EXIF(6), []byte{0x12, 0, 3}, []byte{0x12, 0, 4}, 1), upright},
	} {
		if got := exifOrientation(tt.tiff); got != tt.want {
			t.Errorf("%s: orientation %d, want %d", name, got, tt.want)
		}
	}
}
