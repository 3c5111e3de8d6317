package qr

import "math"

// mark is a place of a code that was found in the picture.
type mark struct {
	u, v float64 // Modules from the code's corner.
	p    point
}

// homography maps the plane of a code (modules) to the picture (pixels) as a
// camera without distortion sees it: x = (a u + b v + c)/(g u + h v + 1), y =
// (d u + e v + f)/(g u + h v + 1), its coefficients in the order a to h.
type homography [8]float64

func (t homography) at(u, v float64) point {
	w := t[6]*u + t[7]*v + 1
	return point{(t[0]*u + t[1]*v + t[2]) / w, (t[3]*u + t[4]*v + t[5]) / w}
}

// fitHomography finds the map that takes the marks nearest to where they were
// found, in the sense of least squares after multiplying by the denominator.
// Four marks determine it; ok is false when they do not.
func fitHomography(marks []mark) (t homography, ok bool) {
	e := newEquations(8)
	for _, k := range marks {
		e.add(k.p.x, k.u, k.v, 1, 0, 0, 0, -k.u*k.p.x, -k.v*k.p.x)
		e.add(k.p.y, 0, 0, 0, k.u, k.v, 1, -k.u*k.p.y, -k.v*k.p.y)
	}
	solution, ok := e.solve()
	copy(t[:], solution)
	return t, ok
}

// bend is what bent paper and lenses add to a homography: a polynomial of second
// degree for each coordinate, with the terms of bendTerms.
type bend struct{ x, y [6]float64 }

func bendTerms(u, v float64) [6]float64 {
	u, v = u/100, v/100 // Of the order of 1.
	return [6]float64{1, u, v, u * u, u * v, v * v}
}

func (b *bend) at(u, v float64) (p point) {
	for i, t := range bendTerms(u, v) {
		p.x += b.x[i] * t
		p.y += b.y[i] * t
	}
	return p
}

// fitBend finds the bend that takes each mark nearest to what is left at it. With
// fewer than ten marks, where it would follow their errors, there is none.
func fitBend(marks []mark, left []point) (b bend) {
	if len(marks) < 10 {
		return b
	}
	ex, ey := newEquations(6), newEquations(6)
	for i, m := range marks {
		t := bendTerms(m.u, m.v)
		ex.add(left[i].x, t[:]...)
		ey.add(left[i].y, t[:]...)
	}
	x, okX := ex.solve()
	y, okY := ey.solve()
	if okX && okY {
		copy(b.x[:], x)
		copy(b.y[:], y)
	}
	return b
}

// equations are the normal equations of a least-squares problem in n unknowns,
// each row with its right side last.
type equations [][]float64

func newEquations(n int) equations {
	e := make(equations, n)
	for i := range e {
		e[i] = make([]float64, n+1)
	}
	return e
}

// add is one observation: the sum of unknowns times factors should be the value.
func (e equations) add(value float64, factors ...float64) {
	for i, f := range factors {
		for j, k := range factors {
			e[i][j] += f * k
		}
		e[i][len(e)] += f * value
	}
}

// solve eliminates with the largest pivot.
func (e equations) solve() (x []float64, ok bool) {
	n := len(e)
	for i := range n {
		best := i
		for r := i + 1; r < n; r++ {
			if math.Abs(e[r][i]) > math.Abs(e[best][i]) {
				best = r
			}
		}
		e[i], e[best] = e[best], e[i]
		if math.Abs(e[i][i]) < 1e-12 {
			return nil, false
		}
		for r := range n {
			if r == i {
				continue
			}
			k := e[r][i] / e[i][i]
			for c := i; c <= n; c++ {
				e[r][c] -= k * e[i][c]
			}
		}
	}
	x = make([]float64, n)
	for i := range x {
		x[i] = e[i][n] / e[i][i]
	}
	return x, true
}
