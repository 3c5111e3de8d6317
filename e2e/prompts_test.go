package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/internal/site"
)

// volunteer is somebody who was photographed from in front and from both sides, one
// photograph after another: they stand in for a film of a head that turns.
type volunteer struct{ front, left, right [][]byte }

// turnLength is how many frames a scene has, each with noise of its own.
const turnLength = 15

func filmed(t *testing.T, path ...string) [][]byte {
	t.Helper()
	film, err := rigtest.Scene{Photograph: photograph(t, path...)}.Film(turnLength, 1)
	if err != nil {
		t.Fatal(err)
	}
	return film
}

// until has the camera see what obey says for each screen, and returns the first
// screen of those that are waited for.
func (s *showing) until(t *testing.T, ctx context.Context, obey func(kiosktest.Message), ends ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	hint := ""
	m, err := s.page.Wait(ctx, "screen", func(m kiosktest.Message) bool {
		if m.Hint != hint {
			hint = m.Hint
			obey(m)
		}
		return slices.Contains(ends, m.Key)
	})
	if err != nil {
		t.Fatalf("waited for one of the screens %q: %v", ends, err)
	}
	return m.Key
}

// asks has the operator say what the doors of the zone ask for.
func asks(t *testing.T, ctx context.Context, r *rigtest.Rig, rules site.Rules) {
	t.Helper()
	err := r.Office(func(o *site.Office) error {
		c, version, err := o.Configuration(ctx)
		if err != nil {
			return err
		}
		c.Rules = map[string]site.Rules{rigtest.Zone: rules}
		return o.SetConfig(ctx, site.Operator, version, c)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPrompts: at a door whose zone asks people to turn their heads, as the operator
// set it after the door was started, a volunteer who does comes in. A still picture of
// the same person is asked in vain, and whoever says that they cannot is shown the
// other ways.
func TestPrompts(t *testing.T) {
	if testing.Short() {
		t.Skip("the session's own tests ask under the race detector")
	}
	r, ctx := newStandingRig(t)
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	asks(t, ctx, r, site.Rules{Prompts: 1, Light: true})
	face, err := r.FacePass(photograph(t, "sequences", "male", "0003", "neutral", "front.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	v := volunteer{
		front: filmed(t, "sequences", "male", "0003", "smiling", "front.jpg"),
		left:  filmed(t, "sequences", "male", "0003", "neutral", "left.jpg"),
		right: filmed(t, "sequences", "male", "0003", "neutral", "right.jpg"),
	}
	s := newShowing(t, ctx, r)
	turns := map[string][][]byte{"turn-left": v.right, "turn-right": v.left} // whose left is the picture's right
	s.film.Point(v.front)
	s.code(t, ctx, face, "about-to-look")
	end := s.until(t, ctx, func(m kiosktest.Message) {
		film := turns[m.Hint]
		if film == nil {
			film = v.front
		}
		s.film.Point(film)
	}, "opened", "try-again")
	if end != "opened" || r.Latch.Opened() != 1 {
		t.Errorf("a volunteer who turns as asked: %s, the latch was released %d times", end, r.Latch.Opened())
	}

	s.film.Point(v.front)
	still := func(kiosktest.Message) {}
	s.code(t, ctx, face, "about-to-look")
	s.until(t, ctx, still, "prompt")
	time.Sleep(2 * time.Second) // some frames
	if err := s.page.Send(ctx, map[string]any{"t": "cannot"}); err != nil {
		t.Fatal(err)
	}
	end = s.until(t, ctx, still, "use-other-way", "opened", "try-again")
	if end != "use-other-way" || r.Latch.Opened() != 1 {
		t.Errorf("a still picture: %s, the latch was released %d times", end, r.Latch.Opened())
	}
}
