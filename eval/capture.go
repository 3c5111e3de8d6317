package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/facelatch/facelatch/eval/degrade"
	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// Capture says what to measure of photographs that are made worse in steps.
//
// Of each person the first photograph stays as it is and serves as the
// reference; the second is degraded, and compared with the person's own
// reference and with those of a few others.
type Capture struct {
	Setup
	People    []Person
	Threshold float64
	// Ways are the names of what is done to photographs; empty for all.
	Ways []string
	Left []Bad
}

// CaptureReport is what was measured.
type CaptureReport struct {
	// People is of how many both photographs could be used as they are.
	People    int     `json:"people"`
	Threshold float64 `json:"threshold"`
	// Before are the photographs as they are, with the eyes at most
	// [CaptureEyes] pixels apart.
	Before Step       `json:"undegraded"`
	Ways   []Degraded `json:"ways"`
	Bad    []Bad      `json:"bad_input"`
}

// CaptureEyes is how many pixels the eyes are apart at most before photographs
// are degraded: more than any of the models sees.
const CaptureEyes = 60

// Degraded is one way of degrading photographs.
type Degraded struct {
	Way   string `json:"way"`
	Unit  string `json:"unit"`
	Steps []Step `json:"steps"`
}

// Step is what became of photographs at one level. Found, Refused, Suspected
// and Missed are shares of all photographs; one that was not found is missed,
// and neither refused nor suspected.
type Step struct {
	Level     float64 `json:"level"`
	Found     Rate    `json:"face_found"`
	Refused   Rate    `json:"quality_refused"`   // for a problem that would be said
	Suspected Rate    `json:"attack_suspected"`  // by the passive model
	Missed    Rate    `json:"missed"`            // FNMR
	Matched   Rate    `json:"strangers_matched"` // FMR; its comparisons share people
	// Median is the median comparison score with the own reference, of those found.
	Median   float64              `json:"median_score"`
	Problems map[face.Problem]int `json:"problems"`
	scores   []float64
}

// strangers is how many others a degraded photograph is compared with.
const strangers = 10

// Run measures on all cores. With a folder to work in, an interrupted run goes on
// where it was, after the references were extracted again.
func (c Capture) Run(ctx context.Context) (CaptureReport, error) {
	r := CaptureReport{Threshold: c.Threshold, Bad: slices.Clone(c.Left), Before: newStep(0)}
	for _, w := range degrade.Ways() {
		if len(c.Ways) > 0 && !slices.Contains(c.Ways, w.Name) {
			continue
		}
		d := Degraded{Way: w.Name, Unit: w.Unit}
		for _, l := range w.Levels {
			d.Steps = append(d.Steps, newStep(l))
		}
		r.Ways = append(r.Ways, d)
	}
	m := &capturing{Capture: c, report: &r, kept: map[int]worsened{}}
	defer m.wipe()
	if err := m.references(ctx); err != nil {
		return CaptureReport{}, err
	}
	if err := m.noting(func() error { return m.all(ctx, len(m.people), m.degrade) }); err != nil {
		return CaptureReport{}, err
	}
	if r.People == 0 {
		return CaptureReport{}, ErrAbsent
	}
	r.finish()
	return r, nil
}

func newStep(level float64) Step {
	return Step{Level: level, Problems: map[face.Problem]int{}}
}

func (r *CaptureReport) finish() {
	r.Before.finish()
	for _, w := range r.Ways {
		for i := range w.Steps {
			w.Steps[i].finish()
		}
	}
	slices.SortFunc(r.Bad, func(a, b Bad) int { return slices.Compare([]string{a.What, a.Why}, []string{b.What, b.Why}) })
}

func (s *Step) finish() {
	for _, r := range []*Rate{&s.Found, &s.Refused, &s.Suspected, &s.Missed, &s.Matched} {
		r.finish()
	}
	slices.Sort(s.scores)
	if n := len(s.scores); n > 0 {
		s.Median = s.scores[n/2]
	}
}

// capturing is a measurement under way.
type capturing struct {
	Capture
	mu     sync.Mutex // guards report and what follows, but for a probe's contents
	report *CaptureReport
	people []Person
	probes []*face.Probe // the references, of people
	done   int
	notes  score.Notes[worsened]
	kept   map[int]worsened // what an interrupted run had finished
}

func (m *capturing) wipe() {
	for _, p := range m.probes {
		p.Wipe()
	}
}

// references extracts the first photograph of everybody who has two.
func (m *capturing) references(ctx context.Context) error {
	for _, p := range m.People {
		if len(p.Photographs) < 2 {
			m.report.Bad = append(m.report.Bad, Bad{p.Name, "has fewer than two photographs"})
			continue
		}
		m.people = append(m.people, p)
	}
	m.probes = make([]*face.Probe, len(m.people))
	engine := reader(m.Setup)
	return m.all(ctx, len(m.people), func(i int) error {
		name := m.people[i].Photographs[0]
		probe, kept, err := engine.Extract(name)
		if err == nil && probe != nil {
			m.probes[i] = probe.(*face.Probe)
			err = engine.Ready(probe)
		}
		if kept.State != score.Used {
			m.bad(name, kept.State.String())
		}
		return err
	})
}

func (m *capturing) bad(what, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.report.Bad = append(m.report.Bad, Bad{what, why})
}

// all calls f for 0 to n-1 on all cores.
func (m *capturing) all(ctx context.Context, n int, f func(int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range todo {
				if err := f(i); err != nil {
					cancel(fmt.Errorf("%s: %w", m.people[i].Name, err))
				}
				m.step()
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case todo <- i:
		case <-ctx.Done():
		}
	}
	close(todo)
	wait.Wait()
	return context.Cause(ctx)
}

func (m *capturing) step() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done++; m.Progress != nil {
		m.Progress(m.done, 2*len(m.people))
	}
}

// degrade measures the second photograph of a person at every level.
func (m *capturing) degrade(i int) error {
	if m.probes[i] == nil {
		return nil
	}
	if done, ok := m.kept[i]; ok {
		m.count(done)
		return nil
	}
	done, err := m.worsen(i)
	if err != nil {
		return err
	}
	m.mu.Lock()
	err = m.notes.Add(i, done)
	m.mu.Unlock()
	m.count(done)
	return err
}

// worsen looks at the second photograph of a person at every level.
func (m *capturing) worsen(i int) (done worsened, err error) {
	name := m.people[i].Photographs[1]
	original, where, why, err := m.open(name)
	if err != nil || original == nil {
		done.Bad = append(done.Bad, Bad{name, why})
		return done, err
	}
	defer original.Wipe()
	add := func(p *picture.Picture, way, level int) error {
		saw, err := m.look(i, p)
		saw.Way, saw.Level = way, level
		done.Seen = append(done.Seen, saw)
		return err
	}
	if err := add(original, asItIs, 0); err != nil {
		return done, err
	}
	for _, w := range degrade.Ways() {
		at := slices.IndexFunc(m.report.Ways, func(d Degraded) bool { return d.Way == w.Name })
		if at < 0 {
			continue
		}
		for l := range w.Levels {
			worse := w.Apply(original, where, l, uint64(i))
			if worse == nil {
				continue // it is no larger than that
			}
			err := add(worse, at, l)
			worse.Wipe()
			if err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

// open decodes a photograph, finds the face and brings it to a common size. Where
// there is none it says why.
func (m *capturing) open(name string) (p *picture.Picture, where degrade.Face, why string, err error) {
	p, state := reader(m.Setup).decode(name)
	if p == nil {
		return nil, where, state.String(), nil
	}
	where, err = m.find(p)
	if err != nil {
		p.Wipe()
		if errors.Is(err, face.ErrNoFace) {
			err = nil
		}
		return nil, where, score.NoFace.String(), err
	}
	if smaller := degrade.Shrink(p, where, CaptureEyes); smaller != nil {
		k := CaptureEyes / where.Eyes
		p.Wipe()
		return smaller, degrade.Face{X0: k * where.X0, Y0: k * where.Y0, X1: k * where.X1, Y1: k * where.Y1, Eyes: CaptureEyes, X: k * where.X, Y: k * where.Y}, "", nil
	}
	return p, where, "", nil
}

func (m *capturing) find(p *picture.Picture) (degrade.Face, error) {
	capture, err := m.Engine.CaptureCentral(m.Grant, p)
	if err != nil {
		return degrade.Face{}, err
	}
	defer capture.Wipe()
	q, err := capture.Quality()
	b, eyes := capture.Subject().Box, capture.Eyes()
	return degrade.Face{
		X0: b.X0, Y0: b.Y0, X1: b.X1, Y1: b.Y1, Eyes: math.Max(1, q.EyeDistance),
		X: (eyes[0].X + eyes[1].X) / 2, Y: (eyes[0].Y + eyes[1].Y) / 2,
	}, err
}
