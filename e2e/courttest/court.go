// Package courttest is a whole site of real processes for tests: a controller with
// its database and its pages, a station and a door, each with a folder that stands
// for the disk of its machine: what it keeps, its log, and its temporary files.
//
// It is for tests only. It makes the program anew from the sources, talks to it as
// browsers, programs and people do, and never keeps a photograph.
package courttest

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// Zone is the zone of the door.
const Zone = "front"

// Patience is how long something may take that has to come.
const Patience = 2 * time.Minute

// Options say what a court is like. The zero value is a site with its database in
// its folder, on a folder of the test's.
type Options struct {
	// Disk is the folder that stands for the controller's disk.
	Disk string
	// Database is one of PostgreSQL, or "" for a file.
	Database string
	// Interval is how often the ledger is published, 1h if it is 0.
	Interval time.Duration
	// Timezone is the site's, Etc/UTC if it is empty.
	Timezone string
}

// Court is a site whose parts are processes.
type Court struct {
	// Controller, Station and Door are the disks.
	Controller, Station, Door string
	// Address is where doors and stations reach the controller, Web where browsers
	// do, as https://localhost:port.
	Address, Web string
	// Served is the controller's process, while there is one.
	Served *Part
	// Recipient is whom backups are made for, if it is set.
	Recipient string

	t       testing.TB
	program string
	options Options
	roots   *x509.CertPool
	desk    *desk
	token   string
}

// New makes a site and serves it. Its processes end with the test.
func New(t testing.TB, o Options) *Court {
	t.Helper()
	dir := t.TempDir()
	c := &Court{t: t, options: o, Controller: o.Disk, Station: filepath.Join(dir, "station"), Door: filepath.Join(dir, "door")}
	if o.Disk == "" {
		c.Controller = filepath.Join(dir, "controller")
	}
	for _, disk := range []string{c.Controller, c.Station, c.Door} {
		must(t, os.MkdirAll(filepath.Join(disk, "tmp"), 0o700))
	}
	c.program = program(t)
	c.Address, c.Web = address(t), "https://"+strings.Replace(address(t), "127.0.0.1", "localhost", 1)
	init := []string{"site", "init", c.Site(), "--name", "Garden Court", "--zone", Zone, "--no-station", "--timezone", cmp.Or(o.Timezone, "Etc/UTC")}
	if o.Database != "" {
		init = append(init, "--database", o.Database)
	}
	c.Run(c.Controller, init...)
	c.Serve()
	return c
}

// Site is the folder of the site, on the controller's disk.
func (c *Court) Site() string { return filepath.Join(c.Controller, "site") }

// program builds the program. Built again from the same sources it is not written
// again, so tests at the same time may share it.
func program(t testing.TB) string {
	t.Helper()
	root := testenv.Root(t)
	path := filepath.Join(root, ".cache", "courttest", "facelatch")
	build := exec.Command("go", "build", "-o", path, "./cmd/facelatch")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

func address(t testing.TB) string {
	t.Helper()
	at, err := nettest.Address()
	must(t, err)
	return at
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// environment is that of a process on a disk.
func (c *Court) environment(disk string) []string {
	return append(os.Environ(), "FACELATCH_HOME="+testenv.Home(c.t), "TMPDIR="+filepath.Join(disk, "tmp"), "HOME="+disk)
}

// Run runs the program on a disk to its end, and returns what it printed.
func (c *Court) Run(disk string, args ...string) string {
	c.t.Helper()
	out, errs, err := c.Try(disk, args...)
	if err != nil {
		c.t.Fatalf("facelatch %s: %v: %s%s", strings.Join(args, " "), err, out, errs)
	}
	return out
}

// Try runs the program on a disk, and returns what it printed and how it ended.
func (c *Court) Try(disk string, args ...string) (out, errs string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	var stdout, stderr strings.Builder
	run := exec.CommandContext(ctx, c.program, args...)
	run.Env, run.Stdout, run.Stderr = c.environment(disk), &stdout, &stderr
	err = run.Run()
	return stdout.String(), stderr.String(), err
}

// ask runs the program, and reads the object that it prints.
func (c *Court) ask(into any, disk string, args ...string) {
	c.t.Helper()
	out := c.Run(disk, args...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		c.t.Fatalf("facelatch %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// Serve starts the controller, and waits until it is ready.
func (c *Court) Serve() {
	c.t.Helper()
	interval := cmp.Or(c.options.Interval, time.Hour)
	c.Served = c.start(c.Controller, "controller", "controller", "serve", "--site", c.Site(), "--listen", c.Address,
		"--web", strings.TrimPrefix(c.Web, "https://"), "--origin", c.Web, "--ledger-interval", interval.String())
	c.Served.Await("ready:")
	if c.roots == nil {
		c.roots = x509.NewCertPool()
		pem, err := os.ReadFile(filepath.Join(c.Site(), "controller", "authority", "authority.pem"))
		must(c.t, err)
		if !c.roots.AppendCertsFromPEM(pem) {
			c.t.Fatal("the authority has no certificate")
		}
	}
}

// Backup makes a backup on the controller's disk. Whom it is for is elsewhere.
func (c *Court) Backup() {
	c.t.Helper()
	backups := filepath.Join(c.Controller, "backups")
	must(c.t, os.MkdirAll(backups, 0o700))
	c.Run(c.Controller, "backup", "--site", c.Site(), "--to", c.Recipient, "--out", backups)
}

// Doctor runs facelatch doctor, and returns what it says is wrong.
func (c *Court) Doctor() (wrong []string) {
	c.t.Helper()
	out, _, _ := c.Try(c.Controller, "doctor", c.Site())
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "wrong") {
			wrong = append(wrong, strings.TrimSpace(line))
		}
	}
	return wrong
}

// Audit has the auditor's tool read the published ledger.
func (c *Court) Audit() {
	c.t.Helper()
	ledger := filepath.Join(c.Site(), "ledger", "public")
	Until(c.t, "the ledger cannot be verified", func() error {
		out, errs, err := c.Try(c.Door, "ledger", "verify", c.Web+"/ledger", "--key", filepath.Join(ledger, "vkey"),
			"--ca", filepath.Join(c.Site(), "controller", "authority", "authority.pem"))
		if err != nil {
			return fmt.Errorf("%w: %s%s", err, out, errs)
		}
		return nil
	})
}

// Until tries until it works.
func Until(t testing.TB, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

// expect fails unless a status is one of some.
func expect(t testing.TB, what string, status int, body []byte, want ...int) {
	t.Helper()
	for _, w := range want {
		if status == w {
			return
		}
	}
	t.Fatalf("%s: %s: %.600s", what, fmt.Sprint(status, " ", http.StatusText(status)), body)
}
