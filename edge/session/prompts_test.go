package session

import (
	"testing"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// bright is somebody so bright that the camera does not count as covered, however long
// they are before it.
const bright = facetest.People - 1

// standAsks is a stand at a door that asks for one thing, and films who is there.
func standAsks(t *testing.T, obeys, flat bool) *stand {
	t.Helper()
	s := newStand(t)
	s.prompts, s.obeys, s.flat = 1, obeys, flat
	s.run()
	t.Cleanup(s.film(facetest.JPEG(facetest.Alone(bright))))
	s.look(s.pass(bright))
	return s
}

// TestPrompts: whoever does what the screen asks comes in, a picture that is turned
// does not, and frames are asked for anew with what is asked of people. The look
// takes no features from the frames that show how somebody moves.
func TestPrompts(t *testing.T) {
	s := standAsks(t, true, false)
	s.wait("it opens", func() bool { return s.key0() == door.KeyOpened })
	if s.renewed != 1 {
		t.Errorf("frames were asked for anew %d times", s.renewed)
	}
	if n := s.faces.Dirty(); n != 0 {
		t.Errorf("%d networks hold something", n)
	}

	s = standAsks(t, true, true)
	s.wait("it is refused", func() bool { return s.counted(pass.ReasonAttackSuspected) == 1 })
	if s.latch.Opened() != 0 {
		t.Error("it opened for a picture")
	}
}

// TestPromise4CannotAtTheScreen: one press, while the camera asks for something, ends
// the look and offers the other ways.
func TestPromise4CannotAtTheScreen(t *testing.T) {
	s := standAsks(t, false, false)
	s.wait("it asks for something", func() bool { return s.key0() == door.KeyPrompt })
	s.session.Event(kiosk.Cannot{})
	s.wait("it offers other ways", func() bool { return s.key0() == door.KeyUseOtherWay })
	looks := s.faces.Runs(models.Detect)
	s.wait("no frames are wanted", func() bool { return s.mode() == kiosk.NoFrames })
	if n := s.faces.Runs(models.Detect); n > looks+1 {
		t.Errorf("%d frames were looked at after that", n-looks)
	}
	s.session.Event(kiosk.Code{Text: s.pass(-1)})
	s.wait("a plain pass opens", func() bool { return s.key0() == door.KeyOpened })
}
