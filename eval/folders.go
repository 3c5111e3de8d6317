package eval

import (
	"context"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/models"
)

// Folders measures verification on all photographs of some people, each
// compared with all others: more comparisons than anybody would list as pairs.
type Folders struct {
	Setup
	People     []Person // their groups do not matter
	Thresholds []models.Threshold
	// Left is what was left out before.
	Left []Bad
}

// Run compares everybody with everybody and reports. Memory is bounded by
// [Setup.Hold], and an interrupted run is resumed. Thresholds are found to a
// thousandth.
func (f Folders) Run(ctx context.Context) (r Report, err error) {
	names, people := number(f.People)
	err = f.compare(ctx, names, score.Everybody(people, f.hold()), func(results score.Results) error {
		b := newBlocks(results, people)
		r = Report{Images: len(names), People: len(people), Bad: append(f.Left, unusable(results, names)...), Scores: distributionOf(b.all)}
		for _, p := range results.Read {
			if p.State == score.NoFace || p.State == score.NoImage {
				r.FailuresToAcquire++
			}
		}
		r.Figures = r.Scores.figures(1e-2, 1e-3, 1e-4, perAttempt)
		r.ByPerson = pointsAt(b.all, len(people), r.OperatingPoints, f.Thresholds)
		return b.err
	})
	return r, err
}

// figures are the error rates of a distribution, at thresholds that lie between
// its steps.
func (d *Distribution) figures(fmrs ...float64) Figures {
	genuine, impostor := d.GenuineFailed, d.ImpostorFailed
	for i := range Steps {
		genuine, impostor = genuine+d.Genuine[i], impostor+d.Impostor[i]
	}
	f := Figures{Pairs: genuine + impostor, Genuine: genuine, Impostor: impostor}
	matched, missed := impostor-d.ImpostorFailed, d.GenuineFailed
	best := 0
	f.OperatingPoints = make([]OperatingPoint, len(fmrs))
	for i := 0; i <= Steps; i++ {
		best = max(best, genuine-missed+impostor-matched)
		for k, fmr := range fmrs {
			p := &f.OperatingPoints[k]
			if p.FMR == 0 && (float64(matched) <= fmr*float64(impostor) || i == Steps) {
				*p = OperatingPoint{FMR: fmr, Threshold: Threshold(i), Supported: float64(impostor) >= 10/fmr*(1-1e-12)}
				p.FNMRLow, p.FNMRHigh = interval(missed, genuine)
				if genuine > 0 {
					p.FNMR = float64(missed) / float64(genuine)
				}
			}
		}
		if i < Steps {
			matched, missed = matched-d.Impostor[i], missed+d.Genuine[i]
		}
	}
	if f.Pairs > 0 {
		f.Accuracy = float64(best) / float64(f.Pairs)
	}
	return f
}
