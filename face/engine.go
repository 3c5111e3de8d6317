package face

import (
	"cmp"
	"errors"
	"time"

	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

var (
	// ErrNoFace is returned when a picture shows no face.
	ErrNoFace = errors.New("no face was found")
	// ErrSeveralFaces is returned when a picture has no single clear subject.
	ErrSeveralFaces = errors.New("more than one face is close to the camera")
	// ErrReference is returned for bytes that are no reference of the model in use.
	ErrReference = errors.New("not a reference that this model made")
	// ErrEngine is wrapped by failures of the model runtime.
	ErrEngine = errors.New("the face engine failed")
)

// Config is what an engine is made of. Every field is required.
type Config struct {
	Manifest models.Manifest
	// Open reserves a lane of the model, which the caller has loaded.
	Open func(models.Model) (Lane, error)
	// Projection reads the matrix of one part of the reference's encoding.
	Projection func(models.Part) ([]byte, error)
	// Now is the clock that grants are checked against.
	Now func() time.Time
}

// Engine runs one set of models. It is safe for concurrent use, and keeps
// nothing of a face between calls.
type Engine struct {
	detect, landmark, pose *lanes
	extract                []*lanes
	attack                 []judge // what looks for presentation attacks, in the manifest's order
	found                  reading // what the detector's outputs mean
	least                  float64 // the score from which on something is a face
	weak                   float64 // length of the first vector that is too short; 0 if unknown
	lacks                  Lacks
	codec                  codec
	attackThreshold        float64
	id                     pass.ModelID
	now                    func() time.Time
}

// New checks the manifest and prepares an engine. Models are opened when they
// are first needed.
func New(c Config) (*Engine, error) {
	if err := c.Manifest.Check(); err != nil {
		return nil, err
	}
	if err := fits(c.Manifest); err != nil {
		return nil, err
	}
	codec, err := newCodec(c.Manifest.Reference, c.Projection)
	if err != nil {
		return nil, err
	}
	e := &Engine{codec: codec, id: ReferenceModel(c.Manifest), now: c.Now, attackThreshold: c.Manifest.Attack, lacks: Lacking(c.Manifest)}
	for _, m := range c.Manifest.Models {
		n := &lanes{layout: layoutOf(m.Input), open: func() (Lane, error) { return c.Open(m) }}
		switch m.Role {
		case models.Detect:
			e.detect, e.found, e.least = n, readings(m.Kind), cmp.Or(m.Least, minDetection)
		case models.Landmark:
			e.landmark = n
		case models.Extract:
			if len(e.extract) == 0 {
				e.weak = m.Weak
			}
			e.extract = append(e.extract, n)
		case models.PAD:
			e.attack = append(e.attack, judge{n, m.ID, m.BonaFide, m.AllLooks()})
		case models.Pose:
			e.pose = n
		}
	}
	return e, nil
}

// ModelID names the references that this engine makes and can compare.
func (e *Engine) ModelID() pass.ModelID { return e.id }

// Prepare loads every network and runs it once on nothing, so that the first
// look does not wait for it. It touches no face and needs no grant.
func (e *Engine) Prepare() error {
	networks := append([]*lanes{e.detect, e.landmark, e.pose}, e.extract...)
	for _, j := range e.attack {
		networks = append(networks, j.network)
	}
	for _, n := range networks {
		if n == nil {
			continue
		}
		if err := n.use(func([]float32, layout) {}, func(Lane) {}); err != nil {
			return err
		}
	}
	return nil
}
