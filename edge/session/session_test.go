package session

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/device/latch"
	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

const (
	nobody   = -1
	holder   = 9 // bright enough not to be a covered camera
	stranger = 11
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestPlainPass: it opens, no frame is asked for, and no network runs.
func TestPlainPass(t *testing.T) {
	s := newStand(t)
	s.run()
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("the latch was released", func() bool { return s.latch.Opened() == 1 })
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 1 })
	if n := s.faces.Runs(models.Detect); n != 0 || s.wanted(kiosk.LookFrames) {
		t.Errorf("%d looks for faces", n)
	}
}

// TestFacePass: the holder gets in, and nothing of the face is left.
func TestFacePass(t *testing.T) {
	s := newStand(t)
	stop := s.run()
	defer s.film(facetest.JPEG(facetest.Alone(holder)))()
	s.look(s.pass(holder))
	s.wait("the latch was released", func() bool { return s.latch.Opened() == 1 })
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 1 })
	stop()
	if n := s.faces.Dirty(); n != 0 {
		t.Errorf("%d networks still hold something of a picture", n)
	}
	if n := s.camera.left(); n != 0 {
		t.Errorf("%d frames were not wiped", n)
	}
	if m := s.mode(); m != kiosk.NoFrames {
		t.Errorf("frames are still asked for: %v", m)
	}
}

// TestPromise3NobodyIsMeasuredBeforeAPass: whoever walks by, and whatever is
// held up that is not a good face pass, no frame is asked for, and frames that
// come all the same are not looked at.
func TestPromise3NobodyIsMeasuredBeforeAPass(t *testing.T) {
	s := newStand(t)
	s.run()
	passing := facetest.JPEG(facetest.Alone(stranger))
	revoked := s.pass(stranger)
	looks, measured := s.faces.Runs(models.Detect), s.faces.Runs(models.Extract)
	for _, text := range []string{"", "hello", "FL1:BROKEN", s.pass(nobody)} {
		for range 5 {
			s.push(passing)
		}
		if text != "" {
			s.session.Event(kiosk.Code{Text: text})
		}
	}
	s.wait("the plain pass opened", func() bool { return s.latch.Opened() == 1 })
	s.mu.Lock()
	s.status = statuslist.Invalid
	s.mu.Unlock()
	s.session.Event(kiosk.Code{Text: revoked})
	s.wait("it was refused", func() bool { return s.counted(pass.ReasonRevoked) == 1 })
	if d, e := s.faces.Runs(models.Detect)-looks, s.faces.Runs(models.Extract)-measured; d != 0 || e != 0 {
		t.Errorf("%d looks for faces, %d faces measured", d, e)
	}
	if s.wanted(kiosk.LookFrames) {
		t.Error("frames were asked for")
	}
}

// TestPromise3TheSecondForNotMe: the camera waits, and who says no is not
// looked at.
func TestPromise3TheSecondForNotMe(t *testing.T) {
	s := newStand(t)
	s.run()
	stopFilm := s.film(facetest.JPEG(facetest.Alone(holder)))
	defer stopFilm()
	text := s.pass(holder)
	looks := s.faces.Runs(models.Detect)
	s.session.Event(kiosk.Code{Text: text})
	s.wait("the screen says that the camera will look", func() bool { return s.key0() == door.KeyAboutToLook })
	s.session.Event(kiosk.NotMe{})
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonNotMe) == 1 })
	s.turn(door.NotMeTime)
	s.push(facetest.JPEG(facetest.Alone(holder)))
	if n := s.faces.Runs(models.Detect) - looks; n != 0 || s.latch.Opened() != 0 {
		t.Errorf("%d looks, %d openings", n, s.latch.Opened())
	}
}

// TestStranger: three attempts and no opening.
func TestStranger(t *testing.T) {
	s := newStand(t)
	s.run()
	defer s.film(facetest.JPEG(facetest.Alone(stranger)))()
	text := s.pass(holder)
	measured := s.faces.Runs(models.Extract)
	s.look(text)
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonFaceMismatch) == 1 })
	if n := s.latch.Opened(); n != 0 {
		t.Errorf("%d openings", n)
	}
	if n := s.faces.Runs(models.Extract) - measured; n != door.MaxAttempts*2 { // two extract models
		t.Errorf("%d extractions in one showing", n)
	}
}

// TestRevokedWhileLooking: what arrives while somebody is looked at counts.
func TestRevokedWhileLooking(t *testing.T) {
	s := newStand(t)
	s.run()
	s.look(s.pass(holder))
	s.mu.Lock()
	s.status = statuslist.Invalid
	s.mu.Unlock()
	defer s.film(facetest.JPEG(facetest.Alone(holder)))()
	s.wait("it was refused", func() bool { return s.counted(pass.ReasonRevoked) == 1 })
	if n := s.latch.Opened(); n != 0 {
		t.Errorf("%d openings", n)
	}
}

// TestLostKiosk: the door locks while somebody is looked at, and forgets.
func TestLostKiosk(t *testing.T) {
	s := newStand(t)
	stop := s.run()
	s.look(s.pass(holder))
	s.session.Event(kiosk.Lost{})
	s.wait("the door is locked", func() bool { return s.key0() == door.KeyLocked })
	defer s.film(facetest.JPEG(facetest.Alone(holder)))()
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("it was refused", func() bool { return s.counted(pass.ReasonDoorFailed) >= 1 })
	stop()
	if n := s.latch.Opened(); n != 0 {
		t.Errorf("%d openings", n)
	}
}

// TestBrokenLatch: an order that fails is on the screen, is counted as a
// failure, and is no fault of the door: the next one is tried.
func TestBrokenLatch(t *testing.T) {
	s := newStand(t)
	s.latch = latchtest.Play(errors.Join(latch.ErrFailed, errors.New("unplugged")))
	s.session.p.Latch = s.latch
	s.run()
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonDoorFailed) == 1 })
	s.wait("the screen says so", func() bool { return s.key0() == door.KeyLatchFailed })
	s.turn(door.ResultTime)
	s.wait("the door is ready again", func() bool { return s.key0() == door.KeyReady })
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("the latch was released", func() bool { return s.latch.Opened() == 1 })
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 1 })
	if n := s.counted(pass.ReasonDoorFailed); n != 1 {
		t.Errorf("one failure was counted %d times", n)
	}
}

// TestStops: whatever happens just then, a session that is stopped ends, with
// nothing of a face left.
func TestStops(t *testing.T) {
	for _, at := range []door.Key{door.KeyReady, door.KeyAboutToLook, door.KeyLook} {
		s := newStand(t)
		stop := s.run()
		stopFilm := s.film(facetest.JPEG(facetest.Alone(stranger)))
		switch at {
		case door.KeyAboutToLook:
			s.session.Event(kiosk.Code{Text: s.pass(holder)})
			s.wait("the screen shows "+string(at), func() bool { return s.key0() == at })
		case door.KeyLook:
			s.look(s.pass(holder))
		}
		stop()
		stopFilm()
		if n := s.faces.Dirty(); n != 0 {
			t.Errorf("stopped at %s: %d networks still hold something of a picture", at, n)
		}
		if n := s.camera.left(); n != 0 {
			t.Errorf("stopped at %s: %d frames were not wiped", at, n)
		}
	}
}
