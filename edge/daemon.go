// Package edge is a door: the daemon that runs at an entrance for years.
//
// Run joins the parts, each of which is a package of its own below this one:
// what the door believes (ground), what happens at it (session), its screen
// (kiosk), its time (timekeeper), its folder (state), its controller (link).
// It decides with no network for as long as its bundle says, and stays locked
// from outside whenever it is in doubt; leaving is never software's business.
//
// It never keeps who came by or when: no log line, metric or file is written
// because somebody passed.
package edge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/device/latch"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/metrics"
	"github.com/facelatch/facelatch/edge/session"
	"github.com/facelatch/facelatch/edge/timekeeper"
	"github.com/facelatch/facelatch/internal/home"
)

// ControlSocket is the name of the control socket in a door's folder.
const ControlSocket = "control.sock"

// KioskFile is the name of the file with the paired kiosk in a door's folder.
const KioskFile = "kiosk.json"

// Options are what a daemon needs beside its configuration. Home is required.
type Options struct {
	// Home is where the models, the QR reader and the pages' libraries are.
	Home home.Dir
	// Log is told about the machine, never about a passage. Nothing if nil.
	Log *slog.Logger
	// Clock is that of the machine if nil.
	Clock timekeeper.Clock
	// ReadCodes asks the page for frames in idle, and reads codes here, for
	// browsers that cannot.
	ReadCodes bool
	// Version is the program's, for metrics.
	Version string
	// Ready is called once the door serves its page; nil for nobody.
	Ready func(Addresses)

	// What follows is for measuring and for tests; nil in a daemon.

	Trace func(session.Stage)
	Eyes  func(session.Eyes) session.Eyes
	Latch latch.Latch
	Kiosk net.Listener
}

// Addresses are where a running door can be reached.
type Addresses struct {
	// Kiosk is the address that the kiosk's page is served at, over TLS.
	Kiosk net.Addr
	// Help is that of the certificate help page, nil if there is none.
	Help net.Addr
	// Metrics is that of metrics and health, nil if there is none.
	Metrics net.Addr
	// Control is the path of the control socket.
	Control string
	// Authority is the fingerprint of the certificate that the tablet has to
	// trust, as a tablet shows it.
	Authority string
}

// daemon is the parts of a running door. What has to be closed is, in the
// opposite order, by close.
type daemon struct {
	config  config.Config
	options Options
	log     *slog.Logger

	eyes    *sight
	ground  *ground.Ground
	latch   latch.Latch
	camera  camera.Source
	watch   *camera.Watch
	codes   *qr.Reader
	session *session.Session
	kiosk   *kiosk.Server
	board   metrics.Board

	closers []func() error
}

// Run runs a door until ctx is done. It returns nil after a graceful stop; the
// door is locked then.
func Run(ctx context.Context, c config.Config, o Options) (err error) {
	d := &daemon{config: c, options: o, log: o.Log}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	defer func() { err = errors.Join(err, d.close()) }()
	for _, open := range []func() error{d.openEyes, d.openGround, d.openDevices, d.openSession, d.openKiosk} {
		if err := open(); err != nil {
			return err
		}
	}
	return d.run(ctx)
}

// after notes what is to be closed when the daemon ends.
func (d *daemon) after(f func() error) { d.closers = append(d.closers, f) }

func (d *daemon) close() error {
	var errs []error
	for i := len(d.closers) - 1; i >= 0; i-- {
		errs = append(errs, d.closers[i]())
	}
	return errors.Join(errs...)
}

// openDevices opens the camera, the latch and the reader of codes.
func (d *daemon) openDevices() (err error) {
	if d.camera, err = camera.Open(d.config.Camera); err != nil {
		return fmt.Errorf("camera: %w", err)
	}
	d.after(d.camera.Close)
	d.watch = camera.NewWatch()
	// Without a second reader: over moving pictures it reads nothing that the
	// first does not, and takes ten times as long (docs/benchmarks.md).
	d.codes = qr.NewReader(nil)
	d.after(d.codes.Close)
	if d.latch = d.options.Latch; d.latch == nil {
		if d.latch, err = latch.Open(d.config.Latch.Config); err != nil {
			return fmt.Errorf("latch: %w", err)
		}
	}
	d.after(d.latch.Close)
	return nil
}

// wired is whether the door has a camera of its own, beside the tablet's.
func (d *daemon) wired() bool {
	_, pushed := d.camera.(*camera.Pushed)
	return !pushed
}

// run starts everything and waits for the end.
func (d *daemon) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	addresses, servers, err := d.listen()
	if err != nil {
		return err
	}
	d.assume()
	var running sync.WaitGroup
	failed := make(chan error, len(servers))
	for _, serve := range servers {
		running.Go(func() {
			if err := serve(ctx); err != nil && ctx.Err() == nil {
				failed <- err
			}
		})
	}
	running.Go(func() { d.ground.Run(ctx) })
	running.Go(func() { d.session.Run(ctx) })
	running.Go(func() { d.followGround(ctx) })
	running.Go(func() { d.publish(ctx, fullMinute) })
	running.Go(func() { d.alive(ctx) })
	if d.options.Ready != nil {
		d.options.Ready(addresses)
	}
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	cancel()
	d.camera.Close() //nolint:errcheck // it is closed again, and asked, at the end
	running.Wait()
	return err
}

// followGround tells the page and the session what changes.
func (d *daemon) followGround(ctx context.Context) {
	for {
		changed := d.ground.Changed()
		d.kiosk.Configure(d.page())
		d.session.ClockFault(d.ground.Snapshot().TimeLost)
		d.session.Changed()
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(time.Minute): // a bundle's life may have ended
		}
	}
}

func (d *daemon) control() string { return filepath.Join(d.config.State, ControlSocket) }
