package face

import "math"

// strides are the grids that YuNet looks at a picture in: cells of that many pixels
// of its input, row by row.
func strides() [3]int { return [3]int{8, 16, 32} }

// yunet reads YuNet's outputs (Wu, Peng and Yu 2023, doi:10.1007/s11633-023-1423-y)
// the way OpenCV's FaceDetectorYN does. For the cell in column c and row r of a grid of
// stride s:
//
//	score  = sqrt(cls * obj), each within 0 and 1
//	centre = ((c + bbox0) * s, (r + bbox1) * s)
//	size   = (exp(bbox2) * s, exp(bbox3) * s)
//	points = ((c + kps[2i]) * s, (r + kps[2i+1]) * s), i = 0 to 4
//
// The points are the eyes, the nose's tip and the corners of the mouth, those on the
// left of the picture first, as faces are aligned by.
func yunet(lane Lane, l layout, region Box, least float64) []Found {
	toPicture := fit(region, l.w, l.h)
	var all []Found
	for i, s := range strides() {
		cls, obj, bbox, kps := lane.Output(i), lane.Output(3+i), lane.Output(6+i), lane.Output(9+i)
		columns := l.w / s
		for cell := 0; cell < len(cls) && len(all) < maxCandidates; cell++ {
			score := math.Sqrt(clamped(cls[cell]) * clamped(obj[cell]))
			if !(score >= least) {
				continue
			}
			g := grid{float64(cell % columns), float64(cell / columns), float64(s), toPicture}
			f := Found{Box: g.box(bbox[4*cell : 4*cell+4]), Score: score, pointed: true}
			ok := sane(f.Box)
			for j := range f.five {
				f.five[j] = g.point(kps[10*cell+2*j], kps[10*cell+2*j+1])
				ok = ok && finite(f.five[j])
			}
			if ok {
				all = append(all, f)
			}
		}
	}
	return distinct(all)
}

// grid is one cell of a grid over the detector's input.
type grid struct {
	column, row, stride float64
	toPicture           affine
}

// point is a place about the cell, in pixels of the picture.
func (g grid) point(x, y float32) Point {
	return g.toPicture.at(Point{(g.column + float64(x)) * g.stride, (g.row + float64(y)) * g.stride})
}

// box is a box about the cell, from the place of its centre and the logarithms of its
// width and height in strides.
func (g grid) box(b []float32) Box {
	c := g.point(b[0], b[1])
	w := math.Exp(float64(b[2])) * g.stride * g.toPicture.a / 2
	h := math.Exp(float64(b[3])) * g.stride * g.toPicture.e / 2
	return Box{c.X - w, c.Y - h, c.X + w, c.Y + h}
}

// clamped is a value no further than 0 and 1; what is no number is 0.
func clamped(v float32) float64 {
	if !(v > 0) {
		return 0
	}
	return min(1, float64(v))
}

// sane says whether a box can be a face's: some pixels large, and somewhere.
func sane(b Box) bool { return b.W() >= 4 && b.H() >= 4 && !math.IsInf(b.area(), 0) }

func finite(p Point) bool { return !math.IsNaN(p.X-p.X) && !math.IsNaN(p.Y-p.Y) }
