// Package config is what the operator of a door writes in door.yaml.
//
// The file is decoded strictly: a field that is not known, a value of another
// kind, or one that a door cannot work with is an error that names the field
// and the line. packaging/door.yaml is a whole example, with every field
// explained.
//
// It never holds a secret of its own (passwords stand in files beside it), never
// fetches anything, and nothing in it can make faces the only way in.
package config

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/device/latch"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 1 << 16

var (
	// ErrInvalid is returned for a file that a door cannot work with. The error
	// is a [FieldError], or says which line is not YAML.
	ErrInvalid = errors.New("the configuration cannot be used")
	// ErrExposed is returned for a file with a password in it that others than
	// its owner can read.
	ErrExposed = errors.New("there is a password in this file, and others than its owner can read it: chmod 600")
)

// Config is door.yaml. Fields that are left away have the value that their
// comment gives.
type Config struct {
	// State is the folder in which the door keeps its key, its bundle and its
	// marks of time. The door alone may write there. It must be given.
	State string `yaml:"state"`
	// Controller is the address of the controller, host:port, if it is another
	// now than in the code that the door was joined with.
	Controller string `yaml:"controller"`
	// Mirror is the address of a web server with copies of bundles, status lists
	// and ledger, https://host/path. Empty, the default, is none.
	Mirror string `yaml:"mirror"`
	Kiosk  Kiosk  `yaml:"kiosk"`
	// Camera is where pictures come from: "kiosk:" for the tablet's own camera
	// (the default), or an address as in camera.Open.
	Camera string `yaml:"camera"`
	Latch  Latch  `yaml:"latch"`
	// Methods are the ways in at this door: "plain", "face", "pin", "phone",
	// each once. Those that the zone does not have are not offered. The default
	// is whatever the zone has.
	Methods []string `yaml:"methods"`
	// Languages are those that the screen offers, the first one first; BCP 47
	// tags. The default is zh, en.
	Languages []string `yaml:"languages"`
	Metrics   Metrics  `yaml:"metrics"`
	// TPM is "auto" (the default: use /dev/tpmrm0 if there is one), "off", or
	// the path of a device.
	TPM string `yaml:"tpm"`
}

// Kiosk is the page for the tablet on the wall.
type Kiosk struct {
	// Listen is the address, host:port, at which the page is served over TLS.
	// The default is :8443.
	Listen string `yaml:"listen"`
	// Hosts are the names and addresses under which the tablet calls it, and
	// for which the door gets its certificate. At least one.
	Hosts []string `yaml:"hosts"`
	// PlainHTTP is an address, host:port, for the one page that helps to put
	// the authority's certificate on the tablet. Empty, the default, is none.
	PlainHTTP string `yaml:"plain_http"`
}

// Latch is whatever holds the door shut: the settings of package latch, whose
// kind is "log" by default, and how long it lets go.
type Latch struct {
	latch.Config `yaml:",inline"`
	// Pulse is for how long the latch is let go: 200ms to 10s. The default is
	// 3s.
	Pulse time.Duration `yaml:"pulse"`
}

// Metrics are figures about the machine.
type Metrics struct {
	// Listen is a loopback address, host:port, for /metrics and /healthz.
	// Empty, the default, is none.
	Listen string `yaml:"listen"`
}

// Default is what a file that gives nothing but what it must has.
func Default() Config {
	return Config{
		Camera:    "kiosk:",
		Kiosk:     Kiosk{Listen: ":8443"},
		Latch:     Latch{Config: latch.Config{Kind: latch.KindLog}, Pulse: 3 * time.Second},
		Languages: []string{"zh", "en"},
		TPM:       "auto",
	}
}

// Accepted returns the ways in at this door, of those that the zone has. A
// [bundle.ErrOnlyWay] is possible where the two have nothing in common but
// faces.
func (c Config) Accepted(zone bundle.Methods) (bundle.Methods, error) {
	m := zone
	if len(c.Methods) > 0 {
		own, err := bundle.ParseMethods(c.Methods...)
		if err != nil {
			return 0, err
		}
		m &= own
	}
	return m, m.Check()
}

// Load reads a file. Errors wrap [ErrInvalid] or [ErrExposed], or say why the
// file cannot be read.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Config{}, err
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return Config{}, err
	}
	c, err := Parse(data)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	if c.hasPassword() && info.Mode().Perm()&0o077 != 0 {
		return Config{}, fmt.Errorf("%w %s", ErrExposed, path)
	}
	return c, nil
}

// hasPassword says whether the address of the camera has one in it.
func (c Config) hasPassword() bool {
	u, err := url.Parse(c.Camera)
	return err == nil && u.User != nil
}
