package qr

import (
	"cmp"
	"math"
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

// sizes are the numbers of modules along a side that the code between three
// corners may have, the likeliest first. There are none when neither timing
// pattern changes nearly as often as it should: then these are not the corners
// of one code.
func (b bitmap) sizes(c corners) []int {
	estimate := b.sizeBetween(c)
	across := b.changes(c.tl.point, c.tr.point, c.bl.point) + 13
	down := b.changes(c.tl.point, c.bl.point, c.tr.point) + 13
	if few := estimate * 7 / 10; across < few && down < few {
		return nil
	}
	var out []int
	for _, n := range []int{across, down, estimate, estimate - 4, estimate + 4, estimate - 8, estimate + 8} {
		size := (n+1)/4*4 + 1
		if size >= 21 && size <= 177 && !slices.Contains(out, size) {
			out = append(out, size)
		}
	}
	return out
}

// changes counts how often dark and light change along the timing pattern from
// the finder at a to that at to, on the side where the third one is. From the
// sixth module on they change with each of the modules between.
func (b bitmap) changes(a, to, third point) int {
	inward := third.minus(a)
	width, ok := b.widthAlong(a, third)
	other, ok2 := b.widthAlong(to, to.plus(inward))
	if !ok || !ok2 {
		return 0
	}
	inward = inward.times(3.0 / 7 / inward.length())
	from := a.plus(inward.times(width))
	way := to.plus(inward.times(other)).minus(from)
	n, was := 0, byte(1)
	for steps := int(2 * way.length()); steps >= 0; steps-- {
		x, y := from.plus(way.times(float64(steps) / (2 * way.length()))).pixel()
		if v := b.at(x, y); v != was {
			was = v
			n++
		}
	}
	return n
}

// sizeBetween estimates the number of modules along a side from the distance of
// the finders and their own size, seven modules, in that direction.
func (b bitmap) sizeBetween(c corners) int {
	total, n := 0.0, 0
	for _, side := range [][2]point{{c.tl.point, c.tr.point}, {c.tl.point, c.bl.point}} {
		width, ok := b.widthAlong(side[0], side[1])
		other, ok2 := b.widthAlong(side[1], side[0])
		if !ok || !ok2 {
			continue
		}
		total += side[1].minus(side[0]).length() / ((width + other) / 14)
		n++
	}
	if n == 0 {
		module := (c.tl.module + c.tr.module + c.bl.module) / 3
		return int(c.tr.minus(c.tl.point).length()/module) + 7
	}
	return int(math.Round(total/float64(n))) + 7
}

// widthAlong is the length of a finder at a in the direction of b.
func (b bitmap) widthAlong(a, to point) (float64, bool) {
	d := to.minus(a)
	step := d.times(0.25 / d.length())
	forth, ok := b.edge(a, step)
	back, ok2 := b.edge(a, step.times(-1))
	return forth + back, ok && ok2
}

// edge walks from a finder's centre until it has left its outer ring.
func (b bitmap) edge(p, step point) (float64, bool) {
	changes, was := 0, byte(1)
	for i := range 2000 {
		x, y := p.plus(step.times(float64(i))).pixel()
		if !b.inside(x, y) {
			return 0, false
		}
		if v := b.at(x, y); v != was {
			was = v
			if changes++; changes == 3 {
				return float64(i) * step.length(), true
			}
		}
	}
	return 0, false
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

// align looks for an alignment pattern, five modules wide, within reach modules
// of where the grid puts it: in steps of half a module, then around what that
// found in steps of a tenth.
func (b bitmap) align(g *grid, centre [2]float64, reach float64) (point, bool) {
	shift := g.at(centre[0], centre[1]).minus(g.t.at(centre[0], centre[1]))
	near, ok := b.bestAlignment(g.t, shift, centre, reach, 0.5)
	if !ok {
		return point{}, false
	}
	exact, ok := b.bestAlignment(g.t, shift, near, 0.8, 0.1)
	if !ok {
		return point{}, false
	}
	return g.t.at(exact[0], exact[1]).plus(shift), true
}

// bestAlignment returns the middle of the places that match best, in modules.
func (b bitmap) bestAlignment(t homography, shift point, centre [2]float64, reach, step float64) ([2]float64, bool) {
	const enough = 22 // Of 25 modules.
	best, n := enough-1, 0.0
	var u, v float64
	for dv := -reach; dv <= reach; dv += step {
		for du := -reach; du <= reach; du += step {
			match := b.matchAlignment(t, shift, centre[0]+du, centre[1]+dv, best)
			if match > best {
				best, n, u, v = match, 0, 0, 0
			}
			if match == best && best >= enough {
				u, v, n = u+centre[0]+du, v+centre[1]+dv, n+1
			}
		}
	}
	if n == 0 {
		return centre, false
	}
	return [2]float64{u / n, v / n}, true
}

// matchAlignment counts the modules of a dark ring around a dark centre; it gives
// up when they cannot reach the given number.
func (b bitmap) matchAlignment(t homography, shift point, u, v float64, atLeast int) int {
	match := 25
	for i := range 25 {
		x, y := i%5-2, i/5-2
		want := byte(1)
		if max(abs(x), abs(y)) == 1 {
			want = 0
		}
		px, py := t.at(u+float64(x), v+float64(y)).plus(shift).pixel()
		if b.at(px, py) != want {
			if match--; match < atLeast {
				return match
			}
		}
	}
	return match
}

func abs(n int) int { return max(n, -n) }

// timing is the part of the modules in the sixth row and column, between the
// finders, that alternate as they should.
func (b bitmap) timing(g *grid) float64 {
	good, n := 0, 0
	for i := 8; i < g.size-8; i++ {
		want := byte(1 - i%2)
		for _, p := range []point{g.at(float64(i)+0.5, 6.5), g.at(6.5, float64(i)+0.5)} {
			x, y := p.pixel()
			if b.at(x, y) == want {
				good++
			}
			n++
		}
	}
	return float64(good) / float64(n)
}

// alignments are the centres of the alignment patterns (ISO/IEC 18004, annex E):
// at the crossings of evenly spaced rows and columns, except under the finders.
// The one that is farthest from all finders comes last.
func alignments(size int) [][2]float64 {
	version := (size - 17) / 4
	if version < 2 {
		return nil
	}
	n := version/7 + 2
	step := 2 * ((size - 13 + (n-1)*2 - 1) / ((n - 1) * 2))
	if version == 32 { // The one exception of the standard's table.
		step = 26
	}
	places := []int{6}
	for i := n - 2; i >= 0; i-- {
		places = append(places, size-7-i*step)
	}
	var out [][2]float64
	for i, y := range places {
		for j, x := range places {
			if i == 0 && (j == 0 || j == n-1) || i == n-1 && j == 0 {
				continue
			}
			out = append(out, [2]float64{float64(x) + 0.5, float64(y) + 0.5})
		}
	}
	return out
}
