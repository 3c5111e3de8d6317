package eval

import (
	"context"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
)

// inMemory measures pairs, and then what needs all photographs at once.
func (v Verification) inMemory(ctx context.Context, f *found) (Report, error) {
	probes, read, err := v.extractAll(ctx, f.names)
	defer func() {
		for _, p := range probes {
			p.Wipe()
		}
	}()
	if err != nil {
		return Report{}, err
	}
	if f.read = read; absent(read) {
		return Report{}, ErrAbsent
	}
	if err := v.comparePairs(f, probes); err != nil {
		return Report{}, err
	}
	r, sorted := v.report(f)
	if v.Cross {
		impostor, err := v.compareAcross(ctx, f.names, probes)
		if err != nil {
			return Report{}, err
		}
		figures := newScores(sorted.genuine, impostor).figures(1e-3, 1e-4, perAttempt)
		r.Cross = &figures
	}
	if v.Showing > 0 {
		s, err := v.showings(ctx, f.names, probes)
		if err != nil {
			return Report{}, err
		}
		r.Showings = &s
	}
	return r, nil
}

func (v Verification) comparePairs(f *found, probes map[string]*face.Probe) error {
	engine := reader(v.Setup)
	for _, p := range f.pairs {
		s := score.Score{Encoded: failed, Plain: failed}
		switch a, b := probes[f.names[p.a]], probes[f.names[p.b]]; {
		case f.read[p.a].State.Absent() || f.read[p.b].State.Absent():
			s = score.Absent()
		case a != nil && b != nil:
			encoded, plain, err := engine.Compare(a, b)
			if err != nil {
				return err
			}
			s = score.Score{Encoded: float32(encoded), Plain: float32(plain)}
		}
		f.scores = append(f.scores, s)
	}
	return nil
}

// compareAcross scores every pair of photographs of different people.
func (v Verification) compareAcross(ctx context.Context, names []string, probes map[string]*face.Probe) ([]float64, error) {
	var impostor []float64
	for i, a := range names {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, b := range names[i+1:] {
			if probes[a] == nil || probes[b] == nil || v.person(a) == v.person(b) {
				continue
			}
			m, err := v.Engine.Measure(v.Grant, probes[a], probes[b])
			if err != nil {
				return nil, err
			}
			impostor = append(impostor, m.Score)
		}
	}
	return impostor, nil
}
