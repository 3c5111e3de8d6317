package qr

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	noise := func(x, y int) (byte, byte, byte) {
		n := uint32(x*2654435761) ^ uint32(y*40503*65537)
		n ^= n >> 13
		n *= 0x5bd1e995
		return byte(n >> 24), byte(n >> 16), byte(n >> 8)
	}
	data := picturetest.JPEG{Sampling: picturetest.S444()}.Encode(w, h, picturetest.YCbCr(noise))
	p := pictureOf(t, data)
	g := greyOf(p)
	dir := t.TempDir()
	file, needles := filepath.Join(dir, "frame.jpg"), filepath.Join(dir, "needles")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := picturetest.WriteNeedles(needles, 331, p.Pix, g.pix, g.reduced(2).pix); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "QR_TEST_READ="+file, "QR_TEST_NEEDLES="+needles,
		"QR_TEST_ZBAR="+filepath.Join(testenv.Home(t), "qr", "zbar.wasm"))
	out, err := cmd.CombinedOutput()
	var left int
	if _, scanErr := fmt.Sscanf(string(out), "true %d <nil> <nil>", &left); err != nil || scanErr != nil || left > 2 {
		t.Errorf("held, left, errors: %s (%v)", out, err) // A piece or two can be what a register left on a stack.
	}
}
