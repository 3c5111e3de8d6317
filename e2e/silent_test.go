package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
)

// TestPromise5NoLineForAPassage runs a door in a process of its own, with the
// latch of its configuration and a log of everything, and lets people in and
// turns them away: it writes no line on its log, its standard output or its
// standard error, whatever the outcome.
func TestPromise5NoLineForAPassage(t *testing.T) {
	t.Parallel()
	r, ctx := newStandingRig(t)
	plain, face, gone := issue(t, r)
	number, code, err := r.PIN()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(gone); err != nil {
		t.Fatal(err)
	}
	log := &said{}
	apart, err := r.StartApart(ctx, rigtest.Own{Latch: true, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	s := newShowing(t, ctx, r)
	s.see(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "001_08.jpg"), Pass: face})
	s.code(t, ctx, face, "opened") // so it has its secrets
	// Without a controller there is nothing else that it could say something about.
	if err := r.StopController(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); !strings.Contains(log.String(), "the controller cannot be reached"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("nothing is said about the controller, so the log is not heard: %q", log)
		}
	}
	before, stray := log.String(), apart.Stray()
	s.code(t, ctx, plain, "opened")
	s.code(t, ctx, face, "opened")
	s.code(t, ctx, gone, "ask-for-help")
	s.code(t, ctx, "FL1:DAMAGED", "try-again")
	s.pin(t, ctx, number, code, "opened")
	s.pin(t, ctx, number, "00000000", "try-again")
	s.code(t, ctx, face, "about-to-look")
	if err := s.page.NotMe(ctx); err != nil {
		t.Fatal(err)
	}
	s.see(t, rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "002_08.jpg"), Pass: face})
	s.code(t, ctx, face, "try-again")
	if err := r.StopDoor(); err != nil {
		t.Fatal(err)
	}
	if ended, _ := apart.Ended(); ended != "" {
		t.Fatal(ended)
	}
	if more := strings.TrimPrefix(log.String(), before); more != "" {
		t.Errorf("written because somebody passed, or was turned away: %q", more)
	}
	if more := apart.Stray(); !slices.Equal(more, stray) {
		t.Errorf("said because somebody passed, or was turned away: %q after %q", more, stray)
	}
}
