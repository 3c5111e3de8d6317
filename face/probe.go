package face

import (
	"math"

	"github.com/facelatch/facelatch/consent"
)

// Probe is what was extracted from one capture, for one comparison. It lives
// in memory only; Wipe it. One goroutine uses it at a time.
type Probe struct {
	engine *Engine
	grant  consent.Grant
	parts  [][]float32 // one a model, projected, of length 1
	coded  [][]float32 // what encoding leaves of parts; set by Measure only
	sum    [][]float32 // of what was joined; set by Join only
}

// Probe extracts the subject's features with every extract model.
func (c *Capture) Probe() (*Probe, error) {
	if err := c.mustHold(); err != nil {
		return nil, err
	}
	p := &Probe{engine: c.engine, grant: c.grant}
	for i, network := range c.engine.extract {
		err := network.use(func(input []float32, l layout) {
			sample(input, l, c.picture, c.aligned(l))
		}, func(lane Lane) {
			if i == 0 {
				c.strength = length(lane.Output(0))
			}
			p.parts = append(p.parts, c.engine.codec.parts[i].project(lane.Output(0)))
		})
		if err != nil {
			p.Wipe()
			return nil, err
		}
	}
	return p, nil
}

// Wipe zeroes the probe.
func (p *Probe) Wipe() {
	if p == nil {
		return
	}
	wipe(p.parts)
	wipe(p.coded)
	wipe(p.sum)
	*p = Probe{}
}

func length(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}
