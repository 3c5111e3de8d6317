package face

import "math"

// residual is how far, in the root mean square, the points of one moment lie from
// where the affine map that fits best takes those of another: 0 for two pictures of
// a plane from afar. Its unit is the spread of the points.
func residual(from, to *Moment) float64 {
	inverse, ok := inverted(scatter(&from.points))
	if !ok {
		return math.NaN()
	}
	// Both sets lie about 0, so that the map has no shift: to = A from.
	var xx, xy, yx, yy float64
	for i, p := range from.points {
		q := to.points[i]
		xx, xy = xx+q.X*p.X, xy+q.X*p.Y
		yx, yy = yx+q.Y*p.X, yy+q.Y*p.Y
	}
	m := affine{
		a: xx*inverse[0] + xy*inverse[1], b: xx*inverse[1] + xy*inverse[2],
		d: yx*inverse[0] + yy*inverse[1], e: yx*inverse[1] + yy*inverse[2],
	}
	var squares float64
	for i, p := range from.points {
		d := distance(m.at(p), to.points[i])
		squares += d * d / float64(len(from.points))
	}
	return math.Sqrt(squares)
}

// scatter is the sum of the outer products of points with themselves: its upper
// triangle, row by row.
func scatter(l *landmarks) (s [3]float64) {
	for _, p := range l {
		s[0], s[1], s[2] = s[0]+p.X*p.X, s[1]+p.X*p.Y, s[2]+p.Y*p.Y
	}
	return s
}

// inverted is the inverse of a symmetric matrix, and false if it has none: for points
// on a line.
func inverted(s [3]float64) (inverse [3]float64, ok bool) {
	det := s[0]*s[2] - s[1]*s[1]
	if det < 1e-9 {
		return inverse, false
	}
	return [3]float64{s[2] / det, -s[1] / det, s[0] / det}, true
}
