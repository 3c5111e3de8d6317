package face

import "github.com/facelatch/facelatch/picture"

// landmarks are 68 points of one face in the usual order of iBUG 300-W: jaw 0
// to 16, brows to 26, nose to 35, eyes 36 to 47, mouth to 67; in pixels.
type landmarks [68]Point

// five are the points that faces are aligned by: the eyes' centres from the
// lids, the nose's tip, and the corners of the mouth; left is left in the
// picture.
func (l *landmarks) five() [5]Point {
	return [5]Point{
		mean(l[37], l[38], l[40], l[41]), mean(l[43], l[44], l[46], l[47]),
		l[30], mean(l[48], l[60]), mean(l[54], l[64]),
	}
}

func mean(points ...Point) (m Point) {
	for _, p := range points {
		m.X += p.X / float64(len(points))
		m.Y += p.Y / float64(len(points))
	}
	return m
}

// The average face as the landmark model draws it: five points as fractions of
// the detector's box, and that box's width over its height. Averages over the
// 3,296 photographs of LFW View 1 and FRLL.
const boxAspect = 0.698

func boxPoints() [5]Point {
	return [5]Point{{0.286, 0.404}, {0.718, 0.397}, {0.511, 0.583}, {0.335, 0.750}, {0.697, 0.746}}
}

// look finds the points of the face in the part of the picture that m maps the
// model's input onto, and that fill takes from the picture.
func (e *Engine) look(m affine, fill func(input []float32, l layout)) (points landmarks, err error) {
	err = e.landmark.use(fill, func(lane Lane) {
		out := lane.Output(0)
		w, h := float64(e.landmark.layout.w), float64(e.landmark.layout.h)
		for i := range points {
			points[i] = m.at(Point{float64(out[2*i]) * w, float64(out[2*i+1]) * h})
		}
	})
	return points, err
}

// landmarks finds the points of the face in the box twice: in the box as it was
// detected, and in one turned and scaled to where the first look found the
// face. It returns the mean of both and how far apart they were, in eye
// distances; they disagree where something hides the face.
func (e *Engine) landmarks(p *picture.Picture, box Box) (points landmarks, spread float64, err error) {
	l := e.landmark.layout
	first, err := e.look(fit(box, l.w, l.h), func(input []float32, l layout) { view(input, l, p, box) })
	if err != nil {
		return points, 0, err
	}
	turned := upright(first.five(), l)
	second, err := e.look(turned, func(input []float32, l layout) { sample(input, l, p, turned) })
	if err != nil {
		return points, 0, err
	}
	for i := range points {
		points[i] = mean(first[i], second[i])
	}
	return points, disagreement(first.five(), second.five()), nil
}

// upright maps the landmark model's input onto a box in the picture that is
// turned and scaled so that the five points are where an average face has them.
func upright(five [5]Point, l layout) affine {
	from := boxPoints()
	for i := range from {
		from[i] = Point{from[i].X * boxAspect * float64(l.h), from[i].Y * float64(l.h)}
	}
	m := similarity(from, five)
	// The input's columns are narrower than its rows are high: the model
	// expects the box squeezed into a square.
	squeeze := boxAspect * float64(l.h) / float64(l.w)
	m.a, m.d = m.a*squeeze, m.d*squeeze
	return m
}

func disagreement(a, b [5]Point) (sum float64) {
	eyes := distance(a[0], a[1])
	if eyes == 0 {
		return 1
	}
	for i := range a {
		sum += distance(a[i], b[i]) / eyes / float64(len(a))
	}
	return sum
}
