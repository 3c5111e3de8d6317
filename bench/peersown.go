package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bench/peers"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

// contender is Facelatch as one of those that are compared. It does with a
// photograph what a door does, and scores under a grant to measure.
type contender struct {
	dir        home.Dir
	site, pass string // folder and file

	engine *face.Engine
	grant  consent.Grant
	eyes   camera
	text   string // of the pass
	probes map[string]*face.Probe
}

func (c *contender) serve() (err error) {
	e, manifest, err := engine.New(c.dir, time.Now)
	if err != nil {
		return err
	}
	threshold, ok := manifest.Threshold("fmr-1e-4")
	if !ok {
		return errors.New("the models have no threshold for FMR 1e-4")
	}
	c.grant, err = consent.ForDataSet(consent.Declaration{DataSet: "the photographs in FACES", Basis: "their terms allow measuring"})
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.pass)
	if err != nil {
		return err
	}
	c.text = strings.TrimSpace(string(text))
	c.engine, c.eyes, c.probes = e, camera{engine: e, threshold: threshold.Score}, map[string]*face.Probe{}
	hello := peers.Hello{Package: "models " + manifest.Name, Runtime: "ONNX Runtime " + runtimeVersion(), Threshold: &threshold.Score}
	return peers.Serve(os.Stdin, os.Stdout, hello, c)
}

// runtimeVersion is that of the library which make setup installs.
func runtimeVersion() string {
	var installed struct{ Dependencies map[string]string }
	data, err := os.ReadFile(filepath.Join("setup", "package.json"))
	if err != nil || json.Unmarshal(data, &installed) != nil {
		return "of unknown version"
	}
	return installed.Dependencies["onnxruntime-node"]
}

// lap returns the processor's milliseconds since a time, and the time now.
func lap(since time.Duration) (float64, time.Duration) {
	now := processorTime()
	return ms(now - since), now
}

// Look is a method of [peers.Subject]. Under a grant to measure the engine extracts
// more than a door does, since it makes a reference as well. So what counts is a whole
// check of the photograph, with the pass of somebody else at the site. A door refuses a
// picture with several people in front; there, the measuring counts.
func (c *contender) Look(photo string) (l peers.Look, err error) {
	cpu := processorTime()
	if c.eyes.jpeg, err = os.ReadFile(photo); err != nil {
		return l, err
	}
	pixels, err := picture.Decode(c.eyes.jpeg)
	if err != nil {
		return l, err
	}
	defer pixels.Wipe()
	l.DecodeMS, cpu = lap(cpu)
	probe, err := c.describe(pixels, &l)
	if err != nil {
		return l, err
	}
	l.DescribeMS, cpu = lap(cpu)
	if probe != nil {
		c.probes[photo] = probe
	}
	wall, looked := time.Now(), false
	if err := check(c.site, c.text, witness{c.eyes, &looked}); err != nil && !errors.Is(err, errRefused) {
		return l, err
	}
	l.WallMS = ms(time.Since(wall))
	if whole, _ := lap(cpu); looked {
		l.DescribeMS = whole - l.DecodeMS
	}
	return l, nil
}

// witness notes whether a look came to a comparison.
type witness struct {
	camera
	looked *bool
}

// Look is a method of [door.Eyes].
func (w witness) Look(g consent.Grant, r face.Reference) (door.Look, error) {
	look, err := w.camera.Look(g, r)
	*w.looked = err == nil
	return look, err
}

// describe finds the face in the middle, judges whether it is an attack, and
// extracts it; nil where there is none.
func (c *contender) describe(pixels *picture.Picture, l *peers.Look) (*face.Probe, error) {
	capture, err := c.engine.CaptureCentral(c.grant, pixels)
	if errors.Is(err, face.ErrNoFace) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer capture.Wipe()
	if _, err := capture.Attack(); err != nil {
		return nil, err
	}
	l.Found, l.Faces = true, 1+capture.Others()
	return capture.Probe()
}

// Check is a method of [peers.Subject]: a whole check at the site, from the texts of
// the pass, the keys and the status list to the decision.
func (c *contender) Check(photo string) (l peers.Look, err error) {
	wall, cpu := time.Now(), processorTime()
	if c.eyes.jpeg, err = os.ReadFile(photo); err != nil {
		return l, err
	}
	if err := check(c.site, c.text, c.eyes); err != nil {
		return l, err
	}
	l.Found, l.Faces = true, 1
	l.DescribeMS, _ = lap(cpu)
	l.WallMS = ms(time.Since(wall))
	return l, nil
}

// Score is a method of [peers.Subject].
func (c *contender) Score(a, b string) (float64, bool, error) {
	if c.probes[a] == nil || c.probes[b] == nil {
		return 0, false, nil
	}
	m, err := c.engine.Measure(c.grant, c.probes[a], c.probes[b])
	return m.Score, true, err
}

// populate gives a site as many valid passes as there are people, in as many lists
// as they need. The list of the pass that is checked is one of them.
func populate(dir string, people int) error {
	key, err := issuingKey(filepath.Join(dir, "controller", "issuing-key.pem"))
	if err != nil {
		return err
	}
	for n := uint32(0); people > 0; n++ {
		list, err := listOf(dir, n)
		if err != nil {
			return err
		}
		people -= list.Valid()
		for i := range uint32(list.Len()) {
			if status, err := list.Get(i); err != nil || people <= 0 {
				break
			} else if status == statuslist.Invalid {
				if err := list.Set(i, statuslist.Valid); err != nil {
					return err
				}
				people--
			}
		}
		header := statuslist.Header{URI: pass.StatusURI(n), Issued: time.Now(), Expires: time.Now().Add(time.Hour)}
		token, err := statuslist.Sign(rand.Reader, key, header, list)
		if err != nil {
			return err
		}
		if err := os.WriteFile(listFile(dir, n), token, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func listFile(dir string, n uint32) string {
	return filepath.Join(dir, "controller", "status", fmt.Sprintf("%d.cwt", n))
}

// listOf reads a list of the site, or makes one where there is none yet.
func listOf(dir string, n uint32) (*statuslist.List, error) {
	data, err := os.ReadFile(listFile(dir, n))
	if errors.Is(err, os.ErrNotExist) {
		return statuslist.New(statuslist.DefaultSize)
	}
	if err != nil {
		return nil, err
	}
	here, err := site.OpenDoor(dir)
	if err != nil {
		return nil, err
	}
	token, err := statuslist.Verify(data, here.Trust().Keys, pass.StatusURI(n), time.Now())
	if err != nil {
		return nil, err
	}
	return token.List(), nil
}
