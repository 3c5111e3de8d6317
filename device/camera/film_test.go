package camera

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// TestFilm plays a film of two seconds that ffmpeg makes, and what is none.
func TestFilm(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		testenv.Missing(t, "no ffmpeg")
	}
	dir := t.TempDir()
	film := filepath.Join(dir, "-a film: 100%.mkv")
	out, err := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", "-c:v", "ffv1", "file:"+film).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	n := 0
	var last *picture.Picture
	err = Film(t.Context(), film, 5, func(p *picture.Picture) error {
		if n++; p.W != 64 || p.H != 48 {
			t.Errorf("%d by %d", p.W, p.H)
		}
		last = p
		return nil
	})
	if err != nil || n < 9 || n > 11 {
		t.Errorf("%d frames: %v", n, err)
	}
	for _, v := range last.Pix {
		if v != 0 {
			t.Fatal("a frame was not wiped")
		}
	}
	stop := errors.New("enough")
	if err := Film(t.Context(), film, 5, func(*picture.Picture) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	cut, broken := context.WithCancel(t.Context())
	broken()
	if err := Film(cut, film, 5, func(*picture.Picture) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	text := filepath.Join(dir, "text.mp4")
	if err := os.WriteFile(text, []byte("no film"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, filepath.Join(dir, "none.mp4")} {
		if err := Film(t.Context(), path, 5, func(*picture.Picture) error { return nil }); !errors.Is(err, ErrNoFilm) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
