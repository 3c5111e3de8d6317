package eval

import (
	"context"
	"path"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/models"
)

// failed is the score of a pair with a failure to acquire. It lies below every
// cosine and so below every threshold: the pair never matches.
const failed = score.Failed

// perAttempt is the false match rate of one comparison that keeps a showing of
// up to three at 1e-4, whatever the attempts have in common (the union bound).
const perAttempt = 1e-4 / 3

// Verification says what to measure.
type Verification struct {
	Setup
	Pairs []Pair
	// Person names whom a photograph shows, by its path; nil takes its folder, as
	// data sets with a folder for each person allow, or the labels of the pairs
	// where these say otherwise.
	Person func(name string) string
	// Folds is how many folds cross-validation has; 0 is for none.
	Folds int
	// Cross also compares every photograph with every one of other people.
	Cross bool
	// Averaged, if above 0, also measures references that are the mean of up to so
	// many photographs. It and Showing hold the features of all photographs in
	// memory; where these are more than Hold, Run fails with [ErrHold].
	Averaged int
	// Showing, if above 0, also measures showings of so many attempts each, at
	// each of Thresholds.
	Showing    int
	Thresholds []models.Threshold
}

// Report is what was measured.
type Report struct {
	Images            int `json:"images"`
	FailuresToAcquire int `json:"failures_to_acquire"`
	Figures
	// People is how many there are, as far as folders, names or labels tell.
	People int `json:"people"`
	// ByPerson has the rates at the thresholds of the operating points and of the
	// models, with intervals that allow for pairs having people in common.
	ByPerson []Point `json:"by_person"`
	// CrossValidated is accuracy as the protocol of LFW has it.
	CrossValidated *CrossValidated `json:"cross_validated,omitempty"`
	// Uncompressed is the same without encoding one side as a reference.
	Uncompressed Figures `json:"uncompressed"`
	// Cross is FNMR of the genuine pairs against all pairs of different people.
	Cross *Figures `json:"cross,omitempty"`
	// CrossByPerson has the rates at its thresholds and those of the models, with
	// intervals that allow for comparisons having people in common.
	CrossByPerson []Point `json:"cross_by_person,omitempty"`
	// CrossScores are those of the genuine pairs and of all across.
	CrossScores *Distribution `json:"cross_scores,omitempty"`
	// Showings is how often showings of several attempts go wrong.
	Showings *Showings `json:"showings,omitempty"`
	// Averaged is what references of several photographs gain.
	Averaged *Averaged `json:"averaged,omitempty"`
	// Quality is how well problems with the photographs foretell misses.
	Quality *Explained `json:"quality,omitempty"`
	// Bad is what could not be used as it was given, PairsLeftOut how many pairs
	// were not compared for that.
	Bad          []Bad        `json:"bad_input"`
	PairsLeftOut int          `json:"pairs_left_out"`
	Scores       Distribution `json:"scores"`
}

// Point is what was found at one threshold.
type Point struct {
	// Name says where the threshold is from.
	Name      string        `json:"name"`
	Threshold float64       `json:"threshold"`
	FMR       estimate.Rate `json:"fmr"`
	FNMR      estimate.Rate `json:"fnmr"`
}

// Figures are the error rates over one set of pairs.
type Figures struct {
	Pairs           int              `json:"pairs"`
	Genuine         int              `json:"genuine"`
	Impostor        int              `json:"impostor"`
	Accuracy        float64          `json:"accuracy"`
	OperatingPoints []OperatingPoint `json:"operating_points"`
}

func (s scores) figures(fmrs ...float64) Figures {
	f := Figures{
		Pairs:    len(s.genuine) + len(s.impostor),
		Genuine:  len(s.genuine),
		Impostor: len(s.impostor),
		Accuracy: s.accuracy(),
	}
	for _, fmr := range fmrs {
		f.OperatingPoints = append(f.OperatingPoints, s.at(fmr))
	}
	return f
}

// Run extracts every photograph, compares the pairs and reports. It stops when
// ctx ends; what could not be used is listed in the report. An interrupted run is
// resumed, but for what Showing and Averaged ask for.
func (v Verification) Run(ctx context.Context) (r Report, err error) {
	f := &found{}
	f.names, f.pairs, f.bad = v.clean()
	f.of = v.owners(f.names, f.pairs)
	f.leftOut = len(v.Pairs) - len(f.pairs)
	engine, probes, err := v.holdAll(ctx, f.names)
	defer func() {
		for _, p := range probes {
			p.Wipe()
		}
	}()
	if err != nil {
		return Report{}, err
	}
	work := v.Setup
	if probes != nil {
		work.Progress = nil // all photographs were read
	}
	err = work.compareWith(ctx, engine, f.names, v.plan(f), func(results score.Results) (err error) {
		r, err = v.evaluate(f, results)
		return err
	})
	if err == nil && v.Showing > 0 {
		r.Showings = &Showings{}
		*r.Showings, err = v.showings(ctx, f.names, probes)
	}
	if err == nil && v.Averaged > 0 {
		r.Averaged = &Averaged{}
		*r.Averaged, err = v.averaged(ctx, f.names, probes)
	}
	if err != nil {
		return Report{}, err
	}
	return r, nil
}

// plan compares the pairs, and then all photographs of different people.
func (v Verification) plan(f *found) score.Plan {
	pairs := make([]score.Pair, len(f.pairs))
	for i, p := range f.pairs {
		pairs[i] = score.Pair{A: p.a, B: p.b}
	}
	plan := score.List(pairs, v.hold())
	if v.Cross {
		plan = score.Then(plan, score.Strangers(photographsOf(f.of), v.hold()))
	}
	return plan
}

// evaluate makes the report of what was compared.
func (v Verification) evaluate(f *found, results score.Results) (Report, error) {
	f.read = results.Read
	listed := len(f.pairs)
	err := results.Each(func(_ score.Pair, s score.Score) bool {
		if len(f.scores) == listed {
			return false
		}
		f.scores = append(f.scores, s)
		return true
	})
	if err != nil {
		return Report{}, err
	}
	r, sorted := v.report(f)
	if v.Cross {
		err = v.across(&r, f, sorted.genuine, results, listed)
	}
	return r, err
}

// report makes the report of pairs, and returns the genuine scores.
func (v Verification) report(f *found) (Report, scores) {
	f.leaveOut()
	encoded, plain := f.split()
	r := Report{Images: len(f.names), People: f.people(), Bad: f.bad, PairsLeftOut: f.leftOut, CrossValidated: crossValidate(encoded.genuine, encoded.impostor, v.Folds)}
	for _, p := range f.read {
		if p.State == score.NoFace || p.State == score.NoImage {
			r.FailuresToAcquire++
		}
	}
	sorted := newScores(encoded.genuine, encoded.impostor)
	r.Figures = sorted.figures(1e-2, 1e-3)
	r.Uncompressed = newScores(plain.genuine, plain.impostor).figures(1e-2, 1e-3)
	r.ByPerson = f.points(r.OperatingPoints, v.Thresholds)
	for _, s := range sorted.genuine {
		r.Scores.Add(true, s)
	}
	for _, s := range sorted.impostor {
		r.Scores.Add(false, s)
	}
	if v.Quality {
		explained := f.explain(r.OperatingPoints[1].Threshold)
		r.Quality = &explained
	}
	return r, sorted
}

func (v Verification) person(name string) string {
	if v.Person == nil {
		return path.Dir(name)
	}
	return v.Person(name)
}
