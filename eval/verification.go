package eval

import (
	"context"
	"io/fs"
	"path"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
)

// failed is the score of a pair with a failure to acquire. It lies below every
// cosine and so below every threshold: the pair never matches.
const failed = -2

// perAttempt is the false match rate of one comparison that keeps a showing of
// up to three at 1e-4, whatever the attempts have in common (the union bound).
const perAttempt = 1e-4 / 3

// Verification says what to measure.
type Verification struct {
	Engine *face.Engine
	// Grant is one to measure, from a declaration of the data set.
	Grant consent.Grant
	// Root is the folder that the pairs' paths start from.
	Root  fs.FS
	Pairs []Pair
	// Person names whom a photograph shows, by its path; nil takes its folder, as
	// data sets with a folder for each person allow.
	Person func(name string) string
	// Cross also compares every photograph with every one of other people.
	Cross bool
	// Showing, if above 0, also measures showings of so many attempts each, at
	// each of Thresholds.
	Showing    int
	Thresholds []models.Threshold
	// Quality also judges the quality of every photograph, to tell how many of
	// the misses it would have explained.
	Quality bool
	// Progress, if set, is called from one goroutine at a time with how many of
	// the photographs are done.
	Progress func(done, of int)
}

// Report is what was measured.
type Report struct {
	Images            int `json:"images"`
	FailuresToAcquire int `json:"failures_to_acquire"`
	Figures
	// Uncompressed is the same without encoding one side as a reference.
	Uncompressed Figures `json:"uncompressed"`
	// Cross is FNMR of the genuine pairs against all pairs of different people.
	Cross *Figures `json:"cross,omitempty"`
	// Showings is how often showings of several attempts go wrong.
	Showings *Showings `json:"showings,omitempty"`
	// Quality is how well problems with the photographs foretell misses.
	Quality *Explained `json:"quality,omitempty"`
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

// Run extracts every photograph once, compares the pairs and reports. It stops
// at the first file that cannot be opened, and when ctx ends.
func (v Verification) Run(ctx context.Context) (Report, error) {
	names := photographs(v.Pairs)
	probes, err := v.extractAll(ctx, names)
	defer func() {
		for _, p := range probes {
			p.Wipe()
		}
	}()
	if err != nil {
		return Report{}, err
	}
	encoded, plain, err := v.comparePairs(probes)
	if err != nil {
		return Report{}, err
	}
	r := Report{
		Images: len(names), FailuresToAcquire: len(names) - len(probes),
		Figures: encoded.figures(1e-2, 1e-3), Uncompressed: plain.figures(1e-2, 1e-3),
	}
	if err := v.more(ctx, &r, names, probes, encoded.genuine); err != nil {
		return Report{}, err
	}
	return r, nil
}

// more adds what was asked for beyond the pairs.
func (v Verification) more(ctx context.Context, r *Report, names []string, probes map[string]*subject, genuine []float64) error {
	if v.Quality {
		explained, err := v.explain(probes, r.OperatingPoints[1].Threshold)
		if err != nil {
			return err
		}
		r.Quality = &explained
	}
	if v.Cross {
		impostor, err := v.compareAcross(ctx, names, probes)
		if err != nil {
			return err
		}
		f := newScores(genuine, impostor).figures(1e-3, 1e-4, perAttempt)
		r.Cross = &f
	}
	if v.Showing > 0 {
		s, err := v.showings(ctx, names, probes)
		if err != nil {
			return err
		}
		r.Showings = &s
	}
	return nil
}

func (v Verification) person(name string) string {
	if v.Person == nil {
		return path.Dir(name)
	}
	return v.Person(name)
}

func (v Verification) comparePairs(probes map[string]*subject) (encoded, plain scores, err error) {
	for _, p := range v.Pairs {
		m := face.Measured{Score: failed, Plain: failed}
		if a, b := probes[p.A], probes[p.B]; a != nil && b != nil {
			if m, err = v.Engine.Measure(v.Grant, a.Probe, b.Probe); err != nil {
				return scores{}, scores{}, err
			}
		}
		if p.Same {
			encoded.genuine, plain.genuine = append(encoded.genuine, m.Score), append(plain.genuine, m.Plain)
		} else {
			encoded.impostor, plain.impostor = append(encoded.impostor, m.Score), append(plain.impostor, m.Plain)
		}
	}
	return newScores(encoded.genuine, encoded.impostor), newScores(plain.genuine, plain.impostor), nil
}

// compareAcross scores every pair of photographs of different people.
func (v Verification) compareAcross(ctx context.Context, names []string, probes map[string]*subject) ([]float64, error) {
	var impostor []float64
	for i, a := range names {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, b := range names[i+1:] {
			if probes[a] == nil || probes[b] == nil || v.person(a) == v.person(b) {
				continue
			}
			m, err := v.Engine.Measure(v.Grant, probes[a].Probe, probes[b].Probe)
			if err != nil {
				return nil, err
			}
			impostor = append(impostor, m.Score)
		}
	}
	return impostor, nil
}
