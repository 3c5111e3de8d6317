package score

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

// Run says what to compare and with what.
type Run struct {
	Names  []string // of the photographs
	Plan   Plan
	Engine Engine
	// Progress, if set, is called by one goroutine at a time with how many
	// photographs were read, each counted once, and of how many.
	Progress func(done, of int)
}

// Do compares what the journal does not have yet. When it returns an error, what
// was finished is in the journal.
func (r Run) Do(ctx context.Context, j *Journal) error {
	w := &work{Run: r, probes: map[int32]Probe{}, read: make([]Photograph, len(r.Names))}
	defer w.wipe(nil)
	err := j.each(func(c chunk) bool {
		for i, n := range c.Names {
			if int(n) < len(w.read) && n >= 0 {
				w.read[n] = c.Read[i]
				w.done++
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	for i := j.Chunks(); i < r.Plan.Chunks(); i++ {
		pairs, hold := r.Plan.Chunk(i)
		if hold != nil {
			w.wipe(hold)
		}
		c, err := w.chunk(ctx, pairs)
		if err != nil {
			return err
		}
		if err := j.append(c); err != nil {
			return err
		}
	}
	return nil
}

// work is a run under way. Its probes live in memory and are wiped as soon as
// no chunk needs them.
type work struct {
	Run
	mu     sync.Mutex // guards what follows while photographs are read
	probes map[int32]Probe
	read   []Photograph
	done   int
}

// wipe forgets every probe but those to hold.
func (w *work) wipe(hold []int32) {
	keep := make(map[int32]bool, len(hold))
	for _, n := range hold {
		keep[n] = true
	}
	for n, p := range w.probes {
		if !keep[n] {
			p.Wipe()
			delete(w.probes, n)
		}
	}
}

// chunk reads the photographs that are new to it and compares.
func (w *work) chunk(ctx context.Context, pairs []Pair) (chunk, error) {
	c := chunk{Scores: make([]Score, len(pairs))}
	var missing []int32
	asked := map[int32]bool{}
	for _, p := range pairs {
		for _, n := range []int32{p.A, p.B} {
			state := w.read[n].State
			if asked[n] || w.probes[n] != nil || state != Unread && state != Used {
				continue
			}
			asked[n] = true
			missing = append(missing, n)
			if state == Unread {
				c.Names = append(c.Names, n)
			}
		}
	}
	if err := parallel(ctx, len(missing), func(i int) error { return w.extract(missing[i]) }); err != nil {
		return chunk{}, err
	}
	for _, n := range c.Names {
		c.Read = append(c.Read, w.read[n])
	}
	const step = 1024
	return c, parallel(ctx, (len(pairs)+step-1)/step, func(i int) error {
		from, to := i*step, min(len(pairs), (i+1)*step)
		return w.compare(pairs[from:to], c.Scores[from:to])
	})
}

func (w *work) extract(n int32) error {
	probe, kept, err := w.Engine.Extract(w.Names[n])
	if err == nil && probe != nil {
		err = w.Engine.Ready(probe)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.Names[n], err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if probe != nil {
		w.probes[n] = probe
	}
	if w.read[n].State == Unread {
		w.done++
	}
	w.read[n] = kept
	if w.Progress != nil {
		w.Progress(w.done, len(w.Names))
	}
	return nil
}

func (w *work) compare(pairs []Pair, scores []Score) error {
	for i, p := range pairs {
		a, b := w.probes[p.A], w.probes[p.B]
		switch {
		case w.read[p.A].State.Absent() || w.read[p.B].State.Absent():
			scores[i] = Absent()
		case a == nil || b == nil:
			scores[i] = Score{Failed, Failed}
		default:
			encoded, plain, err := w.Engine.Compare(a, b)
			if err != nil {
				return err
			}
			scores[i] = Score{float32(encoded), float32(plain)}
		}
	}
	return nil
}

// parallel calls f for 0 to n-1 on all cores, until an error or the end of ctx.
func parallel(ctx context.Context, n int, f func(int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan int)
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := range todo {
				if err := f(i); err != nil {
					cancel(err)
				}
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

// Results are what a finished journal holds.
type Results struct {
	Plan    Plan
	Journal *Journal
	Read    []Photograph
}

// Results reads what became of the photographs.
func (r Run) Results(j *Journal) (Results, error) {
	out := Results{Plan: r.Plan, Journal: j, Read: make([]Photograph, len(r.Names))}
	return out, j.each(func(c chunk) bool {
		for i, n := range c.Names {
			if n >= 0 && int(n) < len(out.Read) {
				out.Read[n] = c.Read[i]
			}
		}
		return true
	})
}

// Each gives every comparison with its score, in the order of the plan.
func (r Results) Each(yield func(Pair, Score) bool) error {
	i := 0
	return r.Journal.each(func(c chunk) bool {
		pairs, _ := r.Plan.Chunk(i)
		i++
		for k, p := range pairs {
			if k < len(c.Scores) && !yield(p, c.Scores[k]) {
				return false
			}
		}
		return true
	})
}
