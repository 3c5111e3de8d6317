package session

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// stand is one door with drawn people before it. It is also what the door
// believes, its screen, and its counts. Its time stands still but for turn, and
// for the frames of its camera.
type stand struct {
	t       *testing.T
	site    pass.SiteID
	key     *ecdsa.PrivateKey
	sealing pass.SealingKey
	limits  *door.Limiter
	faces   *facetest.Fake
	latch   *latchtest.Fake
	camera  *lens
	session *Session

	mu      sync.Mutex
	time    time.Time // guarded by mu, as are those below
	live    bool      // whether the zone wants living faces only
	prompts int       // how many things are asked for
	obeys   bool      // whether whoever is there does what the screen asks
	flat    bool      // as a picture that is held up
	renewed int       // how often frames were asked for anew
	opened  int       // how often somebody was told that the door opens
	status  statuslist.Status
	screens []kiosk.Screen
	modes   []kiosk.FrameMode
	counts  map[pass.Reason]int
	changed chan struct{} // gets a value when something was noted
}

func newStand(t *testing.T) *stand {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealing, err := pass.NewSealingKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	limits, err := door.NewLimiter(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{
		t: t, site: pass.SiteID{1}, key: key, sealing: sealing, limits: limits, latch: latchtest.Play(),
		time: time.Now(), counts: map[pass.Reason]int{}, changed: make(chan struct{}, 1),
	}
	s.faces = facetest.New(t, s.Now)
	s.camera = newLens(func() { s.note(func() { s.time = s.time.Add(perFrame) }) })
	s.session = New(Parts{
		Believer: s, Display: s, Latch: s.latch, Camera: s.camera, Watch: camera.NewWatch(), Eyes: s.engine(),
		Asked:  func() []pass.Challenge { return nil },
		Opened: func() { s.note(func() { s.opened++ }) },
		Count:  s.count,
		Health: func(door.Faults, bool) {},
	})
	return s
}

func (s *stand) engine() *Engine {
	return &Engine{
		Faces: s.faces.Engine, Threshold: func() float64 { return facetest.Threshold },
		Live: func() bool { return s.Basis().Policy.RequireLive },
	}
}

// run runs the session until the test's end, or until stop is called.
func (s *stand) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.session.Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		s.camera.Close()
		<-done
	})
	s.t.Cleanup(stop)
	s.session.Event(kiosk.Connected{})
	s.wait("the door is ready", func() bool { return s.key0() == door.KeyReady })
	s.session.p.Watch.Wake(time.Now().Add(time.Hour)) // see newLens
	return stop
}

// turn lets time go by at the door.
func (s *stand) turn(d time.Duration) {
	s.note(func() { s.time = s.time.Add(d) })
	s.session.Changed()
}

// look shows a face pass, and waits until its holder is looked at.
func (s *stand) look(text string) {
	s.t.Helper()
	s.session.Event(kiosk.Code{Text: text})
	s.wait("the screen says that the camera will look", func() bool { return s.key0() == door.KeyAboutToLook })
	s.turn(door.NotMeTime)
	s.wait("the camera looks", func() bool { return s.key0() == door.KeyLook && s.mode() == kiosk.LookFrames })
}

func (s *stand) Basis() door.Basis {
	id, err := pass.KeyIDOf(&s.key.PublicKey)
	if err != nil {
		s.t.Error(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return door.Basis{
		Policy: door.Policy{RequireLive: s.live, Prompts: s.prompts}, Zone: "front", Methods: door.Plain | door.Face | door.PIN, Seals: s, Models: []pass.ModelID{s.faces.ModelID()},
		Trust:   pass.Trust{Site: s.site, Keys: map[pass.KeyID]*ecdsa.PublicKey{id: &s.key.PublicKey}, Status: s, Location: time.UTC},
		PlainOK: true, FaceOK: true, Limits: s.limits, Pulse: door.MaxPulse,
	}
}

func (s *stand) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.time
}

func (s *stand) CheckPIN(number, code string) (bundle.PINVerified, error) {
	return bundle.PINVerified{}, &pass.Refusal{Reason: pass.ReasonWrongPIN}
}

func (s *stand) Status(string, uint32, time.Time) (statuslist.Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status, nil
}

func (s *stand) SealingKeys(pass.KeyID) (pass.SealingKeys, error) {
	key, err := pass.ImportSealingKey(s.sealing.Export())
	return pass.SealingKeys{key.ID(): key}, err
}

func (s *stand) Show(k kiosk.Screen) {
	s.note(func() {
		s.screens = append(s.screens, k)
		turn := map[string]float64{string(door.HintTurnLeft): -36, string(door.HintTurnRight): 36}[k.Hint]
		if s.obeys {
			s.faces.Turn(turn, s.flat)
		}
	})
}

// RenewFrames is what a screen does where something new is asked for.
func (s *stand) RenewFrames() { s.note(func() { s.renewed++ }) }

func (s *stand) WantFrames(m kiosk.FrameMode, _, _ int) {
	s.note(func() { s.modes = append(s.modes, m) })
}

func (s *stand) count(r pass.Reason) { s.note(func() { s.counts[r]++ }) }

func (s *stand) note(f func()) {
	s.mu.Lock()
	f()
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// key0 is what the screen says.
func (s *stand) key0() door.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.screens) == 0 {
		return ""
	}
	return door.Key(s.screens[len(s.screens)-1].Key)
}

func (s *stand) counted(r pass.Reason) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[r]
}

func (s *stand) mode() kiosk.FrameMode {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.modes) == 0 {
		return kiosk.NoFrames
	}
	return s.modes[len(s.modes)-1]
}

// wanted is whether frames were ever asked for in a way.
func (s *stand) wanted(m kiosk.FrameMode) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.modes, m)
}

// wait waits until something is true, for a long time.
func (s *stand) wait(what string, is func() bool) {
	s.t.Helper()
	deadline := time.After(time.Minute)
	for !is() {
		select {
		case <-s.changed:
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			s.t.Fatalf("waited in vain until %s; the screen says %q, counted %v", what, s.key0(), s.counts)
		}
	}
}

// film sends frames for as long as they are wanted for looking.
func (s *stand) film(jpeg []byte) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ctx.Err() == nil; n++ {
			if s.mode() == kiosk.LookFrames {
				s.camera.Push(another(jpeg, n)) //nolint:errcheck // the drawing is a picture; or the camera is closed
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// another is a picture with a comment that makes it another frame: the same
// again and again would be a camera that is frozen (ITU-T T.81, B.2.4.5).
func another(jpeg []byte, n int) []byte {
	return slices.Concat(jpeg[:2], []byte{0xff, 0xfe, 0, 4, byte(n >> 8), byte(n)}, jpeg[2:])
}

// push sends one frame, and waits until the session has done with it what it
// does with it.
func (s *stand) push(jpeg []byte) {
	s.t.Helper()
	before, _ := s.camera.frames()
	if err := s.camera.Push(jpeg); err != nil {
		s.t.Fatal(err)
	}
	s.wait("the frame was used", func() bool {
		n, used := s.camera.frames()
		return n > before && used
	})
}

// pass makes the text of a pass; a person makes it a face pass.
func (s *stand) pass(who int) string {
	s.t.Helper()
	if who < 0 {
		return s.passWith(nil)
	}
	reference := s.faces.Enrol(s.t, who)
	defer reference.Wipe()
	return s.passWith(reference)
}

// passWith makes the text of a pass; a reference makes it a face pass.
func (s *stand) passWith(reference face.Reference) string {
	s.t.Helper()
	id, err := pass.NewID(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	at := s.Now().Truncate(time.Second)
	c := pass.Claims{Site: s.site, ID: id, NotBefore: at.Add(-time.Hour), Expires: at.Add(time.Hour), Zones: []string{"front"}}
	var sealed pass.Sealed
	if reference != nil {
		c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
		sealed, err = pass.Seal(rand.Reader, s.sealing, c.Binding(), map[pass.ModelID][]byte{s.faces.ModelID(): reference})
		if err != nil {
			s.t.Fatal(err)
		}
		c.Face.Models, c.Face.Sealed = sealed.Models, sealed.Hash
	}
	signed, err := pass.Sign(rand.Reader, s.key, c)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := pass.Join(signed, sealed.Bytes)
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}
