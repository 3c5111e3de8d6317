package face

import "github.com/facelatch/facelatch/consent"

// Join adds what was extracted from one more picture of a person to a mean of
// several, in which each picture counts the same. A reference that is made of
// the mean depends less on any one of them. The zero Probe, as a wiped one, is
// the mean of none yet. p stays as it is; both have to be wiped.
//
// All must have been extracted under the one grant that is given, to enrol or
// to measure. Whether they show one person is the caller's to ask before
// ([Engine.Alike]): the mean of two people is nobody's reference.
func (e *Engine) Join(g consent.Grant, mean, p *Probe) error {
	power := consent.Enrol
	if g.Power() == consent.Measure {
		power = consent.Measure
	}
	if err := g.Check(power, e.now()); err != nil {
		return err
	}
	if p.engine != e || p.grant != g || mean.engine != nil && (mean.engine != e || mean.grant != g) {
		return consent.ErrNoGrant
	}
	if mean.engine == nil {
		*mean = Probe{engine: e, grant: g, parts: like(p.parts), sum: like(p.parts)}
	} else if mean.sum == nil {
		mean.sum = like(mean.parts)
		add(mean.sum, mean.parts)
	}
	wipe(mean.coded)
	mean.coded = nil
	add(mean.sum, p.parts)
	for i, part := range mean.parts {
		copy(part, mean.sum[i])
		unit(part)
	}
	return nil
}

// like is as much room as some vectors take.
func like(parts [][]float32) (room [][]float32) {
	for _, p := range parts {
		room = append(room, make([]float32, len(p)))
	}
	return room
}

func add(to, parts [][]float32) {
	for i, p := range parts {
		for j, x := range p {
			to[i][j] += x
		}
	}
}

// unit scales a vector to length 1. The zero vector stays zero.
func unit(v []float32) {
	if n := float32(length(v)); n > 0 {
		for i := range v {
			v[i] /= n
		}
	}
}
