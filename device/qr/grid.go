package qr

import (
	"cmp"
	"slices"
)

// grid is where the modules of a code lie in a picture: a perspective map, a bend
// on top, and what is left of both at each mark.
type grid struct {
	size  int // Modules along a side.
	t     homography
	bend  bend
	marks []mark
	left  []point // For each mark, where it was found less where t and bend put it.
	score float64 // Part of the timing modules that are as they should be.
}

// at is where a place of the code lies. The marks' remainders are weighted by the
// inverse square of their distance.
func (g *grid) at(u, v float64) point {
	var sum point
	weights := 0.0
	for i, m := range g.marks {
		w := 1 / (4 + (u-m.u)*(u-m.u) + (v-m.v)*(v-m.v))
		sum = sum.plus(g.left[i].times(w))
		weights += w
	}
	return g.t.at(u, v).plus(g.bend.at(u, v)).plus(sum.times(1 / weights))
}

const (
	// minScore is below what a code in a poor picture has, and well above the
	// half that chance gives.
	minScore = 0.72
	// sureScore ends the search for a better size.
	sureScore = 0.9
)

// grids fits codes of the likely sizes to three corners, and returns those whose
// timing patterns agree, the best two at most, the best first.
func (b bitmap) grids(c corners) []*grid {
	var out []*grid
	for _, size := range b.sizes(c) {
		g := b.fit(c, size)
		if g == nil || g.score < minScore {
			continue
		}
		out = append(out, g)
		if g.score >= sureScore {
			break
		}
	}
	slices.SortStableFunc(out, func(a, d *grid) int { return cmp.Compare(d.score, a.score) })
	return out[:min(len(out), 2)]
}

// fit places a code of the given size on three corners: first with the alignment
// pattern that is farthest from them, then with all that can be found.
func (b bitmap) fit(c corners, size int) *grid {
	far := float64(size) - 3.5
	g := &grid{size: size, marks: []mark{{3.5, 3.5, c.tl.point}, {far, 3.5, c.tr.point}, {3.5, far, c.bl.point}}}
	corner := mark{far, far, c.tr.plus(c.bl.point).minus(c.tl.point)}
	if !g.settle(append(g.marks[:3:3], corner)) {
		return nil
	}
	centres := alignments(size)
	sure := false
	if n := len(centres); n > 0 {
		last := centres[n-1]
		if p, ok := b.align(g, last, 3+0.12*float64(size)); ok {
			corner, sure = mark{last[0], last[1], p}, true
		}
	}
	if !g.settle(append(g.marks[:3:3], corner)) {
		return nil
	}
	g.score = b.timing(g)
	if len(centres) > 1 && (sure || g.score >= minScore) && b.refine(g, centres) {
		g.score = b.timing(g)
	}
	return g
}

// settle fits the map to the marks and notes what it leaves.
func (g *grid) settle(marks []mark) bool {
	t, ok := fitHomography(marks)
	if !ok {
		return false
	}
	g.t, g.marks, g.left = t, marks, make([]point, len(marks))
	for i, m := range marks {
		g.left[i] = m.p.minus(t.at(m.u, m.v))
	}
	g.bend = fitBend(marks, g.left)
	for i, m := range marks {
		g.left[i] = g.left[i].minus(g.bend.at(m.u, m.v))
	}
	return true
}

// refine looks for every alignment pattern near where it should be, from the
// corners inwards, so that each one found shows where its neighbours are. Then it
// fits again and looks once more, from nearer. It leaves the grid as it was when
// less than a third are found.
func (b bitmap) refine(g *grid, centres [][2]float64) bool {
	grown := &grid{size: g.size, t: g.t, marks: g.marks[:3:3], left: g.left[:3:3]}
	for _, c := range outsideIn(centres, g.size) {
		if p, ok := b.align(grown, c, 2); ok {
			grown.marks = append(grown.marks, mark{c[0], c[1], p})
			grown.left = append(grown.left, p.minus(grown.t.at(c[0], c[1])))
		}
	}
	if len(grown.marks) < 3+max(1, len(centres)/3) || !grown.settle(grown.marks) {
		return false
	}
	marks := grown.marks[:3:3]
	for _, c := range centres {
		if p, ok := b.align(grown, c, 0.5); ok {
			marks = append(marks, mark{c[0], c[1], p})
		}
	}
	if len(marks) < 4 || !grown.settle(marks) {
		return false
	}
	*g = *grown
	return true
}

// outsideIn sorts places by their distance from the nearest corner.
func outsideIn(centres [][2]float64, size int) [][2]float64 {
	far := func(c [2]float64) float64 {
		u, v := min(c[0], float64(size)-c[0]), min(c[1], float64(size)-c[1])
		return u*u + v*v
	}
	out := slices.Clone(centres)
	slices.SortStableFunc(out, func(a, d [2]float64) int { return cmp.Compare(far(a), far(d)) })
	return out
}
