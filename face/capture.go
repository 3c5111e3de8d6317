package face

import (
	"math"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/picture"
)

// Capture is one picture with its subject found and landmarked. It borrows the
// picture: wipe the capture before the picture is wiped or used otherwise.
// One goroutine uses it at a time.
type Capture struct {
	engine  *Engine
	grant   consent.Grant
	picture *picture.Picture
	subject Found
	others  int
	five    [5]Point  // what faces are aligned by
	points  landmarks // of the landmark model; zero without one
	spread  float64   // how far two looks for the points disagree, in eye distances
	// strength is the length of the first extract model's vector, 0 before Probe.
	strength float64
}

// rival is the size of another face, as a share of the subject's, from which
// on it is not clear whose face is meant.
const rival = 0.6

// Capture finds the subject of a picture: the largest face, with nobody else
// about as close. It returns [ErrNoFace] and [ErrSeveralFaces].
func (e *Engine) Capture(g consent.Grant, p *picture.Picture) (*Capture, error) {
	return e.captureLargest(g, p, rival)
}

// captureLargest takes the largest face, unless another is as large as a share of it
// or larger.
func (e *Engine) captureLargest(g consent.Grant, p *picture.Picture, rival float64) (*Capture, error) {
	found, err := e.Detect(g, p)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNoFace
	}
	if len(found) > 1 && math.Sqrt(found[1].Box.area()/found[0].Box.area()) >= rival {
		return nil, ErrSeveralFaces
	}
	return e.capture(g, p, found, 0)
}

// CaptureCentral is Capture for measuring on photographs of one person among
// others: it takes the large face nearest the middle, and never refuses for
// others' sake. It needs a grant to measure.
func (e *Engine) CaptureCentral(g consent.Grant, p *picture.Picture) (*Capture, error) {
	if err := g.Check(consent.Measure, e.now()); err != nil {
		return nil, err
	}
	found, err := e.Detect(g, p)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNoFace
	}
	best, bestWorth := 0, math.Inf(-1)
	w, h := float64(p.W), float64(p.H)
	for i, f := range found {
		c := f.Box.centre()
		worth := math.Sqrt(f.Box.area()/(w*h)) - math.Hypot(c.X/w-0.5, c.Y/h-0.5)
		if worth > bestWorth {
			best, bestWorth = i, worth
		}
	}
	return e.capture(g, p, found, best)
}

func (e *Engine) capture(g consent.Grant, p *picture.Picture, found []Found, subject int) (*Capture, error) {
	c := &Capture{engine: e, grant: g, picture: p, subject: found[subject], others: len(found) - 1}
	if e.landmark == nil {
		c.five = c.subject.five
		return c, nil
	}
	var err error
	c.points, c.spread, err = e.landmarks(p, c.subject.Box)
	if err != nil {
		return nil, err
	}
	c.five = c.points.five()
	return c, nil
}

// Subject is where the face is, in pixels of the picture.
func (c *Capture) Subject() Found { return c.subject }

// Others is how many more faces are in the picture. They were counted only.
func (c *Capture) Others() int { return c.others }

// Wipe forgets where the face was. The picture is its owner's to wipe.
func (c *Capture) Wipe() {
	if c != nil {
		*c = Capture{}
	}
}

// mustHold returns an error when the capture was wiped or its grant has ended.
func (c *Capture) mustHold() error {
	if c.engine == nil {
		return consent.ErrNoGrant
	}
	return c.grant.CheckAny(c.engine.now())
}

// The places of the five points in a crop of 112x112 pixels that ArcFace and
// its relatives are trained with (Deng et al. 2019, arXiv:1801.07698).
func cropPoints() [5]Point {
	return [5]Point{{38.2946, 51.6963}, {73.5318, 51.5014}, {56.0252, 71.7366}, {41.5493, 92.3655}, {70.7299, 92.2041}}
}

// aligned maps an input of the layout's size onto the subject.
func (c *Capture) aligned(l layout) affine {
	to := cropPoints()
	for i := range to {
		to[i] = Point{(to[i].X - l.left) * float64(l.w) / l.side, (to[i].Y - l.top) * float64(l.h) / l.side}
	}
	return similarity(to, c.five)
}
