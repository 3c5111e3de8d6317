package rigtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/edge/session"
)

// Timing is what one showing took.
type Timing struct {
	// Opened is whether the latch was released.
	Opened bool
	// Total is from the first frame that shows the pass and the face until the
	// latch was released, without Waited.
	Total time.Duration
	// Stages are the parts of Total, each named by the stage that ends it; those
	// of several looks are added up.
	Stages map[session.Stage]time.Duration
	// Waited is the second for "not me", and the prompt.
	Waited time.Duration
	// Order is the stages as they came.
	Order []session.Stage
}

// Stages returns the names of the parts of a showing, in their order.
func Stages() []session.Stage {
	return []session.Stage{
		session.CodeRead, session.Announced, session.FrameTaken, session.Decoded,
		session.Extracted, session.Compared, session.UnlatchOrdered, session.Unlatched,
	}
}

// Stopwatch notes the stages of the showing that is under way. Its Mark is for
// the daemon's Trace.
type Stopwatch struct {
	mu    sync.Mutex
	marks []mark        // guarded by mu
	end   chan struct{} // guarded by mu: closed once the latch was released
}

type mark struct {
	stage session.Stage
	at    time.Time
}

// Mark notes a stage.
func (w *Stopwatch) Mark(stage session.Stage) {
	at := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marks = append(w.marks, mark{stage, at})
	if stage == session.Unlatched && w.end != nil {
		close(w.end)
		w.end = nil
	}
}

// begin begins anew.
func (w *Stopwatch) begin() (end <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marks, w.end = nil, make(chan struct{})
	return w.end
}

// timing adds up what was noted since start.
func (w *Stopwatch) timing(start time.Time) Timing {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := Timing{Stages: map[session.Stage]time.Duration{}}
	last := mark{at: start}
	for _, m := range w.marks {
		if m.stage == session.CodeRead && last.stage != "" {
			continue // the next frame was being searched already
		}
		switch took := m.at.Sub(last.at); {
		case m.stage == session.LookOrdered && last.stage == session.Announced:
			t.Waited += took
		case m.stage == session.LookOrdered: // a further look
			t.Stages[session.UnlatchOrdered] += took
			t.Total += took
		default:
			t.Stages[m.stage] += took
			t.Total += took
		}
		t.Order = append(t.Order, m.stage)
		t.Opened = t.Opened || m.stage == session.Unlatched
		last = m
	}
	return t
}

// Holder is somebody with a pass of theirs before the camera.
type Holder struct {
	Pass string
	Film [][]byte
}

// filmLength is how many frames a film has: three seconds. A door forgets
// what it saw of one showing before the next, so a film can be shown again.
const filmLength = 45

// Holders issues passes to people of the Face Research Lab London Set (a folder
// of photographs named frll), by their neutral photographs, and films each with
// the pass and the smiling face.
func (r *Rig) Holders(faces string, n int) (all []Holder, err error) {
	files, err := filepath.Glob(filepath.Join(faces, "frll", "neutral", "*_03.jpg"))
	if err != nil || len(files) < n {
		return nil, fmt.Errorf("%s needs %d photographs in frll/neutral: %w", faces, n, err)
	}
	for i, file := range files[:n] {
		neutral, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		smiling, err := os.ReadFile(filepath.Join(faces, "frll", "smiling", filepath.Base(file)[:3]+"_08.jpg"))
		if err != nil {
			return nil, err
		}
		h := Holder{}
		if h.Pass, err = r.FacePass(neutral); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if h.Film, err = (Scene{Photograph: smiling, Pass: h.Pass}).Film(filmLength, uint64(i)); err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// Lane is a door at which showings are timed, one after another.
type Lane struct {
	// Rig is started, with the Watch as its Trace.
	Rig     *Rig
	Watch   *Stopwatch
	Holders []Holder
	// PageReads is whether the tablet's page finds codes, as soon as they are in
	// sight, instead of the daemon (Options.ReadCodes).
	PageReads bool
}

// showingTime is more than any showing takes.
const showingTime = time.Minute

// Run times showings, of one holder after another, each after the camera has
// seen an empty hall for a moment.
func (l Lane) Run(ctx context.Context, runs int, each func(Timing)) error {
	page, err := l.Rig.Connect(ctx)
	if err != nil {
		return err
	}
	defer page.Close()
	hall, err := Scene{}.Film(filmLength, 1<<32)
	if err != nil {
		return err
	}
	camera := Film(page, nil)
	defer camera.Stop()
	for i := range runs {
		camera.Point(hall)
		pause := 400*time.Millisecond + rand.N(400*time.Millisecond)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		h := l.Holders[i%len(l.Holders)]
		end, start := l.Watch.begin(), time.Now()
		began := camera.Point(h.Film)
		if l.PageReads {
			err = page.Code(ctx, h.Pass)
		} else {
			start, err = receive(ctx, began)
		}
		if err != nil {
			return err
		}
		select {
		case <-end:
		case <-page.Done():
			return page.Err()
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(showingTime):
		}
		each(l.Watch.timing(start))
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func receive(ctx context.Context, c <-chan time.Time) (time.Time, error) {
	select {
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	case t := <-c:
		return t, nil
	case <-time.After(showingTime):
		return time.Time{}, fmt.Errorf("the door asked for no frame for %v", showingTime)
	}
}

// Quantile returns the value below which a part of the values lie (0.5 is the
// median), by the nearest rank.
func Quantile(values []time.Duration, part float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}
