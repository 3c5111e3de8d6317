package eval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
)

// Attacks says what to measure of presentation attack detection (PAD), in the
// terms of ISO/IEC 30107-3.
//
// A presentation is one still, or a sequence of frames. Those of people themselves
// are bona fide, the others are attacks of a species. Somebody's reference, where
// there is one, makes it possible to say how often an attack opens a door with a
// copy of that person's pass.
type Attacks struct {
	Setup
	Presentations []Presentation
	// References are the passes of the people who are shown, by their names.
	References map[string]*face.Probe
	// Threshold is that of a comparison at a door.
	Threshold float64
	// Halves finds thresholds on one half of the people, and reports on the other.
	Halves bool
	// Rendered says that attacks were rendered from photographs.
	Rendered bool
	Left     []Bad
}

// Attempts is how many comparisons a showing of a pass has.
const Attempts = 3

// Outcome is what is kept of a presentation until the report is made: beliefs and
// comparison scores, by the number of the presentation.
type outcome struct {
	Problem string `json:"problem,omitempty"` // why there was nothing to show
	Frames  int    `json:"frames"`
	Seen    int    `json:"seen"` // frames with a face
	// Still is what the first frame with a face says.
	Still belief `json:"still"`
	// Sequence is what all of them say.
	Sequence *belief `json:"sequence,omitempty"`
	// Attempts compare frames with the reference of the person who is shown.
	Attempts []attempt `json:"attempts,omitempty"`
	bad      []Bad     // of frames that could not be used; listed when they are found
}

// belief is what a detector says.
type belief struct {
	Bona      float64    `json:"bona"`
	Suspected bool       `json:"suspected"`
	Cues      []face.Cue `json:"cues,omitempty"`
}

// attempt is one comparison, and what the still that was compared says.
type attempt struct {
	Score     float64 `json:"score"`
	Bona      float64 `json:"bona"`
	Suspected bool    `json:"suspected"`
}

// Run measures on all cores, one presentation at a time on each. With a folder to
// work in, an interrupted run goes on where it was.
func (a Attacks) Run(ctx context.Context) (AttackReport, error) {
	a.Presentations = a.wanted()
	folder := a.Work
	if folder == "" {
		temporary, err := os.MkdirTemp("", "facelatch-eval-")
		if err != nil {
			return AttackReport{}, err
		}
		defer os.RemoveAll(temporary)
		folder = temporary
	}
	id := a.id()
	file := filepath.Join(folder, "attacks-"+hex.EncodeToString(id[:8])+".part")
	notes, err := score.OpenNotes[kept](file, id)
	if err != nil {
		return AttackReport{}, err
	}
	m := &attacking{Attacks: a, notes: notes, outcomes: make([]*outcome, len(a.Presentations))}
	if err := m.measure(ctx); err != nil {
		return AttackReport{}, errors.Join(err, notes.Close())
	}
	report, err := m.report()
	if err != nil {
		return report, errors.Join(err, notes.Remove())
	}
	if a.Finished != nil && a.Work != "" {
		a.Finished(file)
		return report, notes.Close()
	}
	return report, notes.Remove()
}

// wanted leaves out attacks that nothing would be told of: those of the half of the
// people on whom thresholds are found.
func (a Attacks) wanted() []Presentation {
	if !a.Halves {
		return a.Presentations
	}
	m, numbers := &attacking{Attacks: a}, map[string]int{}
	for i := range a.Presentations {
		numbers[m.personOf(i)] = 0
	}
	develops := m.halves(numbers)
	var all []Presentation
	for i, p := range a.Presentations {
		if p.Species == "" || !develops[m.personOf(i)] {
			all = append(all, p)
		}
	}
	return all
}

// kept is an outcome with what could not be used of it.
type kept struct {
	outcome
	Bad []Bad `json:"bad,omitempty"`
}

// id is a hash of what outcomes depend on, but for what is in the photographs.
func (a Attacks) id() [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %v %d\n", a.Models, a.Engine.ModelID(), len(a.Presentations))
	for _, p := range a.Presentations {
		fmt.Fprintf(h, "%q %q %q %q %t %t\n", p.Name, p.Person, p.Species, p.Quality, p.Still, a.References[p.Person] != nil && !p.Enrolled)
	}
	return [32]byte(h.Sum(nil))
}

// attacking is a measurement under way.
type attacking struct {
	Attacks
	mu       sync.Mutex // guards what follows
	notes    score.Notes[kept]
	outcomes []*outcome
	done     int
}

// measure looks at every presentation that is not in the notes yet.
func (m *attacking) measure(ctx context.Context) error {
	err := m.notes.Each(func(i int, k kept) {
		if i >= 0 && i < len(m.outcomes) {
			m.outcomes[i] = &k.outcome
			m.outcomes[i].bad = k.Bad
			m.done++
		}
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range todo {
				if err := m.one(ctx, i); err != nil {
					cancel(fmt.Errorf("%s: %w", m.Presentations[i].Name, err))
				}
			}
		})
	}
	for i := range m.outcomes {
		if m.outcomes[i] != nil {
			continue
		}
		select {
		case todo <- i:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(todo)
	wait.Wait()
	return context.Cause(ctx)
}

// one looks at a presentation and keeps what came of it.
func (m *attacking) one(ctx context.Context, i int) error {
	o, err := m.look(ctx, m.Presentations[i])
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.notes.Add(i, kept{*o, o.bad}); err != nil {
		return err
	}
	m.outcomes[i] = o
	if m.done++; m.Progress != nil {
		m.Progress(m.done, len(m.Presentations))
	}
	return nil
}
