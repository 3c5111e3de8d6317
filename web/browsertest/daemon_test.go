package browsertest

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/web"
)

// behind is what stands behind the real kiosk server: it plays one showing and
// notes what came.
type behind struct {
	server *kiosk.Server

	mu                  sync.Mutex // guards what follows
	codes, pins, frames int
	lost                []kiosk.Loss
	camera              kiosk.CameraState
	connected           bool
	paired              kiosk.Paired
}

func (b *behind) Event(e kiosk.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := e.(type) {
	case kiosk.Connected:
		b.connected = true
	case kiosk.Code:
		b.codes++
		if b.codes == 1 {
			go b.look()
		}
	case kiosk.PIN:
		b.pins++
	case kiosk.Camera:
		b.camera = e.State
	case kiosk.Lost:
		b.lost = append(b.lost, e.Why)
	}
}

// look announces, looks for two seconds, and opens.
func (b *behind) look() {
	b.server.Show(kiosk.Screen{Ways: "plain+phone+face+pin", Key: "about-to-look", State: "verified", Until: time.Now().Add(time.Second)})
	time.Sleep(time.Second)
	b.server.Show(kiosk.Screen{Ways: "plain+phone+face+pin", Key: "look", Hint: "come-closer", State: "looking", Until: time.Now().Add(8 * time.Second)})
	b.server.WantFrames(kiosk.LookFrames, 15, 1280)
	time.Sleep(2 * time.Second)
	b.server.WantFrames(kiosk.NoFrames, 0, 0)
	b.server.Show(kiosk.Screen{Ways: "plain+phone+face+pin", Key: "opened", State: "opened", Until: time.Now().Add(2 * time.Second)})
	time.Sleep(2 * time.Second)
	b.server.Show(kiosk.Screen{Ways: "plain+phone+face+pin", Key: "ready", State: "idle"})
}

// Push, Lose and Drop make it a place for frames.
func (b *behind) Push([]byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.frames++
	return nil
}
func (b *behind) Lose() {}
func (b *behind) Drop() {}

// Kiosk and Keep make it a store.
func (b *behind) Kiosk() (kiosk.Paired, error) { return b.paired, nil }

func (b *behind) Keep(p kiosk.Paired) error {
	b.paired = p
	return nil
}

// TestKioskMeetsItsDaemon runs the page against the real server of package
// edge/kiosk: paired, connected, one showing, a PIN, and never disconnected.
func TestKioskMeetsItsDaemon(t *testing.T) {
	executable := browser(t)
	passes, err := vectors.Accepts()
	must(t, err)
	video := filepath.Join(t.TempDir(), "camera.y4m")
	film(t, video, passes[0].Text)
	b, base := serveKiosk(t)
	offer, err := b.server.Pair(false)
	must(t, err)
	run(t, "daemon.mjs", map[string]any{"base": base, "video": video, "code": offer.Code, "shots": shots(t), "executable": executable})
	b.mu.Lock()
	defer b.mu.Unlock()
	lost := slices.DeleteFunc(b.lost, func(l kiosk.Loss) bool { return l == kiosk.LossGone }) // loaded again, or closed
	if !b.connected || b.codes == 0 || b.pins != 1 || b.frames < 5 || b.camera != kiosk.CameraOK || len(lost) > 0 {
		t.Errorf("connected %t, %d codes, %d PINs, %d frames, camera %q, lost %q", b.connected, b.codes, b.pins, b.frames, b.camera, lost)
	}
}

func serveKiosk(t *testing.T) (*behind, string) {
	t.Helper()
	certificates := httptest.NewTLSServer(nil)
	t.Cleanup(certificates.Close)
	certificate := certificates.TLS.Certificates[0]
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	base := "https://" + l.Addr().String()
	b := &behind{}
	b.server, err = kiosk.New(kiosk.Config{
		Door: "a1b2c3d4e5f60718", Origins: []string{base}, Pages: withLibraries(t, web.Kiosk()), Store: b, Frames: b,
		Certificate: func() (*tls.Certificate, error) { return &certificate, nil },
	}, b)
	must(t, err)
	b.server.Configure(kiosk.Page{
		Site: "Garden Court", Zone: map[string]string{"en": "Front door"}, Methods: strings.Fields("plain face pin phone"),
		Languages: []string{"en", "zh-CN"}, BrowserQR: true, Demo: true, Camera: "kiosk", Notice: map[string]string{"en": "Nothing is kept."},
	})
	b.server.Show(kiosk.Screen{Ways: "plain+phone+face+pin", Key: "ready", State: "idle"})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return b, base
}
