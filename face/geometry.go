package face

import "math"

// Point is a place in a picture: pixels from its top left corner, with pixel
// centres at half coordinates, x to the right and y down.
type Point struct{ X, Y float64 }

// Box is an upright rectangle in pixels of the picture; X1 and Y1 are outside.
type Box struct{ X0, Y0, X1, Y1 float64 }

// W is the box's width in pixels.
func (b Box) W() float64 { return b.X1 - b.X0 }

// H is the box's height in pixels.
func (b Box) H() float64 { return b.Y1 - b.Y0 }

func (b Box) area() float64 { return max(0, b.W()) * max(0, b.H()) }

func (b Box) centre() Point { return Point{(b.X0 + b.X1) / 2, (b.Y0 + b.Y1) / 2} }

// overlap is the intersection over union of two boxes, 0 to 1.
func (b Box) overlap(o Box) float64 {
	common := Box{max(b.X0, o.X0), max(b.Y0, o.Y0), min(b.X1, o.X1), min(b.Y1, o.Y1)}
	if common.W() <= 0 || common.H() <= 0 {
		return 0
	}
	return common.area() / (b.area() + o.area() - common.area())
}

// scaled grows the box about its centre.
func (b Box) scaled(by float64) Box {
	c, w, h := b.centre(), b.W()*by/2, b.H()*by/2
	return Box{c.X - w, c.Y - h, c.X + w, c.Y + h}
}

// affine maps a place in a network's input to a place in the picture:
// x' = a*x + b*y + c, y' = d*x + e*y + f.
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) at(p Point) Point {
	return Point{m.a*p.X + m.b*p.Y + m.c, m.d*p.X + m.e*p.Y + m.f}
}

// scale is how many picture pixels one input pixel spans, as a length.
func (m affine) scale() float64 { return math.Sqrt(math.Abs(m.a*m.e - m.b*m.d)) }

// fit maps an input of w x h pixels onto the box, stretching it as needed.
func fit(b Box, w, h int) affine {
	return affine{a: b.W() / float64(w), c: b.X0, e: b.H() / float64(h), f: b.Y0}
}

// similarity is the rotation, uniform scale and shift that takes from closest
// to to in the least squares sense (Umeyama 1991, without reflection).
func similarity(from, to [5]Point) affine {
	var mf, mt Point
	for i := range from {
		mf.X, mf.Y = mf.X+from[i].X/5, mf.Y+from[i].Y/5
		mt.X, mt.Y = mt.X+to[i].X/5, mt.Y+to[i].Y/5
	}
	var dot, cross, norm float64
	for i := range from {
		fx, fy := from[i].X-mf.X, from[i].Y-mf.Y
		tx, ty := to[i].X-mt.X, to[i].Y-mt.Y
		dot += fx*tx + fy*ty
		cross += fx*ty - fy*tx
		norm += fx*fx + fy*fy
	}
	if norm == 0 {
		return affine{a: 1, e: 1, c: mt.X - mf.X, f: mt.Y - mf.Y}
	}
	a, b := dot/norm, cross/norm
	return affine{a: a, b: -b, c: mt.X - a*mf.X + b*mf.Y, d: b, e: a, f: mt.Y - b*mf.X - a*mf.Y}
}

func distance(a, b Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
