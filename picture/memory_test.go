package picture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// TestMain lets the test binary be its own child: a fresh process that decodes
// one file, so that its peak memory and what is left in it can be measured.
func TestMain(m *testing.M) {
	if file := os.Getenv("PICTURE_TEST_DECODE"); file != "" {
		os.Exit(decodeChild(file, os.Getenv("PICTURE_TEST_NEEDLES")))
	}
	os.Exit(m.Run())
}

// decodeChild prints what became of the file, then how many of the needles are
// still in its memory.
func decodeChild(file, needles string) int {
	data, err := os.ReadFile(file)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	p, err := Decode(data)
	if err != nil {
		fmt.Println("refused:", err)
	} else {
		fmt.Printf("decoded %dx%d at scale %d\n", p.W, p.H, p.Scale)
	}
	if needles != "" {
		held, _ := picturetest.CountNeedles(needles)
		p.Wipe()
		left, err := picturetest.CountNeedles(needles)
		fmt.Printf("while held: %d\nafter wiping: %d %v\n", held, left, err)
	}
	runtime.KeepAlive(p)
	return 0
}

func runChild(t *testing.T, data []byte, env ...string) (out string, peak int64) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "picture")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "PICTURE_TEST_DECODE="+file)...)
	b, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return string(b), cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
}

// TestPeakMemory decodes the largest pictures of the hungriest kinds, each in a
// process of its own. The limit for the whole program is 1 GB; 100 MB of that is
// left for the rest of it.
func TestPeakMemory(t *testing.T) {
	if picturetest.UnderRace() {
		return // Measured without the race detector.
	}
	const most = 900_000_000
	for _, tt := range []struct {
		name   string
		always bool // Also when not at full counts.
		data   func() []byte
		want   string
	}{
		{"JPEG 420, 50 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.S420()}, 8164, 6124), "decoded 4082x3062 at scale 2"},
		{"JPEG 444, 50 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.S444()}, 8164, 6124), "decoded 4082x3062 at scale 2"},
		{"JPEG 444 progressive, 50 MP", true, jpegOf(picturetest.JPEG{Sampling: picturetest.S444(), Progressive: true}, 8164, 6124), "decoded 4082x3062 at scale 2"},
		{"JPEG 420 progressive turned, 50 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.S420(), Progressive: true, Orientation: 6}, 8164, 6124), "decoded 3062x4082 at scale 2"},
		{"JPEG CMYK, 50 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1}, 8164, 6124), "decoded 4082x3062 at scale 2"},
		{"JPEG CMYK progressive, 33 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1, Progressive: true}, 5768, 5768), "decoded 2884x2884 at scale 2"},
		{"JPEG CMYK progressive, 50 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1, Progressive: true}, 8164, 6124), "refused: the picture is too large"},
		{"JPEG RGB progressive, 42 MP", false, jpegOf(picturetest.JPEG{Sampling: picturetest.S444(), Adobe: 1, Progressive: true}, 6480, 6480), "decoded 3240x3240 at scale 2"},
		{"PNG 16 bit interlaced, 50 MP", true, func() []byte { return picturetest.InterlacedPNG(8164, 6124, nil) }, "decoded 4082x3062 at scale 2"},
		{"WebP lossless, 50 MP", false, func() []byte { return picturetest.LosslessWebP(8164, 6124, nil) }, "decoded 4082x3062 at scale 2"},
		{"WebP lossless indexed, 50 MP", true, func() []byte { return picturetest.IndexedWebP(8164, 6124) }, "decoded 4082x3062 at scale 2"},
	} {
		if !tt.always && testenv.Count(0, 1) == 0 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			out, peak := runChild(t, tt.data())
			if !strings.HasPrefix(out, tt.want) {
				t.Errorf("%s; want %s", out, tt.want)
			}
			t.Logf("peak %d MB", peak/1_000_000)
			if peak > most {
				t.Errorf("peak of %d MB, want at most %d", peak/1_000_000, most/1_000_000)
			}
		})
	}
}

func jpegOf(j picturetest.JPEG, w, h int) func() []byte {
	return func() []byte { return j.Encode(w, h, nil) }
}

// TestNothingIsLeft looks for pieces of the picture in all the memory of a
// process that decoded and wiped it. Pictures that are progressive, failed or not
// in YCbCr are there because their buffers cannot be reached, only collected; the
// turned one because its rows pass through another buffer.
func TestNothingIsLeft(t *testing.T) {
	if picturetest.UnderRace() {
		return // Looked at without the race detector.
	}
	const w, h = 640, 480
	ycbcr := picturetest.YCbCr(noise)
	full := func(c, x, y int) byte { // No black, so that pixels and planes are the same.
		if c == 3 {
			return 255
		}
		return ycbcr(c, x, y)
	}
	encode := func(j picturetest.JPEG) []byte {
		j.Sampling = picturetest.S444()
		return j.Encode(w, h, ycbcr)
	}
	baseline, planes := encode(picturetest.JPEG{}), encode(picturetest.JPEG{Adobe: 1})
	cmyk := picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 1}.Encode(w, h, full)
	for name, tt := range map[string]struct {
		data    []byte
		whole   []byte // Instead of data, when that is refused.
		also    []byte // Its pixels must not be found either: the samples as they are, or the stored rows.
		refused bool
	}{
		"baseline":       {data: baseline, also: planes},
		"turned":         {data: encode(picturetest.JPEG{Orientation: 3}), also: baseline},
		"cut off":        {data: baseline[:len(baseline)-100], whole: baseline, also: planes, refused: true},
		"progressive":    {data: encode(picturetest.JPEG{Progressive: true}), also: planes},
		"RGB":            {data: planes},
		"CMYK":           {data: cmyk},
		"YCCK":           {data: picturetest.JPEG{Sampling: picturetest.CMYK(), Adobe: 3}.Encode(w, h, full), also: cmyk},
		"PNG":            {data: picturetest.PNG(picturetest.Image(w, h, noise))},
		"PNG interlaced": {data: picturetest.InterlacedPNG(w, h, noise)},
		"WebP":           {data: picturetest.LosslessWebP(w, h, noise)},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.whole == nil {
				tt.whole = tt.data
			}
			search := planesOf(t, tt.whole)
			if tt.also != nil {
				search = append(search, planesOf(t, tt.also)...)
			}
			needles := filepath.Join(t.TempDir(), "needles")
			if err := picturetest.WriteNeedles(needles, 331, search...); err != nil {
				t.Fatal(err)
			}
			// Only the collections that Decode asks for: no other may help it. And as in
			// the door's unit, it is not interrupted with the picture in its registers.
			out, _ := runChild(t, tt.data, "GOGC=off", "GODEBUG=asyncpreemptoff=1", "PICTURE_TEST_NEEDLES="+needles)
			t.Log(strings.ReplaceAll(out, "\n", "; "))
			if !tt.refused && strings.Contains(out, "while held: 0\n") {
				t.Error("the search does not find a picture that is held")
			}
			// One row has six pieces. A piece or two can be what a register
			// left on a stack.
			var left int
			if _, err := fmt.Sscanf(out[strings.LastIndex(out, "after"):], "after wiping: %d <nil>", &left); err != nil || left > 4 {
				t.Errorf("%d pieces of the picture are left in memory (%v)", left, err)
			}
		})
	}
}

func noise(x, y int) (byte, byte, byte) {
	n := uint32(x*2654435761) ^ uint32(y*40503*65537)
	n ^= n >> 13
	n *= 0x5bd1e995
	return byte(n >> 24), byte(n >> 16), byte(n >> 8)
}

// planesOf gives what a decoder may hold of a picture: its pixels, its luma, and
// each component by itself.
func planesOf(t *testing.T, data []byte) [][]byte {
	t.Helper()
	p := mustDecode(t, data)
	out := [][]byte{p.Pix, p.Gray()}
	for c := range 3 {
		plane := make([]byte, p.W*p.H)
		for i := range plane {
			plane[i] = p.Pix[3*i+c]
		}
		out = append(out, plane)
	}
	return out
}
