package main

import (
	"errors"
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// newEngine makes the engine of the home. Its models are loaded when they are
// first used.
func newEngine(now func() time.Time) (*face.Engine, models.Manifest, error) {
	dir, err := home.Find()
	if err != nil {
		return nil, models.Manifest{}, err
	}
	return engine.New(dir, now)
}

// enroller is an [issue.Enroller] that looks at one photograph.
type enroller struct {
	engine      *face.Engine
	size        int
	picture     *picture.Picture
	requireLive bool
	warnings    []string
}

// newEnroller reads the photograph, and finds no face in it yet.
func newEnroller(path string, requireLive bool) (*enroller, error) {
	p, err := readPicture(path)
	if err != nil {
		return nil, err
	}
	e, m, err := newEngine(time.Now)
	if err != nil {
		p.Wipe()
		return nil, err
	}
	return &enroller{engine: e, size: m.Reference.Bytes(), picture: p, requireLive: requireLive}, nil
}

func (e *enroller) wipe() { e.picture.Wipe() }

// Models is a method of [issue.Enroller].
func (e *enroller) Models() []pass.ModelID { return []pass.ModelID{e.engine.ModelID()} }

// Size is a method of [issue.Enroller].
func (e *enroller) Size() int { return e.size }

// References is a method of [issue.Enroller]. A photograph that would be hard
// to compare is refused.
func (e *enroller) References(g consent.Grant) (map[pass.ModelID][]byte, error) {
	capture, err := e.engine.Capture(g, e.picture)
	if err != nil {
		return nil, err
	}
	defer capture.Wipe()
	if err := e.gate(capture); err != nil {
		return nil, err
	}
	probe, err := capture.Probe()
	if err != nil {
		return nil, err
	}
	defer probe.Wipe()
	reference, err := probe.Reference()
	if err != nil {
		return nil, err
	}
	return map[pass.ModelID][]byte{e.engine.ModelID(): reference}, nil
}

func (e *enroller) gate(c *face.Capture) error {
	advice, err := adviceOn(c)
	if err != nil {
		return err
	}
	if len(advice) > 0 {
		return &pass.Refusal{Reason: pass.ReasonPoorQuality, Detail: strings.Join(advice, "; ")}
	}
	suspected, err := suspect(c, e.requireLive)
	if err != nil {
		return err
	}
	if suspected && e.requireLive {
		return &pass.Refusal{Reason: pass.ReasonAttackSuspected, Detail: "the face looks like a picture of one"}
	}
	if suspected {
		e.warnings = append(e.warnings, "the face looks like a picture of one; see that it is the person before you")
	}
	return nil
}

// suspect asks whether the face looks like a picture of one. Where no model can
// tell, that is a failure only if an answer is needed.
func suspect(c *face.Capture, needed bool) (bool, error) {
	attack, err := c.Attack()
	if errors.Is(err, face.ErrNoModel) && !needed {
		return false, nil
	}
	return attack.Suspected, err
}

// adviceOn is what a person can do about a capture, a sentence each, without
// full stops.
func adviceOn(c *face.Capture) (advice []string, err error) {
	quality, err := c.Quality()
	if err != nil {
		return nil, err
	}
	for _, problem := range quality.Problems() {
		advice = append(advice, strings.TrimSuffix(problem.Advice(), "."))
	}
	return advice, nil
}
