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
// believes, its screen, and its counts.
type stand struct {
	t       *testing.T
	site    pass.SiteID
	key     *ecdsa.PrivateKey
	sealing pass.SealingKey
	limits  *door.Limiter
	faces   *facetest.Fake
	latch   *latchtest.Fake
	camera  *camera.Pushed
	session *Session

	mu      sync.Mutex
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
		t: t, site: pass.SiteID{1}, key: key, sealing: sealing, limits: limits,
		faces: facetest.New(t, time.Now), latch: latchtest.Play(), camera: camera.NewPushed(),
		counts: map[pass.Reason]int{}, changed: make(chan struct{}, 1),
	}
	s.session = New(Parts{
		Believer: s, Display: s, Latch: s.latch, Camera: s.camera, Watch: camera.NewWatch(),
		Eyes:   &Engine{Faces: s.faces.Engine, Threshold: func() float64 { return facetest.Threshold }, Live: func() bool { return false }},
		Asked:  func() []pass.Challenge { return nil },
		Opened: func() {},
		Count:  s.count,
		Health: func(door.Faults, bool) {},
	})
	return s
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
	return stop
}

func (s *stand) Basis() door.Basis {
	id, err := pass.KeyIDOf(&s.key.PublicKey)
	if err != nil {
		s.t.Error(err)
	}
	return door.Basis{
		Zone: "front", Methods: door.Plain | door.Face | door.PIN, Seals: s, Models: []pass.ModelID{s.faces.ModelID()},
		Trust:   pass.Trust{Site: s.site, Keys: map[pass.KeyID]*ecdsa.PublicKey{id: &s.key.PublicKey}, Status: s, Location: time.UTC},
		PlainOK: true, FaceOK: true, Limits: s.limits, Pulse: time.Second,
	}
}

func (s *stand) Now() time.Time { return time.Now() }

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
	s.note(func() { s.screens = append(s.screens, k) })
}

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

// wait waits until something is true, for a long time.
func (s *stand) wait(what string, is func() bool) {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
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
				// A comment makes each frame another one: the same again and again
				// would be a camera that is frozen (ITU-T T.81, B.2.4.5).
				frame := slices.Concat(jpeg[:2], []byte{0xff, 0xfe, 0, 4, byte(n >> 8), byte(n)}, jpeg[2:])
				s.camera.Push(frame) //nolint:errcheck // the drawing is a picture; or the camera is closed
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// pass makes the text of a pass; a person makes it a face pass.
func (s *stand) pass(who int) string {
	s.t.Helper()
	id, err := pass.NewID(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	at := time.Now().Truncate(time.Second)
	c := pass.Claims{Site: s.site, ID: id, NotBefore: at.Add(-time.Hour), Expires: at.Add(time.Hour), Zones: []string{"front"}}
	var sealed pass.Sealed
	if who >= 0 {
		reference := s.faces.Enrol(s.t, who)
		defer reference.Wipe()
		c.Face = &pass.FaceClaims{Purpose: pass.PurposeAccess, Consent: pass.Hash16{9}}
		sealed, err = pass.Seal(rand.Reader, s.sealing, c.Binding(), map[pass.ModelID][]byte{s.faces.ModelID(): face.Reference(reference)})
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
