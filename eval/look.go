package eval

import (
	"errors"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// seen is what every stage says of one photograph at one level: -1 for the way is
// as it is.
type seen struct {
	Way       int            `json:"w"`
	Level     int            `json:"l"`
	Found     bool           `json:"found"`
	Problems  []face.Problem `json:"problems,omitempty"`
	Suspected bool           `json:"suspected,omitempty"`
	Own       float64        `json:"own"`
	Strangers []float64      `json:"strangers,omitempty"`
}

// look runs every stage on a photograph of the i-th person.
func (m *capturing) look(i int, p *picture.Picture) (seen, error) {
	capture, err := m.Engine.CaptureCentral(m.Grant, p)
	if errors.Is(err, face.ErrNoFace) {
		return seen{Own: failed}, nil
	}
	if err != nil {
		return seen{}, err
	}
	defer capture.Wipe()
	return m.judge(i, capture)
}

// count adds what was seen to a step.
func (s *Step) count(saw seen, threshold float64) {
	s.Found.add(saw.Found)
	s.Refused.add(len(saw.Problems) > 0)
	s.Suspected.add(saw.Suspected)
	s.Missed.add(saw.Own < threshold)
	if saw.Found {
		s.scores = append(s.scores, saw.Own)
	}
	for _, p := range saw.Problems {
		s.Problems[p]++
	}
	for _, v := range saw.Strangers {
		s.Matched.add(v >= threshold)
	}
}

// judge asks quality, attack and comparison.
func (m *capturing) judge(i int, capture *face.Capture) (saw seen, err error) {
	saw.Found = true
	probe, err := capture.Probe()
	if err != nil {
		return saw, err
	}
	defer probe.Wipe()
	q, err := capture.Quality()
	if err != nil {
		return saw, err
	}
	saw.Problems = q.Problems()
	a, err := capture.Attack()
	if err != nil && !errors.Is(err, face.ErrNoModel) {
		return saw, err
	}
	saw.Suspected = a.Suspected
	own, err := m.Engine.Measure(m.Grant, m.probes[i], probe)
	if err != nil {
		return saw, err
	}
	saw.Own = own.Score
	for k := 1; k <= min(strangers, len(m.probes)-1); k++ {
		other := m.probes[(i+k)%len(m.probes)]
		if other == nil {
			continue
		}
		s, err := m.Engine.Measure(m.Grant, other, probe)
		if err != nil {
			return saw, err
		}
		saw.Strangers = append(saw.Strangers, s.Score)
	}
	return saw, nil
}
