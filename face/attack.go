package face

import (
	"errors"
	"math"

	"github.com/facelatch/facelatch/models"
)

// ErrNoModel is returned when the manifest has no model for what was asked.
var ErrNoModel = errors.New("the models in use cannot judge that")

// Attack is what one still says about a presentation attack: a print, a
// screen or a mask instead of a face. Passive detection on one still is weak
// (docs/accuracy.md): it is a reason to look again, not proof.
type Attack struct {
	// Bona is the belief that a living face is before the camera, 0 to 1, of all
	// cues together.
	Bona float64
	// Suspected is whether Bona is under the manifest's threshold.
	Suspected bool
	// Cues are what was put together, in a fixed order.
	Cues []Cue
}

// Cue is what one way of looking for presentation attacks says.
type Cue struct {
	// Name says which way, such as the id of a model.
	Name string
	// Bona is its belief that a living face is before the camera, 0 to 1.
	Bona float64
}

// judge is one model that looks for presentation attacks.
type judge struct {
	network *lanes
	id      string
	bona    int // which value of the output stands for a living face
	looks   []models.Look
}

// certain bounds one look's log odds, so that none of them outvotes the others
// alone: beliefs of 0.0025 to 0.9975.
const certain = 6

// Attack judges the subject: each model of the manifest looks at each of its parts
// of the picture, and [CueOutline] at what is beside the face; the mean of their log
// odds, by weight, is the belief. It returns [ErrNoModel] where the manifest has no model for presentation attacks.
func (c *Capture) Attack() (a Attack, err error) {
	if err := c.mustHold(); err != nil {
		return a, err
	}
	var sum, weights float64
	for _, j := range c.engine.attack {
		for _, l := range j.looks {
			odds, err := c.judge(j, l)
			if err != nil {
				return Attack{}, err
			}
			a.Cues = append(a.Cues, Cue{j.id + " " + l.String(), logistic(odds)})
			sum, weights = sum+odds*l.Share(), weights+l.Share()
		}
	}
	if weights == 0 {
		return Attack{}, ErrNoModel
	}
	odds := c.outlineOdds()
	a.Cues = append(a.Cues, Cue{CueOutline, logistic(odds)})
	a.Bona = logistic((sum + odds*outlineShare) / (weights + outlineShare))
	a.Suspected = !(a.Bona >= c.engine.attackThreshold) // what is no number is suspected too
	return a, nil
}

// judge returns the log odds of a living face that a model gives for one part of
// the picture.
func (c *Capture) judge(j judge, look models.Look) (odds float64, err error) {
	region := regionOf(look, c.subject.Box, float64(c.picture.W), float64(c.picture.H))
	err = j.network.use(func(input []float32, l layout) {
		view(input, l, c.picture, region)
		if look.Mirrored {
			mirror(input, l)
		}
	}, func(lane Lane) {
		odds = oddsOf(lane.Output(0), j.bona)
	})
	return max(-certain, min(certain, odds)), err
}

// oddsOf are the log odds of one class among logits.
func oddsOf(logits []float32, class int) float64 {
	p := softmax(logits)[class]
	return math.Log(p) - math.Log1p(-p)
}

func logistic(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }

// regionOf is the part of a picture of w x h pixels that a look takes.
func regionOf(l models.Look, box Box, w, h float64) Box {
	if l.Margin == 0 {
		return Box{0, 0, w, h}
	}
	if l.Square {
		box = padTo(box, 1)
	}
	return within(box, l.Margin, w, h)
}

// within grows the box about its centre by margin, or by less where the
// picture is smaller than that, and shifts it into the picture.
func within(b Box, margin, w, h float64) Box {
	b = b.scaled(min(margin, w/b.W(), h/b.H()))
	dx := max(0, -b.X0) - max(0, b.X1-w)
	dy := max(0, -b.Y0) - max(0, b.Y1-h)
	return Box{b.X0 + dx, b.Y0 + dy, b.X1 + dx, b.Y1 + dy}
}

func softmax(logits []float32) []float64 {
	top := math.Inf(-1)
	for _, v := range logits {
		top = max(top, float64(v))
	}
	var sum float64
	out := make([]float64, len(logits))
	for i, v := range logits {
		out[i] = math.Exp(float64(v) - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
