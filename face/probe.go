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
	// enrolled is the same for a reference, as the mean of several crops; only under
	// a grant to enrol or to measure.
	enrolled [][]float32
	coded    [][]float32 // what encoding leaves of enrolled; set by Measure only
	sum      [][]float32 // of what was joined; set by Join only
}

// Probe extracts the subject's features with every extract model. Under a grant
// to enrol or to measure it looks several times, since a reference is made once
// and compared for years.
func (c *Capture) Probe() (*Probe, error) {
	if err := c.mustHold(); err != nil {
		return nil, err
	}
	p := &Probe{engine: c.engine, grant: c.grant}
	err := c.extract(&p.parts, crop{wider: 1})
	if err == nil && c.grant.Power() != consent.Verify {
		err = c.extract(&p.enrolled, enrolCrops()...)
	}
	if err != nil {
		p.Wipe()
		return nil, err
	}
	return p, nil
}

// extract adds to parts what each extract model makes of some crops: the mean,
// of length 1.
func (c *Capture) extract(parts *[][]float32, crops ...crop) error {
	for i, network := range c.engine.extract {
		encoding := c.engine.codec.parts[i]
		mean := make([]float32, encoding.Dimensions)
		*parts = append(*parts, mean)
		for _, how := range crops {
			err := network.use(func(input []float32, l layout) {
				sample(input, l, c.picture, how.of(c, l))
				how.turn(input, l)
			}, func(lane Lane) {
				if i == 0 && c.strength == 0 {
					c.strength = length(lane.Output(0))
				}
				one := encoding.project(lane.Output(0))
				addTo(mean, one)
				clear(one)
			})
			if err != nil {
				return err
			}
		}
		unit(mean)
	}
	return nil
}

// Wipe zeroes the probe.
func (p *Probe) Wipe() {
	if p == nil {
		return
	}
	wipe(p.parts)
	wipe(p.enrolled)
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
