package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// camera is a [door.Eyes] that sees one JPEG.
type camera struct {
	engine    *face.Engine
	threshold float64
	jpeg      []byte
}

// Model is a method of [door.Eyes].
func (c camera) Model() pass.ModelID { return c.engine.ModelID() }

// Look is a method of [door.Eyes]: what a door does with one frame.
func (c camera) Look(g consent.Grant, r face.Reference) (look door.Look, err error) {
	pixels, err := picture.Decode(c.jpeg)
	if err != nil {
		return look, err
	}
	defer pixels.Wipe()
	capture, err := c.engine.Capture(g, pixels)
	if err != nil {
		return look, err
	}
	defer capture.Wipe()
	attack, err := capture.Attack()
	if err != nil {
		return look, err
	}
	probe, err := capture.Probe()
	if err != nil {
		return look, err
	}
	defer probe.Wipe()
	look.Threshold, look.Suspected = c.threshold, attack.Suspected
	look.Comparison, err = c.engine.Compare(g, probe, r)
	return look, err
}

const wholeCheck = "whole check: pass text, JPEG, decision"

// checks measures whole checks in one process that has started: of the plain
// pass and of the face pass at the site, as texts.
func checks(dir home.Dir, s places) (rows []row, err error) {
	e, manifest, err := engine.New(dir, time.Now)
	if err != nil {
		return nil, err
	}
	threshold, ok := manifest.Threshold("fmr-1e-4")
	if !ok {
		return nil, errors.New("the models have no threshold for FMR 1e-4")
	}
	data, err := os.ReadFile(s.Probe)
	if err != nil {
		return nil, err
	}
	eyes := camera{e, threshold.Score, data}
	for _, c := range []struct{ name, pass string }{
		{"whole check of a plain pass as text", s.PlainText}, {wholeCheck, s.FaceText},
	} {
		text, err := os.ReadFile(c.pass)
		if err != nil {
			return nil, err
		}
		r, err := measure(c.name, func() error { return check(s.Site, strings.TrimSpace(string(text)), eyes) })
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

var errRefused = errors.New("refused")

// check reads the site and the pass anew and decides.
func check(dir, text string, eyes door.Eyes) error {
	s, err := site.OpenDoor(dir)
	if err != nil {
		return err
	}
	p, err := pass.Parse(text)
	if err != nil {
		return err
	}
	decision, err := door.Door{Zone: "front", Trust: s.Trust(), Seals: s, Now: time.Now, Eyes: eyes}.Judge(p)
	if err == nil && !decision.Open {
		err = fmt.Errorf("%w: %s %s", errRefused, decision.Reason, decision.Detail)
	}
	return err
}
