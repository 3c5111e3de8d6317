package eval

import (
	"errors"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// seen is what every stage says of one photograph.
type seen struct {
	problems  []face.Problem
	suspected bool
	own       float64
	strangers []float64
}

// look runs every stage on a photograph of the i-th person and counts.
func (m *capturing) look(i int, p *picture.Picture, s *Step) error {
	capture, err := m.Engine.CaptureCentral(m.Grant, p)
	if errors.Is(err, face.ErrNoFace) {
		m.mu.Lock()
		defer m.mu.Unlock()
		s.Found.add(false)
		s.Refused.add(false)
		s.Suspected.add(false)
		s.Missed.add(true)
		return nil
	}
	if err != nil {
		return err
	}
	defer capture.Wipe()
	saw, err := m.judge(i, capture)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Found.add(true)
	s.Refused.add(len(saw.problems) > 0)
	s.Suspected.add(saw.suspected)
	s.Missed.add(saw.own < m.Threshold)
	s.scores = append(s.scores, saw.own)
	for _, p := range saw.problems {
		s.Problems[p]++
	}
	for _, v := range saw.strangers {
		s.Matched.add(v >= m.Threshold)
	}
	return nil
}

// judge asks quality, attack and comparison.
func (m *capturing) judge(i int, capture *face.Capture) (saw seen, err error) {
	probe, err := capture.Probe()
	if err != nil {
		return saw, err
	}
	defer probe.Wipe()
	q, err := capture.Quality()
	if err != nil {
		return saw, err
	}
	saw.problems = q.Problems()
	a, err := capture.Attack()
	if err != nil && !errors.Is(err, face.ErrNoModel) {
		return saw, err
	}
	saw.suspected = a.Suspected
	own, err := m.Engine.Measure(m.Grant, m.probes[i], probe)
	if err != nil {
		return saw, err
	}
	saw.own = own.Score
	for k := 1; k <= min(strangers, len(m.probes)-1); k++ {
		other := m.probes[(i+k)%len(m.probes)]
		if other == nil {
			continue
		}
		s, err := m.Engine.Measure(m.Grant, other, probe)
		if err != nil {
			return saw, err
		}
		saw.strangers = append(saw.strangers, s.Score)
	}
	return saw, nil
}
