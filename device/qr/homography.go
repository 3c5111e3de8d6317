package qr

import "math"

// homography maps the plane of a code (modules) to the picture (pixels) as a
// camera without distortion sees it: x = (a u + b v + c)/(g u + h v + 1), y =
// (d u + e v + f)/(g u + h v + 1), its coefficients in the order a to h.
type homography [8]float64

func (t homography) at(u, v float64) point {
	w := t[6]*u + t[7]*v + 1
	return point{(t[0]*u + t[1]*v + t[2]) / w, (t[3]*u + t[4]*v + t[5]) / w}
}

// mark is a place of a code that was found in the picture.
type mark struct {
	u, v float64 // Modules from the code's corner.
	p    point
}

// fitHomography finds the map that takes the marks nearest to where they were
// found, in the sense of least squares after multiplying by the denominator.
// Four marks determine it; ok is false when they do not.
func fitHomography(marks []mark) (t homography, ok bool) {
	var m [8][9]float64 // Normal equations, with the right side last.
	add := func(row [9]float64) {
		for i := range 8 {
			for j := range 9 {
				m[i][j] += row[i] * row[j]
			}
		}
	}
	for _, k := range marks {
		add([9]float64{k.u, k.v, 1, 0, 0, 0, -k.u * k.p.x, -k.v * k.p.x, k.p.x})
		add([9]float64{0, 0, 0, k.u, k.v, 1, -k.u * k.p.y, -k.v * k.p.y, k.p.y})
	}
	return solve(&m)
}

// solve eliminates with the largest pivot.
func solve(m *[8][9]float64) (t homography, ok bool) {
	for i := range 8 {
		best := i
		for r := i + 1; r < 8; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[best][i]) {
				best = r
			}
		}
		m[i], m[best] = m[best], m[i]
		if math.Abs(m[i][i]) < 1e-12 {
			return t, false
		}
		for r := range 8 {
			if r == i {
				continue
			}
			k := m[r][i] / m[i][i]
			for c := i; c < 9; c++ {
				m[r][c] -= k * m[i][c]
			}
		}
	}
	for i := range 8 {
		t[i] = m[i][8] / m[i][i]
	}
	return t, true
}
