package qr

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// TestMain lets the test binary be its own child: a fresh process that looks for
// codes in one picture, so that what is left in it can be counted.
func TestMain(m *testing.M) {
	if file := os.Getenv("QR_TEST_READ"); file != "" {
		os.Exit(readChild(file))
	}
	os.Exit(m.Run())
}

func readChild(file string) int {
	data, err := os.ReadFile(file)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	p, err := picture.Decode(data)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	r := NewReader(func() ([]byte, error) { return os.ReadFile(os.Getenv("QR_TEST_ZBAR")) })
	_, err = r.Read(context.Background(), p, nil)
	held, _ := picturetest.CountNeedles(os.Getenv("QR_TEST_NEEDLES"))
	p.Wipe()
	left, countErr := picturetest.CountNeedles(os.Getenv("QR_TEST_NEEDLES"))
	fmt.Println(held > 0, left, err, countErr)
	runtime.KeepAlive(r)
	return 0
}

// TestNothingIsLeft lets all stages look at a picture without a code, such as a
// frame with a face, and then searches the memory of the process for its luma.
func TestNothingIsLeft(t *testing.T) {
	if picturetest.UnderRace() {
		return // Looked at without the race detector.
	}
	const w, h = 1280, 720
	data := picturetest.JPEG{Sampling: picturetest.S444()}.Encode(w, h, picturetest.YCbCr(noise))
	p := pictureOf(t, data)
	g := greyOf(p)
	dir := t.TempDir()
	file, needles := filepath.Join(dir, "frame.jpg"), filepath.Join(dir, "needles")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	half := g.reduced(2)
	if err := picturetest.WriteNeedles(needles, 331, p.Pix, g.pix, half.pix, lastColumns(g), lastColumns(half)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	// Without collections, nothing that was not cleared is gone by chance.
	// As in the door's unit, it is not interrupted with the picture in its registers.
	cmd.Env = append(os.Environ(), "GOGC=off", "GODEBUG=asyncpreemptoff=1", "QR_TEST_READ="+file, "QR_TEST_NEEDLES="+needles,
		"QR_TEST_ZBAR="+filepath.Join(testenv.Home(t), "qr", "zbar.wasm"))
	out, err := cmd.CombinedOutput()
	var left int
	if _, scanErr := fmt.Sscanf(string(out), "true %d <nil> <nil>", &left); err != nil || scanErr != nil || left > 4 {
		// A piece or two can be what a register left on a stack. The smallest thing
		// that could be forgotten, the sums of half as many columns, has seven.
		t.Errorf("held, left, errors: %s (%v)", out, err)
	}
}

// lastColumns is what darkness has in its sums of columns at the end.
func lastColumns(g grey) []byte {
	sums := make([]int32, g.w)
	for y := g.h - 1 - max(20, min(g.w, g.h)/20); y < g.h; y++ {
		g.addRow(sums, y, 1)
	}
	var out []byte
	for _, v := range sums {
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	return out
}

// TestSamplesAreCleared: what an attempt took from the picture is gone when it is
// over, whether it found a text or not.
func TestSamplesAreCleared(t *testing.T) {
	g := greyOf(pngOf(t, mustEncode(t, "FL1:SMALL", LevelL), 4))
	b := g.darkness(g.wide())
	cs := cornersOf(b.finders(g))
	if len(cs) == 0 {
		t.Fatal("no corners")
	}
	fit := b.grids(cs[0])[0]
	noCode := grey{g.w, g.h, make([]byte, len(g.pix))}
	for i := range noCode.pix {
		noCode.pix[i], _, _ = noise(i%g.w, i/g.w)
	}
	for name, pic := range map[string]grey{"a code": g, "no code": noCode} {
		s := newSamples(fit.size)
		for i := range s.sharp { // Used in the second attempt only.
			s.sharp[i] = 1
		}
		if _, ok := s.read(fit, pic); ok != (name == "a code") {
			t.Errorf("%s: read %t", name, ok)
		}
		for what, zero := range map[string]bool{
			"levels": allZero(s.levels), "sharp": allZero(s.sharp), "sums": allZero(s.sums),
			"dark": allZero(s.dark), "bits": s.bits.GetTopLeftOnBit() == nil,
		} {
			if !zero {
				t.Errorf("%s: %s are left", name, what)
			}
		}
	}
}

// TestBitmapIsCleared: so is the picture in black and white.
func TestBitmapIsCleared(t *testing.T) {
	g := greyOf(pngOf(t, mustEncode(t, "FL1:SMALL", LevelL), 4))
	b := g.darkness(g.wide())
	if allZero(b.dark) {
		t.Fatal("nothing is dark")
	}
	found := new(texts)
	b.locate(context.Background(), g, found)
	if len(found.list) != 1 || !allZero(b.dark) {
		t.Errorf("%d texts, cleared %t", len(found.list), allZero(b.dark))
	}
}

func allZero[T comparable](list []T) bool {
	var zero T
	return !slices.ContainsFunc(list, func(v T) bool { return v != zero })
}

func noise(x, y int) (byte, byte, byte) {
	n := uint32(x*2654435761) ^ uint32(y*40503*65537)
	n ^= n >> 13
	n *= 0x5bd1e995
	return byte(n >> 24), byte(n >> 16), byte(n >> 8)
}
