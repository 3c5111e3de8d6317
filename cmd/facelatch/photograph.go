package main

import (
	"errors"
	"fmt"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// errNoThreshold is returned where the policy names a threshold that the models
// do not have.
var errNoThreshold = errors.New("the models in use have no such threshold")

// photograph is a [door.Eyes] that sees one photograph. It reads the file only
// when it is asked to look.
type photograph struct {
	path      string
	engine    *face.Engine
	manifest  models.Manifest
	threshold string // its name
	live      bool   // whether it has to be known if the face is a picture of one
}

func newPhotograph(path, threshold string, d door.Door) (*photograph, error) {
	engine, manifest, err := newEngine(d.Now)
	if err != nil {
		return nil, err
	}
	return &photograph{path: path, engine: engine, manifest: manifest, threshold: threshold, live: d.Policy.RequireLive}, nil
}

// Model is a method of [door.Eyes].
func (p *photograph) Model() pass.ModelID { return p.engine.ModelID() }

// Look is a method of [door.Eyes].
func (p *photograph) Look(g consent.Grant, r face.Reference) (door.Look, error) {
	threshold, ok := p.manifest.Threshold(p.threshold)
	if !ok {
		return door.Look{}, fmt.Errorf("%w: %s", errNoThreshold, p.threshold)
	}
	picture, err := readPicture(p.path)
	if err != nil {
		return door.Look{}, err
	}
	defer picture.Wipe()
	capture, err := p.engine.Capture(g, picture)
	if err != nil {
		return door.Look{}, err
	}
	defer capture.Wipe()
	look, err := p.compare(g, capture, r)
	if err != nil {
		return door.Look{}, err
	}
	look.Threshold = threshold.Score
	if look.Comparison.Score() < threshold.Score {
		look.Advice, err = adviceOn(capture)
	}
	return look, err
}

func (p *photograph) compare(g consent.Grant, c *face.Capture, r face.Reference) (look door.Look, err error) {
	if look.Suspected, err = suspect(c, p.live); err != nil {
		return door.Look{}, err
	}
	probe, err := c.Probe()
	if err != nil {
		return door.Look{}, err
	}
	defer probe.Wipe()
	look.Comparison, err = p.engine.Compare(g, probe, r)
	return look, err
}
