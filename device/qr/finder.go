package qr

import (
	"cmp"
	"math"
	"slices"
)

// point is a place in a picture, in pixels; (0, 0) is the corner of the first
// pixel, and its centre (0.5, 0.5).
type point struct{ x, y float64 }

func (p point) plus(q point) point    { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point   { return point{p.x - q.x, p.y - q.y} }
func (p point) times(k float64) point { return point{p.x * k, p.y * k} }
func (p point) length() float64       { return math.Hypot(p.x, p.y) }
func (p point) dot(q point) float64   { return p.x*q.x + p.y*q.y }
func (p point) cross(q point) float64 { return p.x*q.y - p.y*q.x }
func (p point) pixel() (int, int)     { return int(math.Floor(p.x)), int(math.Floor(p.y)) }

// finder is one of the three large squares in a code's corners: any line through
// its centre crosses dark, light, dark, light, dark in the proportion 1:1:3:1:1.
type finder struct {
	point
	module   float64 // Pixels, along a row of the picture: too large when turned.
	hits     int     // Rows in which it was seen.
	contrast float64 // Luma of its light ring less that of its centre.
}

// likeness tells a finder from chance: data modules that happen to look like one
// do so in few rows, and noise has little contrast.
func (f finder) likeness() float64 { return float64(f.hits) * f.contrast }

// maxFinders bounds the work on a picture that is full of squares.
const maxFinders = 48

// finders looks along every other row for the proportion, and checks it down the
// column and across again.
func (b bitmap) finders(g grey) []finder {
	var found []finder
	least := min(2.5*g.noise(), 60)
	for y := 1; y < b.h; y += 2 {
		row := b.dark[y*b.w:][:b.w]
		var runs [5]int
		for x := 0; x < b.w; {
			from := x
			for x < b.w && row[x] == row[from] {
				x++
			}
			copy(runs[:], runs[1:])
			runs[4] = x - from
			if row[from] == 1 && proportion(runs) {
				centre := float64(x-runs[4]-runs[3]) - float64(runs[2])/2
				found = b.confirm(found, g, centre, y, sum(runs), least)
			}
		}
	}
	slices.SortStableFunc(found, func(a, c finder) int { return cmp.Compare(c.likeness(), a.likeness()) })
	return found[:min(len(found), maxFinders)]
}

func sum(runs [5]int) (n int) {
	for _, r := range runs {
		n += r
	}
	return n
}

// proportion is whether five runs are about 1:1:3:1:1.
func proportion(runs [5]int) bool {
	total := sum(runs)
	if total < 7 || slices.Contains(runs[:], 0) {
		return false
	}
	module := float64(total) / 7
	for i, r := range runs {
		want, slack := module, 0.6*module+0.5
		if i == 2 {
			want, slack = 3*module, 1.2*module+0.5
		}
		if math.Abs(float64(r)-want) > slack {
			return false
		}
	}
	return true
}

// confirm checks a candidate down its column and across its row, and adds it to
// found, or to the neighbour that is the same square. One of less contrast than
// least is noise.
func (b bitmap) confirm(found []finder, pic grey, x float64, y, width int, least float64) []finder {
	cy, height, ok := b.crossing(int(x), y, 0, 1, 2*width)
	if !ok || height > 2*width || width > 2*height {
		return found
	}
	cx, width, ok := b.crossing(int(x), int(cy), 1, 0, 2*height)
	if !ok {
		return found
	}
	f := finder{point: point{cx, cy}, module: float64(width+height) / 14, hits: 1}
	if f.contrast = pic.contrast(f); f.contrast < least {
		return found
	}
	for i := range found {
		g := &found[i]
		if g.minus(f.point).length() < 2*g.module {
			n := float64(g.hits)
			g.point = g.times(n / (n + 1)).plus(f.times(1 / (n + 1)))
			g.module = (g.module*n + f.module) / (n + 1)
			g.contrast = (g.contrast*n + f.contrast) / (n + 1)
			g.hits++
			return found
		}
	}
	if len(found) >= 8*maxFinders {
		return found
	}
	return append(found, f)
}

// crossing measures the five runs through a dark pixel along a row (dx 1) or a
// column (dy 1): the centre's coordinate along it, and the length of the whole. It
// gives up on a run that is longer than most.
func (b bitmap) crossing(x, y, dx, dy, most int) (centre float64, length int, ok bool) {
	if b.at(x, y) == 0 {
		return 0, 0, false
	}
	var runs [5]int
	count := func(from, step, run int, dark byte) int {
		at := from
		for runs[run] <= most && b.inside(x+at*dx, y+at*dy) && b.at(x+at*dx, y+at*dy) == dark {
			runs[run]++
			at += step
		}
		return at
	}
	before := count(count(count(0, -1, 2, 1), -1, 1, 0), -1, 0, 1)
	count(count(count(1, 1, 2, 1), 1, 3, 0), 1, 4, 1)
	if !proportion(runs) {
		return 0, 0, false
	}
	start := float64(before + 1 + runs[0] + runs[1])
	along := float64(x*dx+y*dy) + start + float64(runs[2])/2
	return along, sum(runs), true
}

func (b bitmap) inside(x, y int) bool { return uint(x) < uint(b.w) && uint(y) < uint(b.h) }

// corners are three finders that may be those of one code: at its top left, top
// right and bottom left, or the other two exchanged in a mirrored picture.
type corners struct {
	tl, tr, bl finder
	odd        float64 // How far from two equal sides at a right angle.
}

const maxCorners = 24

// corners returns the sets of three that look most like a code, the best first.
func cornersOf(found []finder) []corners {
	var out []corners
	for i := range found {
		for j := range found[:i] {
			for k := range found[:j] {
				if c, ok := cornersFrom(found[i], found[j], found[k]); ok {
					out = append(out, c)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, c corners) int { return cmp.Compare(a.odd, c.odd) })
	return out[:min(len(out), maxCorners)]
}

func cornersFrom(a, b, c finder) (corners, bool) {
	small, large := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	if large > 1.8*small {
		return corners{}, false
	}
	// The top left one is opposite to the longest side.
	ab, bc, ca := a.minus(b.point).length(), b.minus(c.point).length(), c.minus(a.point).length()
	switch max(ab, bc, ca) {
	case ab:
		a, c = c, a
	case ca:
		a, b = b, a
	}
	right, down := b.minus(a.point), c.minus(a.point)
	if right.cross(down) < 0 {
		b, c, right, down = c, b, down, right
	}
	r, d := right.length(), down.length()
	lean := math.Abs(right.dot(down)) / (r * d)
	side := math.Abs(math.Log(r / d))
	long := (r + d) / 2 / ((small + large) / 2) // 14 modules in version 1, 170 in version 40.
	if lean > 0.5 || side > 0.7 || long < 8 || long > 260 {
		return corners{}, false
	}
	hits := float64(min(a.hits, b.hits, c.hits))
	return corners{a, b, c, lean + side + 0.5*math.Log(large/small) + 0.5/hits}, true
}
