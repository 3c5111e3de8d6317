package eval

import (
	"context"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/face"
)

// across is every comparison of photographs of different people, two people
// after two people.
type across struct {
	scores []float32
	spans  []span
}

// span is how many scores in a row are of two people.
type span struct{ a, b, n int32 }

// compareAcross scores every pair of photographs of different people. One that
// failed to acquire is left out.
func (v Verification) compareAcross(ctx context.Context, f *found, probes map[string]*face.Probe) (all across, err error) {
	var people [][]int
	at := map[int]int{}
	for i, who := range f.of {
		if _, known := at[who]; !known {
			at[who] = len(people)
			people = append(people, nil)
		}
		people[at[who]] = append(people[at[who]], i)
	}
	for q := range people {
		if ctx.Err() != nil {
			return across{}, context.Cause(ctx)
		}
		for p := range q {
			s := span{a: int32(f.of[people[p][0]]), b: int32(f.of[people[q][0]])}
			for _, i := range people[p] {
				for _, j := range people[q] {
					// The photograph that was mentioned first stands for the reference.
					a, b := probes[f.names[min(i, j)]], probes[f.names[max(i, j)]]
					if a == nil || b == nil {
						continue
					}
					m, err := v.Engine.Measure(v.Grant, a, b)
					if err != nil {
						return across{}, err
					}
					all.scores = append(all.scores, float32(m.Score))
					s.n++
				}
			}
			all.spans = append(all.spans, s)
		}
	}
	return all, nil
}

// impostor are the scores, to be sorted.
func (c across) impostor() (all []float64) {
	all = make([]float64, len(c.scores))
	for i, s := range c.scores {
		all[i] = float64(s)
	}
	return all
}

// strangers are the comparisons across, two people after two people.
func (c across) strangers() estimate.Blocks {
	return func(yield func(estimate.Block) bool) {
		var scores []float64
		from := 0
		for _, s := range c.spans {
			scores = scores[:0]
			for _, v := range c.scores[from : from+int(s.n)] {
				scores = append(scores, float64(v))
			}
			from += int(s.n)
			if s.n > 0 && !yield(estimate.Block{A: int(s.a), B: int(s.b), Scores: scores}) {
				return
			}
		}
	}
}

// blocks are the comparisons across, and the genuine pairs that were listed.
func (c across) blocks(f *found) (estimate.Blocks, int) {
	listed, _ := f.blocks()
	return func(yield func(estimate.Block) bool) {
		for b := range c.strangers() {
			if !yield(b) {
				return
			}
		}
		for b := range listed {
			if b.A == b.B && !yield(b) {
				return
			}
		}
	}, slices.Max(f.of) + 1
}
