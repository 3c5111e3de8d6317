package mrzread

import (
	"math"
	"slices"
)

// point is a place in the picture, in pixels.
type point struct{ x, y float64 }

func (p point) plus(q point, k float64) point { return point{p.x + k*q.x, p.y + k*q.y} }
func (p point) length() float64               { return math.Hypot(p.x, p.y) }

// curve is a place that moves with an index: a polynomial of third degree at most
// in (index - middle)/20.
type curve struct {
	x, y   [4]float64
	middle float64
}

func (c *curve) at(i float64) (p point) {
	t, k := (i-c.middle)/20, 1.0
	for n := range c.x {
		p.x, p.y, k = p.x+k*c.x[n], p.y+k*c.y[n], k*t
	}
	return p
}

// step is the way from an index to the next.
func (c *curve) step(i float64) point {
	return c.at(i+0.5).plus(c.at(i-0.5), -1)
}

// mark is where an index was seen.
type mark struct {
	i float64
	p point
}

// fit finds the curve nearest to marks, without those that lie off it by more than
// a part of the pitch.
func fit(marks []mark, degree int, pitch float64) (c curve, ok bool) {
	for range 3 {
		if c, ok = leastSquares(marks, min(degree, len(marks)-1)); !ok {
			return c, false
		}
		kept := slices.DeleteFunc(slices.Clone(marks), func(m mark) bool {
			return m.p.plus(c.at(m.i), -1).length() > 0.3*pitch
		})
		if len(kept) == len(marks) || len(kept) < 4 || 3*len(kept) < 2*len(marks) {
			return c, true
		}
		marks = kept
	}
	return c, true
}

func leastSquares(marks []mark, degree int) (c curve, ok bool) {
	if degree < 1 {
		return c, false
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, m := range marks {
		low, high = min(low, m.i), max(high, m.i)
	}
	c.middle = (low + high) / 2
	n := degree + 1
	var e [4][6]float64
	for _, m := range marks {
		var t [4]float64
		t[0] = 1
		for k := 1; k < n; k++ {
			t[k] = t[k-1] * (m.i - c.middle) / 20
		}
		for a := range n {
			for b := range n {
				e[a][b] += t[a] * t[b]
			}
			e[a][4] += t[a] * m.p.x
			e[a][5] += t[a] * m.p.y
		}
	}
	return c, solve(&e, n, &c)
}

// solve eliminates without pivots: the equations are positive definite, or there are
// too few marks.
func solve(e *[4][6]float64, n int, c *curve) bool {
	for i := range n {
		if math.Abs(e[i][i]) < 1e-9 {
			return false
		}
		for r := range n {
			if r == i {
				continue
			}
			k := e[r][i] / e[i][i]
			for col := i; col < 6; col++ {
				e[r][col] -= k * e[i][col]
			}
		}
	}
	for i := range n {
		c.x[i], c.y[i] = e[i][4]/e[i][i], e[i][5]/e[i][i]
	}
	return true
}

// row is a line of characters that was found: curve leads through their middles,
// one index apart; lowest and highest are the first and last that were seen.
type row struct {
	curve
	lowest, highest int
	seen            map[int]int // index to piece
	pitch, height   float64
}

// row makes a line of a chain, if its characters stand at one pitch, and has it
// take over what else stands on it.
func (f *finder) row(c chain) (*row, bool) {
	marks, pitch, ok := f.index(c)
	if !ok {
		return nil, false
	}
	r := &row{pitch: pitch, seen: make(map[int]int)}
	for k, m := range marks {
		r.seen[int(m.i)] = c[k]
	}
	for range 4 {
		if !f.refit(r) {
			return nil, false
		}
		if !f.extend(r) {
			break
		}
	}
	return r, f.refit(r)
}

// index numbers the pieces of a chain by how many pitches they are apart.
func (f *finder) index(c chain) (marks []mark, pitch float64, ok bool) {
	steps := make([]float64, len(c)-1)
	for k := range steps {
		a, b := &f.blobs[c[k]], &f.blobs[c[k+1]]
		steps[k] = math.Hypot(b.x-a.x, b.y-a.y)
	}
	pitch = middle(steps)
	at, good, local := 0, 0, pitch
	marks = append(marks, mark{0, f.centre(c[0])})
	for k, s := range steps {
		n := max(1, math.Round(s/local))
		if off := math.Abs(s/n - local); off < 0.22*local {
			good++
			local += 0.15 * (s/n - local)
		}
		at += int(n)
		marks = append(marks, mark{float64(at), f.centre(c[k+1])})
	}
	return marks, pitch, 4*good >= 3*len(steps)
}

func (f *finder) centre(i int) point { return point{f.blobs[i].x, f.blobs[i].y} }

// refit lays the curve through what was seen.
func (f *finder) refit(r *row) bool {
	var marks []mark
	r.lowest, r.highest = math.MaxInt, math.MinInt
	for i, b := range r.seen {
		r.lowest, r.highest = min(r.lowest, i), max(r.highest, i)
		marks = append(marks, mark{float64(i), f.centre(b)})
	}
	slices.SortFunc(marks, func(a, b mark) int { return int(a.i - b.i) })
	degree := 1
	if len(marks) >= 12 {
		degree = 2
	}
	var ok bool
	if r.curve, ok = fit(marks, degree, r.pitch); !ok {
		return false
	}
	r.pitch = r.step(float64(r.lowest+r.highest) / 2).length()
	f.measure(r)
	return r.pitch > 3
}

// measure takes the height of capital letters from the pieces: most are as high.
func (f *finder) measure(r *row) {
	way := r.step(float64(r.lowest+r.highest) / 2)
	sin, cos := math.Abs(way.y)/r.pitch, math.Abs(way.x)/r.pitch
	if f.upright {
		sin, cos = cos, sin
	}
	var heights []float64
	for _, b := range r.seen {
		w, h := f.size(b)
		heights = append(heights, min(h, h/cos-0.7*w*sin))
	}
	slices.Sort(heights)
	r.height = heights[len(heights)*7/10]
}

// extend takes over pieces that lie where the next characters should be.
func (f *finder) extend(r *row) (more bool) {
	taken := make(map[int]bool, len(r.seen))
	for _, b := range r.seen {
		taken[b] = true
	}
	for i := r.lowest - 4; i <= r.highest+4; i++ {
		if _, has := r.seen[i]; has {
			continue
		}
		if b := f.near(r.at(float64(i)), 0.28*r.pitch); b >= 0 && !taken[b] {
			if w, h := f.size(b); h > 0.4*r.height && h < 1.5*r.height && w < 1.3*r.pitch {
				r.seen[i], taken[b], more = b, true, true
			}
		}
	}
	return more && r.highest-r.lowest < 70
}

// near is the piece nearest to a place, -1 if none is so near.
func (f *finder) near(p point, most float64) (best int) {
	best = -1
	from := p.x
	if f.upright {
		from = p.y
	}
	at, _ := slices.BinarySearchFunc(f.order, from-most, func(i int, v float64) int {
		x, _ := f.place(i)
		return int(math.Copysign(1, x-v))
	})
	for _, i := range f.order[at:] {
		if x, _ := f.place(i); x > from+most {
			break
		}
		if d := f.centre(i).plus(p, -1).length(); d < most {
			best, most = i, d
		}
	}
	return best
}

func middle(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}

// rows returns the lines of characters in one direction, none of which share a
// piece, from the top.
func (f *finder) rows() (all []*row) {
	for _, c := range f.chains() {
		if slices.ContainsFunc(c, func(i int) bool { return f.blobs[i].used }) || len(all) >= 60 {
			continue
		}
		r, ok := f.row(c)
		if !ok || len(r.seen) < 9 || 2*len(r.seen) < r.highest-r.lowest {
			continue
		}
		for _, b := range r.seen {
			f.blobs[b].used = true
		}
		all = append(all, r)
	}
	return all
}
