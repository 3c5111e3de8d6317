package qr

import (
	"cmp"
	"math"
	"slices"
)

// grid is where the modules of a code lie in a picture: a perspective map, and
// what is left of it at each mark, for paper that is bent and lenses that bend.
type grid struct {
	size  int // Modules along a side.
	t     homography
	marks []mark
	left  []point // For each mark, where it was found less where t puts it.
	score float64 // Part of the timing modules that are as they should be.
}

// at is the centre of a module. The marks' remainders are weighted by the inverse
// square of their distance.
func (g *grid) at(u, v float64) point {
	p := g.t.at(u, v)
	var sum point
	weights := 0.0
	for i, m := range g.marks[:len(g.left)] {
		w := 1 / (4 + (u-m.u)*(u-m.u) + (v-m.v)*(v-m.v))
		sum = sum.plus(g.left[i].times(w))
		weights += w
	}
	if weights == 0 {
		return p
	}
	return p.plus(sum.times(1 / weights))
}

// minScore is below what a code in a poor picture has, and well above the half
// that chance gives.
const minScore = 0.72

// grids fits codes of the likely sizes to three corners, and returns those whose
// timing patterns agree, the best first.
func (b bitmap) grids(c corners) []*grid {
	var out []*grid
	estimate := b.sizeBetween(c)
	for _, off := range []int{0, -4, 4, -8, 8, -12, 12} {
		size := (estimate+2)/4*4 + 1 + off
		if size < 21 || size > 177 {
			continue
		}
		if g := b.fit(c, size); g != nil && g.score >= minScore {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, d *grid) int { return cmp.Compare(d.score, a.score) })
	return out
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
	marks := []mark{{3.5, 3.5, c.tl.point}, {far, 3.5, c.tr.point}, {3.5, far, c.bl.point}}
	corner := mark{far, far, c.tr.plus(c.bl.point).minus(c.tl.point)}
	flat, ok := fitHomography(append(slices.Clone(marks), corner))
	if !ok {
		return nil
	}
	centres := alignments(size)
	if n := len(centres); n > 0 {
		last := centres[n-1]
		if p, ok := b.align(flat, last[0], last[1], 3+0.12*float64(size), 0.5); ok {
			corner = mark{last[0], last[1], p}
		}
	}
	marks = append(marks, corner)
	t, ok := fitHomography(marks)
	if !ok {
		return nil
	}
	g := &grid{size: size, t: t, marks: marks}
	g.score = b.timing(t, size)
	if g.score >= minScore && len(centres) > 1 {
		b.refine(g, centres)
	}
	return g
}

// refine looks for every alignment pattern near where it should be, and fits
// again, twice: the second time from nearer.
func (b bitmap) refine(g *grid, centres [][2]float64) {
	for _, reach := range []float64{2, 1} {
		marks := slices.Clone(g.marks[:3])
		for _, c := range centres {
			if p, ok := b.align(g.t, c[0], c[1], reach, 0.25); ok {
				marks = append(marks, mark{c[0], c[1], p})
			}
		}
		if len(marks) < 4 {
			return
		}
		t, ok := fitHomography(marks)
		if !ok {
			return
		}
		g.t, g.marks, g.left = t, marks, make([]point, len(marks))
		for i, m := range marks {
			g.left[i] = m.p.minus(t.at(m.u, m.v))
		}
	}
	g.score = b.timing(g.t, g.size)
}

// align looks for an alignment pattern, five modules wide, within reach modules
// of where t puts it. Where several places match equally well it takes their
// middle.
func (b bitmap) align(t homography, u, v, reach, step float64) (point, bool) {
	const enough = 22 // Of 25 modules.
	best, n := enough-1, 0.0
	var sum point
	for dv := -reach; dv <= reach; dv += step {
		for du := -reach; du <= reach; du += step {
			match := b.matchAlignment(t, u+du, v+dv, best)
			if match > best {
				best, n, sum = match, 0, point{}
			}
			if match == best && best >= enough {
				sum, n = sum.plus(t.at(u+du, v+dv)), n+1
			}
		}
	}
	if n == 0 {
		return point{}, false
	}
	return sum.times(1 / n), true
}

// matchAlignment counts the modules of a dark ring around a dark centre; it gives
// up when they cannot reach the given number.
func (b bitmap) matchAlignment(t homography, u, v float64, atLeast int) int {
	match := 25
	for i := range 25 {
		x, y := i%5-2, i/5-2
		want := byte(1)
		if max(abs(x), abs(y)) == 1 {
			want = 0
		}
		px, py := t.at(u+float64(x), v+float64(y)).pixel()
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
func (b bitmap) timing(t homography, size int) float64 {
	good, n := 0, 0
	for i := 8; i < size-8; i++ {
		want := byte(1 - i%2)
		for _, p := range []point{t.at(float64(i)+0.5, 6.5), t.at(6.5, float64(i)+0.5)} {
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
