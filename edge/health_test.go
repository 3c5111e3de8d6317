package edge

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/metrics"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/internal/durable"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// standing is a daemon that has joined a site, and of which nothing runs yet.
func standing(t *testing.T) *daemon {
	t.Helper()
	site := edgetest.New(t)
	controller := site.Serve()
	c := config.Default()
	c.State, c.TPM = filepath.Join(t.TempDir(), "door"), "off"
	f, err := state.Open(c.State, durable.Disk{})
	must(t, err)
	must(t, f.Join(site.Identity(controller.Address)))
	must(t, f.Close())
	g, err := ground.Open(c, ground.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, g.Close()) })
	controller.Publish(1, site.Bundle(1))
	d := &daemon{config: c, ground: g, camera: camera.NewPushed(), watch: camera.NewWatch(), log: slog.New(slog.DiscardHandler)}
	d.kiosk, err = kiosk.New(kiosk.Config{
		Door: "a1b2c3d4e5f60718", Origins: []string{"https://door.local:8443"}, Certificate: d.certificate,
		Pages: fstest.MapFS{"index.html": {}}, Store: kiosk.File{Path: filepath.Join(c.State, KioskFile)}, Frames: noFrames{},
	}, noEvents{})
	must(t, err)
	return d
}

type noEvents struct{}

func (noEvents) Event(kiosk.Event) {}

// shows is what a path of the board says.
func (d *daemon) shows(t *testing.T, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	metrics.Handler(&d.board).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	must(t, err)
	return string(body)
}

// TestWhatIsAssumed: at its start a door shows each of its parts, before any of
// them was reported, and that it has no tablet.
func TestWhatIsAssumed(t *testing.T) {
	d := standing(t)
	d.assume()
	d.board.Publish(d.machine())
	shown := d.shows(t, "/metrics")
	for part, up := range map[metrics.Part]string{
		metrics.Camera: "1", metrics.Latch: "1", metrics.Kiosk: "0", metrics.Clock: "1", metrics.Controller: "0",
	} {
		if line := `facelatch_part_up{part="` + string(part) + `"} ` + up + "\n"; !strings.Contains(shown, line) {
			t.Errorf("no %s in\n%s", line, shown)
		}
	}
	if ills := d.shows(t, "/healthz"); !strings.Contains(ills, `["kiosk","no bundle yet"]`) {
		t.Error(ills)
	}
}

// TestTheFirstBundleShowsAtOnce: whoever sets a door up does not wait for the
// minute to see that it works. From then on it shows each minute only.
func TestTheFirstBundleShowsAtOnce(t *testing.T) {
	d := standing(t)
	ctx, cancel := context.WithCancel(t.Context())
	minute, running := make(chan time.Time), make(chan struct{}, 2)
	go func() { d.ground.Run(ctx); running <- struct{}{} }()
	go func() { d.publish(ctx, func() <-chan time.Time { return minute }); running <- struct{}{} }()
	defer func() {
		cancel()
		<-running
		<-running
	}()
	d.until(t, "the bundle shows, and that it lives", func() bool {
		return strings.Contains(d.shows(t, "/healthz"), `"ok":true`)
	})
	d.until(t, "the controller is heard", func() bool { return d.ground.Snapshot().Contact.Reached })
	d.board.Set(metrics.Latch, true)
	d.ground.Report(ground.Latch)
	d.ground.Heard(context.DeadlineExceeded) // the controller is away: a change, and no minute
	d.until(t, "it is known", func() bool { return !d.ground.Snapshot().Contact.Reached })
	for range 50 {
		if shown := d.shows(t, "/healthz"); !strings.Contains(shown, `"ok":true`) {
			t.Fatalf("between two minutes it shows %s", shown)
		}
		time.Sleep(time.Millisecond)
	}
	minute <- time.Now()
	d.until(t, "the minute is over", func() bool { return strings.Contains(d.shows(t, "/healthz"), `"latch"`) })
}

func (d *daemon) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s; it shows %s", what, d.shows(t, "/healthz"))
		}
	}
}

// wire gives a daemon a camera of its own.
func (d *daemon) wire(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "1.jpg"), facetest.JPEG(facetest.Nobody()), 0o600))
	pictures, err := camera.Open("folder:" + dir)
	must(t, err)
	t.Cleanup(func() { must(t, pictures.Close()) })
	d.camera = pictures
}

// TestFaultsShowAndAreReported, once for each part, and say nothing of a person.
func TestFaultsShowAndAreReported(t *testing.T) {
	d := standing(t)
	d.wire(t)
	var said bytes.Buffer
	d.log = slog.New(slog.NewTextHandler(&said, nil))
	parts := map[door.Faults]string{door.CameraFault: "camera", door.LatchFault: "latch", door.ClockFault: "clock", door.KioskFault: "kiosk"}
	for part, name := range parts {
		d.fault(part, true)
		if ills := d.ills(t); !strings.Contains(ills, `"ills":["`+name+`"]`) {
			t.Errorf("%s: %s", name, ills)
		}
		d.fault(part, false)
		if ills := d.ills(t); !strings.Contains(ills, `"ok":true`) {
			t.Errorf("%s works again: %s", name, ills)
		}
	}
	if text := said.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "the latch does not answer") {
		t.Errorf("logged %q: of a camera that is covered nothing", text)
	}
}

// ills is what shows of a machine that is well but for its parts.
func (d *daemon) ills(t *testing.T) string {
	t.Helper()
	d.board.Publish(metrics.Machine{Bundle: 1, Plain: time.Hour, Face: time.Hour, Certificate: time.Hour})
	return d.shows(t, "/healthz")
}

// TestATabletsCameraTellsOfNobody: that somebody covered it, or was looked at in
// vain, is neither logged nor shown.
func TestATabletsCameraTellsOfNobody(t *testing.T) {
	d := standing(t)
	var said bytes.Buffer
	d.log = slog.New(slog.NewTextHandler(&said, nil))
	d.assume()
	d.board.Set(metrics.Kiosk, false)
	for range 3 {
		d.fault(door.CameraFault, true)
		if ills := d.ills(t); !strings.Contains(ills, `"ok":true`) {
			t.Errorf("shows %s", ills)
		}
		d.fault(door.CameraFault, false)
	}
	if said.Len() != 0 {
		t.Errorf("logged %q", said.String())
	}
	for state, want := range map[kiosk.CameraState]bool{
		"": false, kiosk.CameraOK: false, kiosk.CameraCovered: false,
		kiosk.CameraDenied: true, kiosk.CameraDead: true, kiosk.CameraFrozen: true,
	} {
		if fails(state) != want {
			t.Errorf("a page that says %q", state)
		}
	}
}
