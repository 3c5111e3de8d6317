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
		all, err := v.compareAcross(ctx, f, probes)
		if err != nil {
			return Report{}, err
		}
		figures := newScores(sorted.genuine, all.impostor()).figures(1e-3, 1e-4, perAttempt)
		r.Cross = &figures
		blocks, people := all.blocks(f)
		scores := distributionOf(blocks)
		r.CrossScores = &scores
		r.CrossByPerson = pointsAt(blocks, people, figures.OperatingPoints, v.Thresholds)
	}
	if v.Showing > 0 {
		s, err := v.showings(ctx, f.names, probes)
		if err != nil {
			return Report{}, err
		}
		r.Showings = &s
	}
	if v.Averaged > 0 {
		a, err := v.averaged(ctx, f.names, probes)
		if err != nil {
			return Report{}, err
		}
		r.Averaged = &a
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
