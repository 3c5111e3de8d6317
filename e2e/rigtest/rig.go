// Package rigtest is a whole door in one process, for tests and for measuring:
// a site with its folder, the real controller, the real daemon with its real
// engine, and a kiosk without a browser. Only the latch is a fake.
//
// It is for tests only. What it makes lies in a folder of its caller's, and it
// never keeps a photograph.
package rigtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/edge"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/models"
)

// Zone is the zone of the door.
const Zone = "front"

// Rig is a site with one door.
type Rig struct {
	// Dir is the site's folder, State the door's.
	Dir, State string
	// Home is where the models are.
	Home home.Dir
	// Config is the door's, before its start.
	Config config.Config
	// Options are the daemon's, before its start.
	Options edge.Options
	// Latch is what is told to open.
	Latch *latchtest.Fake
	// Now is the clock of the site, nil for that of the machine.
	Now func() time.Time
	// Faces is an engine for enrolling, apart from the door's.
	Faces    *face.Engine
	manifest models.Manifest

	address    string // the controller's
	controller stopper
	office     *site.Office // the controller's, while it serves in this process; else nil
	door       stopper
	addresses  edge.Addresses
	tablet     *kiosktest.Kiosk
}

// New makes a site in a folder, serves it, lets a door join, and gives the door
// its secrets. Start starts it. Stop has to be called in the end.
func New(ctx context.Context, dir string, h home.Dir) (_ *Rig, err error) {
	r := &Rig{Dir: filepath.Join(dir, "site"), State: filepath.Join(dir, "door"), Home: h, Latch: latchtest.Play()}
	defer func() {
		if err != nil {
			r.Stop() //nolint:errcheck // what failed first is told
		}
	}()
	if r.Faces, r.manifest, err = engine.New(h, r.now); err != nil {
		return nil, err
	}
	c := site.Config{Name: "Garden Court", Zones: []string{Zone}, Timezone: "Etc/UTC", Policy: site.DefaultPolicy()}
	if _, err = site.Create(r.Dir, c, r.now()); err != nil {
		return nil, err
	}
	if err = r.Serve(); err != nil {
		return nil, err
	}
	r.Config = config.Default()
	r.Config.State, r.Config.TPM = r.State, "off"
	r.Config.Kiosk.Listen, r.Config.Kiosk.Hosts = "127.0.0.1:0", []string{"127.0.0.1", "localhost"}
	r.Options = edge.Options{Home: h, Latch: r.Latch}
	return r, r.join(ctx)
}

func (r *Rig) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

// Serve starts the controller, anew if it was stopped.
func (r *Rig) Serve() error {
	if r.address == "" {
		var err error
		if r.address, err = nettest.Address(); err != nil { // where it is served again
			return err
		}
	}
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		return err
	}
	c, err := served{r.Dir, r.address, r.Faces.ModelID()}.controller(r.now)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	r.office = c.Office()
	r.controller = start(func(ctx context.Context) error { return c.Serve(ctx, l) })
	return nil
}

// StopController pulls the controller out of the network.
func (r *Rig) StopController() error {
	r.office = nil
	return r.controller.stop()
}

// join lets the door join, and has its fingerprint compared.
func (r *Rig) join(ctx context.Context) error {
	a, err := authority.Open(r.Dir, r.now)
	if err != nil {
		return err
	}
	code := doorapi.Code{Address: r.address, Authority: a.Fingerprint()}
	err = r.Office(func(o *site.Office) (err error) {
		code.Secret, err = o.MakeCode(ctx, site.Operator, site.KindDoor, "Front door", Zone)
		return err
	})
	if err != nil {
		return err
	}
	identity, err := link.Join(ctx, code, r.Config.Kiosk.Hosts)
	if err != nil {
		return err
	}
	f, err := state.Open(r.State, durable.Disk{})
	if err != nil {
		return err
	}
	if err := errors.Join(f.Join(identity), f.Close()); err != nil {
		return err
	}
	fingerprint, err := identity.Fingerprint()
	if err != nil {
		return err
	}
	return r.withVault(func(o *site.Office, v *site.Vault) error {
		key, err := v.SealingKey()
		if err != nil {
			return err
		}
		key.Wipe()
		return o.ApproveHere(ctx, v, identity.Door, fingerprint)
	})
}

// Office does something at the site, as another process would.
func (r *Rig) Office(f func(*site.Office) error) error {
	o, err := site.OpenOffice(r.Dir, r.now)
	if err != nil {
		return err
	}
	return errors.Join(f(o), o.Close())
}

func (r *Rig) withVault(f func(*site.Office, *site.Vault) error) error {
	return r.Office(func(o *site.Office) error {
		v, err := o.Vault()
		if err != nil {
			return err
		}
		return errors.Join(f(o, v), v.Close())
	})
}

// Start starts the door, and waits until it serves its page and has a bundle.
func (r *Rig) Start(ctx context.Context) error {
	ready := make(chan edge.Addresses, 1)
	o := r.Options
	o.Ready = func(a edge.Addresses) { ready <- a }
	r.door = start(func(ctx context.Context) error { return edge.Run(ctx, r.Config, o) })
	select {
	case r.addresses = <-ready:
	case <-r.door.done:
		return fmt.Errorf("the door did not start: %w", r.door.stop())
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// UpToDate waits until the door holds the status list that is in the site's
// folder now, and with it all that was changed before it, by the newest bundle.
func (r *Rig) UpToDate(ctx context.Context) error {
	for {
		done, err := r.upToDate()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (r *Rig) upToDate() (bool, error) {
	list, err := os.ReadFile(filepath.Join(r.Dir, "controller", "status", "0.cwt"))
	if err != nil {
		return false, err
	}
	object := filepath.Join(r.State, "objects", fmt.Sprintf("%x", sha256.Sum256(list)))
	if _, err := os.Stat(object); err != nil {
		return false, nil
	}
	// A door that died in between may have the list, and not yet its bundle.
	newest, err := r.newest()
	if err != nil {
		return false, err
	}
	held, err := os.ReadFile(filepath.Join(r.State, "bundle"))
	return err == nil && bytes.Equal(newest, held), nil
}

// newest is the site's newest bundle.
func (r *Rig) newest() (data []byte, err error) {
	read := func(o *site.Office) error {
		return o.Store().Read(context.Background(), func(tx *store.Tx) error {
			row, err := tx.NewestBundle()
			data = row.Body
			return err
		})
	}
	if r.office == nil { // another process serves, or none
		err = r.Office(read)
	} else {
		err = read(r.office)
	}
	return data, err
}

// StopDoor stops the door.
func (r *Rig) StopDoor() error { return r.door.stop() }

// Stop stops everything.
func (r *Rig) Stop() error { return errors.Join(r.door.stop(), r.controller.stop()) }

// URL is where the kiosk's page is.
func (r *Rig) URL() string {
	_, port, _ := net.SplitHostPort(r.addresses.Kiosk.String())
	return "https://localhost:" + port
}

// PairingCode asks the door for one.
func (r *Rig) PairingCode(ctx context.Context) (string, error) {
	offer, err := kiosk.Control{Path: r.addresses.Control}.Pair(ctx, true)
	return offer.Code, err
}

// Authority is the certificate that a tablet has to trust.
func (r *Rig) Authority() (*x509.Certificate, error) {
	a, err := authority.Open(r.Dir, r.now)
	if err != nil {
		return nil, err
	}
	return a.Certificate, nil
}

// Page connects the tablet, which is paired first if need be, whatever its
// screen then says.
func (r *Rig) Page(ctx context.Context) (*kiosktest.Page, error) {
	if r.tablet == nil {
		if err := r.pair(ctx); err != nil {
			return nil, err
		}
	}
	r.tablet.URL, r.tablet.Origin = r.URL(), r.URL()
	return r.tablet.Connect(ctx)
}

// Lost waits until the door knows that its tablet is gone.
func (r *Rig) Lost(ctx context.Context) error {
	for {
		state, err := kiosk.Control{Path: r.addresses.Control}.Status(ctx)
		if err != nil || !state.Connected {
			return err
		}
		if err := sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
}

// Connect connects the tablet like Page, and waits until its screen says that the
// door is ready.
func (r *Rig) Connect(ctx context.Context) (*kiosktest.Page, error) {
	page, err := r.Page(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := page.WaitScreen(ctx, "ready"); err != nil {
		page.Close()
		return nil, fmt.Errorf("the door is not ready: %w", err)
	}
	return page, nil
}

func (r *Rig) pair(ctx context.Context) error {
	certificate, err := r.Authority()
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	tablet, err := kiosktest.New(r.URL(), roots)
	if err != nil {
		return err
	}
	code, err := r.PairingCode(ctx)
	if err != nil {
		return err
	}
	if err := tablet.Pair(ctx, code); err != nil {
		return err
	}
	r.tablet = tablet
	return nil
}

// stopper is something that runs until it is stopped.
type stopper struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    *error
}

func start(run func(context.Context) error) stopper {
	ctx, cancel := context.WithCancel(context.Background())
	s := stopper{cancel, make(chan struct{}), new(error)}
	go func() {
		defer close(s.done)
		*s.err = run(ctx)
	}()
	return s
}

// stop stops it and returns how it ended. Nothing is stopped twice.
func (s stopper) stop() error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	<-s.done
	return *s.err
}
