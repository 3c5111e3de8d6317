package eval

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sync"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// failed is the score of a pair with a failure to acquire: a non-match at
// every threshold.
const failed = -1

// Verification says what to measure.
type Verification struct {
	Engine *face.Engine
	// Grant is one to measure, from a declaration of the data set.
	Grant consent.Grant
	// Root is the folder that the pairs' paths start from.
	Root  fs.FS
	Pairs []Pair
	// Cross also compares every photograph with every one in another folder, as
	// data sets with a folder for each person allow.
	Cross bool
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
	// Cross is FNMR of the genuine pairs against all pairs across folders.
	Cross *Figures `json:"cross,omitempty"`
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
	if v.Cross {
		impostor, err := v.compareAcross(ctx, names, probes)
		if err != nil {
			return Report{}, err
		}
		f := newScores(encoded.genuine, impostor).figures(1e-3, 1e-4)
		r.Cross = &f
	}
	return r, nil
}

// extractAll extracts the photographs on all cores. A photograph without a
// face is left out of the result.
func (v Verification) extractAll(ctx context.Context, names []string) (map[string]*face.Probe, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu     sync.Mutex // guards probes and done
		probes = map[string]*face.Probe{}
		done   int
		work   = make(chan string)
		wait   sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for name := range work {
				probe, err := v.extract(name)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", name, err))
					return
				}
				mu.Lock()
				if done++; probe != nil {
					probes[name] = probe
				}
				if v.Progress != nil {
					v.Progress(done, len(names))
				}
				mu.Unlock()
			}
		})
	}
feed:
	for _, name := range names {
		select {
		case work <- name:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	wait.Wait()
	return probes, context.Cause(ctx)
}

// extract returns nil for a photograph that fails to acquire: one that is no
// readable picture, or in which no face is found.
func (v Verification) extract(name string) (*face.Probe, error) {
	data, err := fs.ReadFile(v.Root, path.Clean(name))
	if err != nil {
		return nil, err
	}
	defer clear(data)
	photograph, err := picture.Decode(data)
	if err != nil {
		return nil, nil
	}
	defer photograph.Wipe()
	capture, err := v.Engine.CaptureCentral(v.Grant, photograph)
	if errors.Is(err, face.ErrNoFace) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer capture.Wipe()
	return capture.Probe()
}

func (v Verification) comparePairs(probes map[string]*face.Probe) (encoded, plain scores, err error) {
	for _, p := range v.Pairs {
		m := face.Measured{Score: failed, Plain: failed}
		if a, b := probes[p.A], probes[p.B]; a != nil && b != nil {
			if m, err = v.Engine.Measure(v.Grant, a, b); err != nil {
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

// compareAcross scores every pair of photographs from different folders.
func (v Verification) compareAcross(ctx context.Context, names []string, probes map[string]*face.Probe) ([]float64, error) {
	var impostor []float64
	for i, a := range names {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		for _, b := range names[i+1:] {
			if probes[a] == nil || probes[b] == nil || path.Dir(a) == path.Dir(b) {
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
