package demo

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/device/qr"
)

const (
	// zone is the one zone of a demo's site.
	zone = "front"
	// ledgerInterval is how often a demo's ledger is published: nobody who tries it
	// waits for an hour.
	ledgerInterval = "10s"
)

// Run runs a demo until ctx is done. The first time it makes everything; later
// it goes on with what is in the folder. It fails with [ErrNotADemo] and
// [ErrRunning].
func Run(ctx context.Context, c Config) error {
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return err
	}
	c.Data = data
	f := folder(data)
	if err := f.claim(); err != nil {
		return err
	}
	release, err := f.hold()
	if err != nil {
		return err
	}
	defer release()
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("--addr %s: %w", c.Addr, err)
	}
	defer listener.Close()
	d := &demo{Config: c, folder: f}
	if d.ports, err = d.choosePorts(listener.Addr()); err != nil {
		return err
	}
	return d.run(ctx, listener)
}

// demo is one that runs.
type demo struct {
	Config
	folder folder
	ports  ports
	parts  *processes
	front  *front
}

func (d *demo) run(ctx context.Context, listener net.Listener) (err error) {
	d.say("Everything stays in %s", d.Data)
	if d.front, err = newFront(d.pair, d.openCounter); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- d.front.serve(ctx, listener) }()
	defer func() { cancel(); err = errors.Join(err, <-served) }()
	d.parts = d.processes(ctx, 4)
	defer d.parts.stop()
	if err := d.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	d.front.ready.Store(true)
	d.say("\nOpen http://%s in a browser. Ctrl-C stops the demo.", d.frontAddress(listener.Addr()))
	select {
	case <-ctx.Done():
		d.say("\nStopped. facelatch demo goes on, facelatch demo --clean removes %s", d.Data)
		return nil
	case err := <-d.parts.ended:
		return err
	}
}

// start makes what is not there yet, and starts the parts in their order.
func (d *demo) start(ctx context.Context) error {
	fresh, err := d.makeSite(ctx)
	if err != nil {
		return err
	}
	d.say("Starting the controller")
	err = d.parts.start("controller", "ready:", nil, "controller", "serve", "--site", d.folder.controller(), "--listen", d.ports.controller,
		"--web", d.ports.pages, "--origin", "https://"+d.ports.pages, "--ledger-interval", ledgerInterval)
	if err != nil {
		return err
	}
	if fresh {
		if err := d.join(ctx); err != nil {
			return err
		}
	}
	if err := d.ledgerKey(); err != nil {
		return err
	}
	d.say("Starting the station")
	if err := d.parts.start("station", "ready:", nil, "station", "serve", "--dir", d.folder.station(), "--listen", d.ports.station, "--phone", d.ports.phone); err != nil {
		return err
	}
	d.say("Starting the door")
	if err := d.writeDoorConfig(); err != nil {
		return err
	}
	if err := d.parts.start("door", "ready:", d.doorAnswers, "edge", "run", "--config", d.folder.doorConfig()); err != nil {
		return err
	}
	if err := d.startDesk(ctx); err != nil {
		return err
	}
	return d.show(ctx)
}

// doorAnswers is whether the door serves its page.
func (d *demo) doorAnswers() bool {
	c, err := net.DialTimeout("tcp", d.ports.kiosk, time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// makeSite makes the site, and says whether it was not there. What an
// interrupted first start left is made anew.
func (d *demo) makeSite(ctx context.Context) (fresh bool, err error) {
	if _, err := os.Stat(d.folder.authority()); err == nil {
		return false, nil
	}
	for _, half := range []string{d.folder.controller(), d.folder.station(), d.folder.door(), d.folder.desk()} {
		if err := os.RemoveAll(half); err != nil {
			return false, err
		}
	}
	d.say("Making a site, marked as a demo for good")
	_, err = d.command(ctx, "site", "init", d.folder.controller(), "--name", "Demo", "--zone", zone, "--demo", "--no-station")
	return true, err
}

// join lets the station and the door join, and compares the door's fingerprint.
func (d *demo) join(ctx context.Context) error {
	if err := d.writeDoorConfig(); err != nil {
		return err
	}
	code, err := d.code(ctx, "station", "--name", "Demo station")
	if err != nil {
		return err
	}
	if _, err := d.command(ctx, "station", "join", "--dir", d.folder.station(), code); err != nil {
		return err
	}
	if code, err = d.code(ctx, "door", "--name", "Demo door", "--zone", zone); err != nil {
		return err
	}
	if _, err := d.command(ctx, "edge", "join", "--config", d.folder.doorConfig(), code); err != nil {
		return err
	}
	var door struct {
		Fingerprint string `json:"fingerprint"`
	}
	if err := d.ask(ctx, &door, "edge", "status", "--config", d.folder.doorConfig(), "--json"); err != nil {
		return err
	}
	d.say("The door's fingerprint is %s: in a demo nobody compares it for you", door.Fingerprint)
	if _, err := d.command(ctx, "station", "approve", "Demo door", "--dir", d.folder.station(), "--fingerprint", door.Fingerprint); err != nil {
		return err
	}
	return d.firstPass(ctx)
}

// first is what a new demo has to try the door with.
type first struct{ Pass, Number, Code string }

func (d *demo) firstFile() string { return filepath.Join(d.Data, "first-pass.json") }

// firstPass makes a plain pass and a PIN, and keeps them for the front page:
// they open nothing but a demo. The authority's certificate is written last; it
// says that the site was made.
func (d *demo) firstPass(ctx context.Context) error {
	file := filepath.Join(d.Data, "plain-pass.txt")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := d.command(ctx, "pass", "issue", "--site", d.folder.controller(), "--zone", zone, "--plain", "--out", file); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var pin struct{ Number, Code string }
	if err := d.ask(ctx, &pin, "station", "pin", "--dir", d.folder.station(), "--zone", zone, "--json"); err != nil {
		return err
	}
	data, err := json.Marshal(first{strings.TrimSpace(string(text)), pin.Number, pin.Code})
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.firstFile(), data, 0o600); err != nil {
		return err
	}
	authority, err := os.ReadFile(filepath.Join(d.folder.controller(), "controller", "authority", "authority.pem"))
	if err != nil {
		return err
	}
	return os.WriteFile(d.folder.authority(), authority, 0o644)
}

// ledgerKey puts the key with which everybody can check the ledger beside the rest.
func (d *demo) ledgerKey() error {
	key, err := os.ReadFile(filepath.Join(d.folder.controller(), "ledger", "public", "vkey"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Data, "ledger.vkey"), key, 0o644)
}

// show prints what there is to see, and puts it on the front page.
func (d *demo) show(ctx context.Context) error {
	data, err := os.ReadFile(d.firstFile())
	if err != nil {
		return err
	}
	var have first
	if err := json.Unmarshal(data, &have); err != nil {
		return fmt.Errorf("%s: %w", d.firstFile(), err)
	}
	picture, text, err := drawn(have.Pass)
	if err != nil {
		return err
	}
	d.front.links.Store(&links{
		Kiosk: "https://" + d.ports.kiosk, Station: "https://" + d.ports.station + "/", Phone: "https://" + d.ports.phone + "/", Help: "http://" + d.ports.help + "/",
		Pages: "https://" + d.ports.pages, Desk: d.deskOrigin(),
		Data: d.Data, Pass: picture, Number: halves(have.Number), Code: halves(have.Code),
	})
	d.say("\nA plain pass, which opens the door without a face:\n\n%s\nor type the number %s and the code %s\n", text, halves(have.Number), halves(have.Code))
	d.say("  the door's screen  https://%s (pair it from the front page, or with facelatch edge pair --config %s)", d.ports.kiosk, d.folder.doorConfig())
	d.say("  the station        https://%s", d.ports.station)
	d.say("  for telephones     https://%s", d.ports.phone)
	d.say("  the desk           %s (open its counter from the front page)", d.deskOrigin())
	d.say("  the site's page    https://%s (operators: /office/, the ledger: /ledger/)", d.ports.pages)
	d.say("  trust              %s, so that the browser knows them (http://%s says how)", d.folder.authority(), d.ports.help)
	return nil
}

func halves(digits string) string {
	if len(digits) != 8 {
		return digits
	}
	return digits[:4] + " " + digits[4:]
}

// code makes a join code.
func (d *demo) code(ctx context.Context, kind string, args ...string) (string, error) {
	var made struct{ Code string }
	args = append([]string{"controller", kind, "add", "--site", d.folder.controller(), "--json"}, args...)
	err := d.ask(ctx, &made, args...)
	return made.Code, err
}

// ask runs a command that prints one JSON object.
func (d *demo) ask(ctx context.Context, into any, args ...string) error {
	out, err := d.command(ctx, args...)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(out), into)
}

// pair asks the door for a pairing code.
func (d *demo) pair(ctx context.Context) (string, error) {
	var offer struct{ Code string }
	err := d.ask(ctx, &offer, "edge", "pair", "--config", d.folder.doorConfig(), "--replace", "--json")
	return offer.Code, err
}

// writeDoorConfig writes door.yaml as an operator would.
func (d *demo) writeDoorConfig() error {
	text := fmt.Sprintf(`# The demo's door. packaging/door.yaml explains every field.
state: %q
controller: %q
kiosk:
  listen: %q
  hosts: [%q]
  plain_http: %q
latch:
  kind: log
tpm: "off"
`, d.folder.door(), d.ports.controller, d.ports.kiosk, hostOf(d.ports.kiosk), d.ports.help)
	return os.WriteFile(d.folder.doorConfig(), []byte(text), 0o600)
}

// frontAddress is where a browser finds the front page.
func (d *demo) frontAddress(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort(hostOf(d.ports.kiosk), strconv.Itoa(tcp.Port))
}

func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.Out, format+"\n", args...) }

// drawn draws a pass for the page and for the terminal.
func drawn(text string) (template.HTML, string, error) {
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		return "", "", err
	}
	png, err := code.PNG(8)
	if err != nil {
		return "", "", err
	}
	// Nothing in it comes from anywhere but this line.
	page := `<img alt="QR" src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(png) + `">`
	return template.HTML(page), code.Terminal(), nil
}
