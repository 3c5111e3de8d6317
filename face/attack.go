package face

import (
	"errors"
	"math"
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

// attackMargin is how much larger than the detected box the model's view is.
const attackMargin = 2.7

// Attack judges the subject. It returns [ErrNoModel] where the manifest has no
// model for presentation attacks.
func (c *Capture) Attack() (a Attack, err error) {
	if err := c.mustHold(); err != nil {
		return a, err
	}
	network := c.engine.attack
	if network == nil {
		return a, ErrNoModel
	}
	region := within(c.subject.Box, attackMargin, float64(c.picture.W), float64(c.picture.H))
	err = network.use(func(input []float32, l layout) {
		view(input, l, c.picture, region)
	}, func(lane Lane) {
		a.Bona = softmax(lane.Output(0))[0]
		a.Cues = []Cue{{c.engine.attackID, a.Bona}}
	})
	a.Suspected = err == nil && a.Bona < c.engine.attackThreshold
	return a, err
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
