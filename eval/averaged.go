package eval

import (
	"context"
	"errors"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/face"
)

// Averaged is what a reference gains that is the mean of several photographs.
//
// Of each person with more than Most photographs, every photograph begins a row
// of them, in the order of their names and from the start again after the last.
// The first one, two and so on make the reference; those from the one after
// Most on are compared with it, so that all references are compared with the
// same. Strangers are compared with all photographs of the others. What failed
// to acquire is left out.
type Averaged struct {
	// Most is the largest number of photographs to a reference.
	Most int `json:"most"`
	// People is of how many there were enough photographs.
	People int `json:"people"`
	// Means has an entry for references of one photograph, of two, and so on.
	Means []Mean `json:"means"`
}

// Mean is how often references of so many photographs are wrong.
type Mean struct {
	Photographs int `json:"photographs"`
	Figures
	// ByPerson has the rates at the thresholds that give the operating points with
	// these references, and at those of the models.
	ByPerson []Point `json:"by_person"`
}

// row is one person's photographs, for references and to compare with them.
type row struct {
	references []*face.Probe
	genuine    [][]*face.Probe // of each reference
	all        []*face.Probe
}

// averaged measures references of one to v.Averaged photographs.
func (v Verification) averaged(ctx context.Context, names []string, probes map[string]*face.Probe) (Averaged, error) {
	a := Averaged{Most: v.Averaged}
	for n := 1; n <= v.Averaged; n++ {
		rows, err := v.rows(names, probes, n)
		if err == nil && n == 1 {
			a.People = len(slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return len(r.references) == 0 }))
		}
		if err == nil {
			err = v.mean(ctx, &a, rows, n)
		}
		for _, r := range rows {
			for _, p := range r.references {
				p.Wipe()
			}
		}
		if err != nil {
			return Averaged{}, err
		}
	}
	return a, nil
}

// rows makes the references of n photographs. The caller wipes them, also after
// an error.
func (v Verification) rows(names []string, probes map[string]*face.Probe, n int) (rows []row, err error) {
	for _, p := range v.byPerson(names) {
		var r row
		for _, name := range p.photographs {
			if probe := probes[name]; probe != nil {
				r.all = append(r.all, probe)
			}
		}
		for i := range r.all {
			if len(r.all) <= v.Averaged {
				break
			}
			round := slices.Concat(r.all[i:], r.all[:i])
			mean := &face.Probe{}
			r.references = append(r.references, mean)
			r.genuine = append(r.genuine, round[v.Averaged:])
			for _, look := range round[:n] {
				if err := v.Engine.Join(v.Grant, mean, look); err != nil {
					return append(rows, r), err
				}
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// mean measures one number of photographs. Comparisons with strangers are made
// anew each time that they are gone over: they are more than memory holds.
func (v Verification) mean(ctx context.Context, a *Averaged, rows []row, n int) error {
	var genuine [][]float64
	for _, of := range rows {
		var own []float64
		for i, reference := range of.references {
			for _, look := range of.genuine[i] {
				m, err := v.Engine.Measure(v.Grant, reference, look)
				if err != nil {
					return err
				}
				own = append(own, m.Score)
			}
		}
		genuine = append(genuine, own)
	}
	s := &others{Verification: v, ctx: ctx, rows: rows}
	flat := slices.Sorted(slices.Values(slices.Concat(genuine...)))
	m := Mean{Photographs: n, Figures: count(flat, s.all).figures(s.all, 1e-3, 1e-4, perAttempt)}
	m.ByPerson = pointsAt(func(yield func(estimate.Block) bool) {
		for b := range s.all {
			if !yield(b) {
				return
			}
		}
		for p, own := range genuine {
			if len(own) > 0 && !yield(estimate.Block{A: p, B: p, Scores: own}) {
				return
			}
		}
	}, len(rows), m.OperatingPoints, v.Thresholds)
	a.Means = append(a.Means, m)
	return s.err
}

// others compares references with the photographs of other people.
type others struct {
	Verification
	ctx  context.Context
	rows []row
	err  error // what ended the last pass
}

// all is an [estimate.Blocks].
func (o *others) all(yield func(estimate.Block) bool) {
	var block estimate.Block
	for q := range o.rows {
		for p := range q {
			if o.err = errors.Join(o.err, context.Cause(o.ctx)); o.err != nil {
				return
			}
			block.A, block.B, block.Scores = p, q, block.Scores[:0]
			if o.err = o.compare(&block); o.err != nil {
				return
			}
			if len(block.Scores) > 0 && !yield(block) {
				return
			}
		}
	}
}

// compare compares the references of two people with the photographs of the other.
func (o *others) compare(b *estimate.Block) error {
	for _, way := range [][2]int{{b.A, b.B}, {b.B, b.A}} {
		for _, reference := range o.rows[way[0]].references {
			for _, look := range o.rows[way[1]].all {
				m, err := o.Engine.Measure(o.Grant, reference, look)
				if err != nil {
					return err
				}
				b.Scores = append(b.Scores, float64(float32(m.Score)))
			}
		}
	}
	return nil
}
