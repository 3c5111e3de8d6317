package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
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
	r, ctx := newStandingRig(t)
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return r, ctx
}

// newStandingRig makes a site and a door, which is not started.
func newStandingRig(t *testing.T) (*rigtest.Rig, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(testenv.Count(10, 180))*time.Minute)
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
	return r, ctx
}

// showing is one time that something is shown at a door.
type showing struct {
	rig  *rigtest.Rig
	page *kiosktest.Page
	film *rigtest.Filming
}

func newShowing(t *testing.T, ctx context.Context, r *rigtest.Rig) *showing {
	t.Helper()
	page, err := r.Connect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := &showing{rig: r, page: page, film: rigtest.Film(page, nil)}
	t.Cleanup(func() {
		s.film.Stop()
		s.page.Close()
	})
	return s
}

// see has the camera see a scene, for as long as a door ever looks: frames that
// come again would be a camera that is replayed.
func (s *showing) see(t *testing.T, scene rigtest.Scene) {
	t.Helper()
	film, err := scene.Film(130, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.film.Point(film)
}

// code shows a code, and waits for a screen.
func (s *showing) code(t *testing.T, ctx context.Context, text, screen string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := s.page.WaitScreen(ctx, "ready"); err != nil {
		t.Fatal("the door is not ready: ", err)
	}
	if err := s.page.Code(ctx, text); err != nil {
		t.Fatal(err)
	}
	if m, err := s.page.WaitScreen(ctx, screen); err != nil {
		t.Fatalf("waited for the screen %q: %v; it is %q", screen, err, m.Key)
	}
}

// TestDoor: with the controller, and with the network unplugged: the holder gets
// in, a stranger with the same pass does not, a plain pass and a PIN do, and a
// revoked pass does not.
func TestDoor(t *testing.T) {
	r, ctx := newRig(t)
	plain, face, gone := issue(t, r)
	number, code, err := r.PIN()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(gone); err != nil {
		t.Fatal(err)
	}
	s := newShowing(t, ctx, r)
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	round := func(t *testing.T) {
		before := r.Latch.Opened()
		s.see(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "001_08.jpg"), Pass: face})
		s.code(t, ctx, face, "opened")
		s.code(t, ctx, plain, "opened")
		s.see(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "002_08.jpg"), Pass: face})
		s.code(t, ctx, face, "try-again")
		s.code(t, ctx, gone, "ask-for-help")
		s.pin(t, ctx, number, code, "opened")
		s.pin(t, ctx, number, "00000000", "try-again")
		if n := r.Latch.Opened() - before; n != 3 {
			t.Errorf("the latch was released %d times, not 3", n)
		}
	}
	t.Run("connected", round)
	if err := r.StopController(); err != nil {
		t.Fatal(err)
	}
	t.Run("unplugged", round)
}

func issue(t *testing.T, r *rigtest.Rig) (plain, face, gone string) {
	t.Helper()
	var err error
	if plain, err = r.PlainPass(); err != nil {
		t.Fatal(err)
	}
	if gone, err = r.PlainPass(); err != nil {
		t.Fatal(err)
	}
	if face, err = r.FacePass(photograph(t, "frll", "neutral", "001_03.jpg")); err != nil {
		t.Fatal(err)
	}
	return plain, face, gone
}

func (s *showing) pin(t *testing.T, ctx context.Context, number, code, screen string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := s.page.WaitScreen(ctx, "ready"); err != nil {
		t.Fatal("the door is not ready: ", err)
	}
	if err := s.page.PIN(ctx, number, code); err != nil {
		t.Fatal(err)
	}
	if m, err := s.page.WaitScreen(ctx, screen); err != nil {
		t.Fatalf("waited for the screen %q: %v; it is %q", screen, err, m.Key)
	}
}

// TestWithdrawalReachesTheDoor: a revocation reaches a connected door within 60
// seconds; how long it took is printed.
func TestPromise2WithdrawalReachesTheDoor(t *testing.T) {
	r, ctx := newRig(t)
	plain, _, _ := issue(t, r)
	s := newShowing(t, ctx, r)
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	s.code(t, ctx, plain, "opened")
	if err := r.Revoke(plain); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal("the door did not hear of it within a minute: ", err)
	}
	t.Logf("the door knew after %v", time.Since(start).Round(10*time.Millisecond))
	s.code(t, ctx, plain, "ask-for-help")
}
