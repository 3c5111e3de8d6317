package qr

import (
	"math"
	"slices"
)

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
