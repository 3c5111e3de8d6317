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
// process that decoded and wiped it. Progressive and failed pictures are there
// because their buffers cannot be reached, only collected.
func TestNothingIsLeft(t *testing.T) {
	if picturetest.UnderRace() {
		return // Looked at without the race detector.
	}
	const w, h = 640, 480
	noise := func(x, y int) (byte, byte, byte) {
		n := uint32(x*2654435761) ^ uint32(y*40503*65537)
		n ^= n >> 13
		n *= 0x5bd1e995
		return byte(n >> 24), byte(n >> 16), byte(n >> 8)
	}
	ycbcr := picturetest.YCbCr(noise)
	baseline := picturetest.JPEG{Sampling: picturetest.S444()}.Encode(w, h, ycbcr)
	for name, tt := range map[string]struct {
		data, whole []byte
		refused     bool
	}{
		"baseline":       {baseline, baseline, false},
		"cut off":        {baseline[:len(baseline)-100], baseline, true},
		"progressive":    {data: picturetest.JPEG{Sampling: picturetest.S444(), Progressive: true}.Encode(w, h, ycbcr)},
		"PNG":            {data: picturetest.PNG(picturetest.Image(w, h, noise))},
		"PNG interlaced": {data: picturetest.InterlacedPNG(w, h, noise)},
		"WebP":           {data: picturetest.LosslessWebP(w, h, noise)},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.whole == nil {
				tt.whole = tt.data
			}
			needles := filepath.Join(t.TempDir(), "needles")
			p := mustDecode(t, tt.whole)
			if err := picturetest.WriteNeedles(needles, 331, p.Pix, p.Gray()); err != nil {
				t.Fatal(err)
			}
			out, _ := runChild(t, tt.data, "PICTURE_TEST_NEEDLES="+needles)
			t.Log(strings.ReplaceAll(out, "\n", "; "))
			if !tt.refused && strings.Contains(out, "while held: 0\n") {
				t.Error("the search does not find a picture that is held")
			}
			// One row has six pieces. A piece or two can be what a register
			// left on a stack.
			var left int
			if _, err := fmt.Sscanf(out[strings.LastIndex(out, "after"):], "after wiping: %d <nil>", &left); err != nil || left > 2 {
				t.Errorf("%d pieces of the picture are left in memory (%v)", left, err)
			}
		})
	}
}
