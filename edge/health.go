package edge

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/metrics"
	"github.com/facelatch/facelatch/edge/notify"
)

// assume sets the parts that are told of only when they change: all work, and
// no tablet is there yet.
func (d *daemon) assume() {
	d.board.Set(metrics.Camera, false)
	d.board.Set(metrics.Latch, false)
	d.board.Set(metrics.Kiosk, true)
}

// fault is told of parts that break and work again. What is reported says how
// often in an hour, never when.
func (d *daemon) fault(part door.Faults, broken bool) {
	if part == door.CameraFault && !d.wired() {
		// It may break because somebody stands before it, or is looked at.
		if broken {
			d.ground.ReportOnADay(ground.Camera)
		}
		return
	}
	d.board.Set(map[door.Faults]metrics.Part{
		door.CameraFault: metrics.Camera, door.LatchFault: metrics.Latch,
		door.ClockFault: metrics.Clock, door.KioskFault: metrics.Kiosk,
	}[part], broken)
	if !broken {
		return
	}
	switch part {
	case door.CameraFault:
		d.ground.Report(ground.Camera)
		// One that is covered is said on the screen; a log line each time would tell
		// when somebody stood before it.
		if d.watch.State(time.Now()) == camera.Dead {
			d.log.Warn("the camera gives no pictures")
		}
	case door.LatchFault:
		// Only checks between orders lead here, never an order that failed: a log
		// line would tell when somebody wanted to come in.
		d.ground.Report(ground.Latch)
		d.log.Warn("the latch does not answer")
	}
}

// fails says whether a tablet's camera, by what its page says, does not work
// whoever is there: a hand before it is not shown.
func fails(s kiosk.CameraState) bool {
	return s == kiosk.CameraDenied || s == kiosk.CameraDead || s == kiosk.CameraFrozen
}

// publish shows the machine at each full minute, which minute waits for, and
// never because somebody came by. While it cannot open for anybody, nobody can,
// and it is shown whenever what it stands on changes, too: so that a door that
// was just set up does not seem to be without a bundle for a minute.
func (d *daemon) publish(ctx context.Context, minute func() <-chan time.Time) {
	for {
		changed, m := d.ground.Changed(), d.machine()
		d.board.Publish(m)
		if m.Plain > 0 {
			changed = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-minute():
		case <-changed:
		}
	}
}

// fullMinute waits for the next full minute.
func fullMinute() <-chan time.Time {
	now := time.Now()
	return time.After(now.Truncate(time.Minute).Add(time.Minute).Sub(now))
}

// machine is what is shown of the machine.
func (d *daemon) machine() metrics.Machine {
	now := d.ground.Snapshot()
	d.board.Set(metrics.Controller, !now.Contact.Reached)
	if !d.wired() {
		d.board.Set(metrics.Camera, fails(d.kiosk.State().Camera))
	}
	d.board.Set(metrics.Clock, now.TimeLost || now.ClockBehind > 0 || now.ClockJumped != 0)
	m := metrics.Machine{
		Version: d.options.Version, Plain: now.PlainLeft, Face: now.FaceLeft, Distrusted: now.Distrusted, Ledger: now.Ledger != nil, CannotAsk: now.CannotAsk != nil,
		Certificate: d.ground.Identity().Certificate.NotAfter.Sub(d.ground.Now()),
		Temperature: metrics.Temperature(metrics.Thermal),
	}
	if now.Contents != nil {
		m.Bundle, m.Age = now.Contents.Bundle.Number, d.ground.Now().Sub(now.Contents.Bundle.Issued)
	}
	return m
}

// serveMetrics answers on loopback until ctx is done.
func (d *daemon) serveMetrics(ctx context.Context, l net.Listener) error {
	server := metrics.Server(&d.board)
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// alive tells the service manager that the door lives, as long as its session
// takes events.
func (d *daemon) alive(ctx context.Context) {
	if err := notify.Ready(); err != nil {
		d.log.Warn("the service manager cannot be told that the door is ready", "error", err)
	}
	if err := notify.Alive(ctx, d.session.Alive); err != nil && ctx.Err() == nil {
		d.log.Warn("the service manager's watchdog cannot be told", "error", err)
	}
	<-ctx.Done()
	notify.Stopping() //nolint:errcheck // nobody can do anything about it any more
}
