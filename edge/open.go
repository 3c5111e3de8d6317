package edge

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/session"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/web"
)

// openGround opens what the door stands on.
func (d *daemon) openGround() (err error) {
	limits, err := door.NewLimiter(rand.Reader)
	if err != nil {
		return err
	}
	o := ground.Options{Clock: d.options.Clock, Log: d.log, Models: d.eyes.models(), CannotAsk: d.eyes.cannotAsk(), Limits: limits}
	if d.ground, err = ground.Open(d.config, o); err != nil {
		return err
	}
	d.eyes.lookWith(d.ground)
	d.after(d.ground.Close)
	return nil
}

// openSession joins the machine with what it works with.
func (d *daemon) openSession() error {
	p := session.Parts{
		Believer: d.ground, Latch: d.latch, Camera: d.camera, Watch: d.watch, Wired: d.wired(),
		Eyes: d.eyes, Display: screen{d}, Asked: d.asked, Count: d.ground.Count, Health: d.fault, Trace: d.options.Trace,
		Opened: func() { d.kiosk.Spend() },
	}
	if d.options.Eyes != nil {
		p.Eyes = d.options.Eyes(d.eyes)
	}
	p.Codes, p.ReadCodes = d.codes, d.options.ReadCodes
	d.session = session.New(p)
	return nil
}

// asked is what a phone may answer now.
func (d *daemon) asked() (asked []pass.Challenge) {
	for _, n := range d.kiosk.GoodNonces() {
		asked = append(asked, pass.Challenge{Nonce: n})
	}
	return asked
}

// screen hands on to the kiosk, which is made after the session.
type screen struct{ d *daemon }

func (s screen) Show(k kiosk.Screen) {
	// A page counts down by its own clock from what is left by the door's.
	s.d.kiosk.Show(k)
}

func (s screen) WantFrames(m kiosk.FrameMode, fps, width int) { s.d.kiosk.WantFrames(m, fps, width) }

// RenewFrames is what a session asks for with each new thing that people are asked to
// do.
func (s screen) RenewFrames() { s.d.kiosk.RenewFrames() }

// openKiosk makes the server of the page.
func (d *daemon) openKiosk() error {
	pages, err := web.WithLibraries(web.Kiosk(), d.options.Home)
	if err != nil {
		return err
	}
	if d.options.Kiosk == nil {
		if d.options.Kiosk, err = net.Listen("tcp", d.config.Kiosk.Listen); err != nil {
			return fmt.Errorf("kiosk.listen: %w", err)
		}
	}
	port, err := portOf(d.options.Kiosk.Addr())
	if err != nil {
		return errors.Join(err, d.options.Kiosk.Close())
	}
	frames, _ := d.camera.(kiosk.Frames)
	d.kiosk, err = kiosk.New(kiosk.Config{
		Door: d.ground.Identity().Door.String(), Origins: kiosk.Origins(d.config.Kiosk.Hosts, port),
		Certificate: d.certificate, Pages: pages, Store: kiosk.File{Path: filepath.Join(d.config.State, KioskFile)},
		Frames: cmp.Or[kiosk.Frames](frames, noFrames{}), Now: d.ground.Now,
	}, d.session)
	if err != nil {
		return errors.Join(err, d.options.Kiosk.Close())
	}
	return nil
}

func (d *daemon) certificate() (*tls.Certificate, error) {
	c := d.ground.Certificate()
	return &c, nil
}

func portOf(a net.Addr) (uint16, error) {
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return uint16(n), err
}

// noFrames is for a door with a camera of its own: its page is never asked for
// frames.
type noFrames struct{}

func (noFrames) Push([]byte) error { return errors.New("this door has a camera of its own") }
func (noFrames) Lose()             {}
func (noFrames) Drop()             {}

// server answers on a listener until its context is done.
type server func(ctx context.Context) error

// listen opens what the door listens on.
func (d *daemon) listen() (a Addresses, servers []server, err error) {
	a = Addresses{
		Kiosk: d.options.Kiosk.Addr(), Control: d.control(),
		Authority: kiosk.Fingerprint(d.ground.Identity().Authority),
	}
	servers = append(servers, func(ctx context.Context) error { return d.kiosk.Serve(ctx, d.options.Kiosk) })
	control, err := kiosk.ListenControl(a.Control)
	if err != nil {
		return a, nil, errors.Join(err, d.options.Kiosk.Close())
	}
	servers = append(servers, func(ctx context.Context) error { return d.kiosk.ServeControl(ctx, control) })
	if d.config.Kiosk.PlainHTTP != "" {
		l, err := net.Listen("tcp", d.config.Kiosk.PlainHTTP)
		if err != nil {
			return a, nil, fmt.Errorf("kiosk.plain_http: %w", errors.Join(err, control.Close(), d.options.Kiosk.Close()))
		}
		help := kiosk.Help{Site: d.page().Site, Authority: d.ground.Identity().Authority, Pages: web.CertificateHelp()}
		a.Help = l.Addr()
		servers = append(servers, func(ctx context.Context) error { return help.Serve(ctx, l) })
	}
	if d.config.Metrics.Listen != "" {
		l, err := net.Listen("tcp", d.config.Metrics.Listen)
		if err != nil {
			return a, nil, fmt.Errorf("metrics.listen: %w", errors.Join(err, control.Close(), d.options.Kiosk.Close()))
		}
		a.Metrics = l.Addr()
		servers = append(servers, func(ctx context.Context) error { return d.serveMetrics(ctx, l) })
	}
	return a, servers, nil
}

// page is what the page needs to know about the door.
func (d *daemon) page() kiosk.Page {
	now := d.ground.Snapshot()
	p := kiosk.Page{Languages: d.config.Languages, BrowserQR: !d.wired() && !d.options.ReadCodes, Camera: "kiosk"}
	if d.wired() {
		p.Camera = "door"
	}
	if !now.Approved {
		p.Fingerprint, _ = d.ground.Identity().Fingerprint() // without one there is nothing to show
	}
	if now.Contents == nil {
		return p
	}
	if now.Ledger != nil {
		p.Warning = kiosk.WarnLedger
	}
	b := now.Contents.Bundle
	p.Site, p.Demo, p.Zone, p.Notice = b.Name, b.Demo, now.Contents.Zone.Title, b.Notice.Text
	if now.Methods != 0 {
		p.Methods = strings.Split(now.Methods.String(), "+")
	}
	return p
}
