package edge

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/ground"
	"github.com/facelatch/facelatch/edge/session"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// errNoEyes is what a look fails with at a door that takes no faces.
var errNoEyes = errors.New("this door does not look at faces")

// sight is the door's engine, or none at a door that takes no faces: then no
// model is even loaded.
type sight struct {
	faces    *face.Engine
	manifest models.Manifest
	ground   *ground.Ground
	engine   session.Engine
}

// openEyes loads the models, so that the first holder does not wait for them.
func (d *daemon) openEyes() (err error) {
	d.eyes = &sight{}
	if len(d.config.Methods) > 0 && !slices.Contains(d.config.Methods, "face") {
		return nil
	}
	d.eyes.faces, d.eyes.manifest, err = engine.New(d.options.Home, d.eyes.now)
	if err != nil {
		return err
	}
	if err := d.eyes.faces.Prepare(); err != nil {
		return fmt.Errorf("the models cannot be used; methods without face would need none: %w", err)
	}
	return nil
}

// cannotAsk is why the models cannot see a head turn; nil if they can. The zone says
// later whether that is asked for: a door that asked in vain would refuse every face,
// and say nothing of why.
func (s *sight) cannotAsk() error {
	if lacks := face.Lacking(s.manifest); s.faces != nil && (lacks.Turn || lacks.Spread) {
		return fmt.Errorf("the models %q cannot see a head turn: they need one for landmarks and one for pose, or the zone must not ask for movements", s.manifest.Name)
	}
	return nil
}

// lookWith says what the door stands on.
func (s *sight) lookWith(g *ground.Ground) {
	s.ground = g
	s.engine = session.Engine{Faces: s.faces, Threshold: s.threshold, Live: func() bool { return g.Basis().Policy.RequireLive }}
}

// now is the clock that grants are checked against: the door's own, in which
// they were given.
func (s *sight) now() time.Time { return s.ground.Now() }

// models are those whose references can be compared here.
func (s *sight) models() []pass.ModelID {
	if s.faces == nil {
		return nil
	}
	return []pass.ModelID{s.faces.ModelID()}
}

// threshold is the score for one attempt of the [door.MaxAttempts] that share
// the zone's FMR, and 0, at which nothing opens, where the manifest has none.
func (s *sight) threshold() float64 {
	now := s.ground.Snapshot()
	if now.Contents == nil {
		return 0
	}
	each, ok := s.manifest.ForAttempts(now.Contents.Zone.Threshold, door.MaxAttempts)
	if !ok {
		return 0
	}
	return each.Score
}

// Look is a method of [session.Eyes].
func (s *sight) Look(o door.LookAt, f *camera.Frame, now time.Time, trace func(session.Stage)) (door.Look, error) {
	if s.faces == nil {
		return door.Look{}, errNoEyes
	}
	return s.engine.Look(o, f, now, trace)
}
