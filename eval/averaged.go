package eval

import (
	"context"
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

// mean measures one number of photographs.
func (v Verification) mean(ctx context.Context, a *Averaged, rows []row, n int) error {
	var found across
	var genuine [][]float64
	for q, of := range rows {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
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
		for p := range q {
			if err := v.strangers(&found, rows, p, q); err != nil {
				return err
			}
		}
	}
	flat := slices.Concat(genuine...)
	m := Mean{Photographs: n, Figures: newScores(flat, found.impostor()).figures(1e-3, 1e-4, perAttempt)}
	m.ByPerson = pointsAt(func(yield func(estimate.Block) bool) {
		for b := range found.strangers() {
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
	return nil
}

// strangers compares the references of two people with the photographs of the
// other.
func (v Verification) strangers(found *across, rows []row, p, q int) error {
	s := span{a: int32(p), b: int32(q)}
	for _, way := range [][2]int{{p, q}, {q, p}} {
		for _, reference := range rows[way[0]].references {
			for _, look := range rows[way[1]].all {
				m, err := v.Engine.Measure(v.Grant, reference, look)
				if err != nil {
					return err
				}
				found.scores = append(found.scores, float32(m.Score))
				s.n++
			}
		}
	}
	found.spans = append(found.spans, s)
	return nil
}
