package face

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Moment is what one frame says to a sequence of them: where 68 points are, how the
// head is turned, how open the eyes are, what the still's passive belief is, and how
// bright face and surroundings are. It has no features that faces could be compared
// by. It is as fit to describe a person as a drawing of their outline is: Wipe it.
type Moment struct {
	// At is when the frame was taken, since some beginning that all moments of a
	// sequence share.
	At time.Duration
	// Yaw and Pitch are how far the head is turned and nodded, in degrees, by the
	// pose model, 0 without one. Yaw is above 0 where the nose points to the left
	// of the picture, which is to the right of the person themselves.
	Yaw, Pitch float64
	// Left and Right are how open the eyes are, left being left in the picture: the
	// height between the lids over the width between the corners (Soukupová and
	// Čech 2016), about 0.3 for open ones.
	Left, Right float64
	// Bona is the still's passive belief that a living face is there, 0 to 1, and
	// 0.5 where the manifest has no model for it.
	Bona float64
	// Size is the height of the face's points as a fraction of the picture's.
	Size float64
	// Face and Around are mean colours, red, green and blue from 0 to 1, of the
	// middle of the face and of the picture outside of twice its box.
	Face, Around [3]float64

	points landmarks // about their middle, in units of their spread, upright
}

// Moment measures what a sequence is judged by. The time is the caller's: this
// package has no clock. It returns [ErrNoModel] where the manifest has no model that
// finds 68 points.
func (c *Capture) Moment(at time.Duration) (*Moment, error) {
	if err := c.mustHold(); err != nil {
		return nil, err
	}
	if c.engine.landmark == nil {
		return nil, ErrNoModel
	}
	m := &Moment{At: at, Bona: 0.5}
	var q Quality
	if err := c.turn(&q); err != nil {
		return nil, err
	}
	m.Yaw, m.Pitch = q.Yaw, q.Pitch
	attack, err := c.Attack()
	if err != nil && !errors.Is(err, ErrNoModel) {
		return nil, err
	}
	if err == nil {
		m.Bona = attack.Bona
	}
	m.Left, m.Right = openness(c.points[36:42]), openness(c.points[42:48])
	m.points = c.points
	m.Size = m.points.standardise(q.Roll) / float64(c.picture.H)
	m.Face, m.Around = c.colours()
	return m, nil
}

// Wipe forgets what the frame said.
func (m *Moment) Wipe() {
	if m != nil {
		*m = Moment{}
	}
}

// Format prints that there is a moment, and nothing of it.
func (m *Moment) Format(f fmt.State, _ rune) { io.WriteString(f, "a moment of a sequence") }

// openness is the height between the lids of an eye over the width between its
// corners. The six points go from one corner over the upper lid.
func openness(eye []Point) float64 {
	width := distance(eye[0], eye[3])
	if width == 0 {
		return 0
	}
	return (distance(eye[1], eye[5]) + distance(eye[2], eye[4])) / (2 * width)
}

// standardise moves the points' middle to 0, turns them upright by an angle in
// degrees, and divides by their root mean square distance from the middle. It returns
// how high they were, in the units they came in.
func (l *landmarks) standardise(roll float64) (height float64) {
	middle := mean(l[:]...)
	sin, cos := math.Sincos(-roll * math.Pi / 180)
	var squares float64
	top, low := math.Inf(1), math.Inf(-1)
	for i, p := range l {
		p = Point{p.X - middle.X, p.Y - middle.Y}
		l[i] = Point{cos*p.X - sin*p.Y, sin*p.X + cos*p.Y}
		squares += p.X*p.X + p.Y*p.Y
		top, low = min(top, l[i].Y), max(low, l[i].Y)
	}
	spread := math.Sqrt(squares / float64(len(l)))
	if spread == 0 {
		return 0
	}
	for i, p := range l {
		l[i] = Point{p.X / spread, p.Y / spread}
	}
	return low - top
}

// Steps of the grid that colours are sampled in, and how much of the box counts as
// the face and how much of the picture around it does not count as surroundings.
const (
	colourSteps = 32
	faceShare   = 0.5
	aroundShare = 2
)

// colours are the mean colours of the middle of the face and of what is around it.
// What is around is black where the face fills the picture.
func (c *Capture) colours() (face, around [3]float64) {
	whole := Box{0, 0, float64(c.picture.W), float64(c.picture.H)}
	face = c.meanColour(c.subject.Box.scaled(faceShare), Box{})
	around = c.meanColour(whole, c.subject.Box.scaled(aroundShare))
	return face, around
}

// meanColour samples a grid in one box, leaving another out.
func (c *Capture) meanColour(in, out Box) (sum [3]float64) {
	n := 0.0
	for j := range colourSteps {
		for i := range colourSteps {
			x := in.X0 + in.W()*(float64(i)+0.5)/colourSteps
			y := in.Y0 + in.H()*(float64(j)+0.5)/colourSteps
			if out.X0 < x && x < out.X1 && out.Y0 < y && y < out.Y1 {
				continue
			}
			r, g, b := bilinear(c.picture, x-0.5, y-0.5)
			sum[0], sum[1], sum[2] = sum[0]+float64(r), sum[1]+float64(g), sum[2]+float64(b)
			n += 255
		}
	}
	for i := range sum {
		sum[i] /= max(1, n)
	}
	return sum
}
