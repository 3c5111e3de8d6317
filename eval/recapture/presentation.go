package recapture

import (
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture"
)

// Presentation is a take under way: the scene, the light, the camera and what
// is held before it stay the same from frame to frame. One goroutine uses it.
type Presentation struct {
	take   Take
	camera camera
	light  light
	stand  stand
	paper  paper
	screen screen
	scene  *scene
	first  Act                         // what stays on paper, and on a frozen screen
	prints map[*picture.Picture]*plane // photographs in linear light, at the size they are needed in
	mattes map[*picture.Picture]matte
	inner  *Presentation    // what a replayed video is a video of
	still  *picture.Picture // its only frame, if it is frozen
}

// Start draws what stays the same. It returns [ErrTake].
func Start(t Take) (*Presentation, error) {
	t, err := t.valid()
	if err != nil {
		return nil, err
	}
	// Two sources: what people and attacks share must not depend on what else is drawn.
	shared := rand.New(rand.NewPCG(t.Seed, 1))
	own := rand.New(rand.NewPCG(t.Seed, 2))
	p := &Presentation{take: t, camera: drawCamera(shared), light: drawLight(shared), prints: map[*picture.Picture]*plane{}, mattes: map[*picture.Picture]matte{}}
	if eyes := eyesFar + (eyesNear-eyesFar)*shared.Float64(); t.Eyes == 0 {
		p.take.Eyes = eyes * float64(t.W) / frameW
	}
	p.stand = drawStand(shared, p.take)
	p.scene = drawScene(shared, t.W, t.H)
	switch t.Species {
	case Print, BentPrint, CutEyes:
		p.paper = drawPaper(own, t)
	case Screen, Replay, Frozen:
		p.screen = drawScreen(own, t)
	}
	if t.Species == Replay || t.Species == Frozen {
		p.inner, err = Start(Take{Species: BonaFide, W: t.W, H: t.H, Eyes: float64(t.W) / 7, Seed: t.Seed ^ 0x5eed})
	}
	return p, err
}

// Wipe forgets the photographs.
func (p *Presentation) Wipe() {
	for _, v := range p.prints {
		v.wipe()
	}
	p.inner.wipe()
	p.still.Wipe()
	*p = Presentation{}
}

func (p *Presentation) wipe() {
	if p != nil {
		p.Wipe()
	}
}

// Frame renders the i-th frame, 0 first. It returns [ErrTake] for a shot that is
// not there.
func (p *Presentation) Frame(i int, a Act) (*picture.Picture, error) {
	if !a.Shot.there() || p.take.Species == CutEyes && !a.Behind.there() {
		return nil, ErrTake
	}
	if p.first.Shot.Picture == nil {
		p.first = a
		p.scene.paint(a.Shot)
		p.stand.lower(a.Shot)
	}
	if a.Near == 0 {
		a.Near = 1
	}
	r := rand.New(rand.NewPCG(p.take.Seed, 100+uint64(i)))
	what, err := p.surface(i, a, r)
	if err != nil {
		return nil, err
	}
	return p.camera.expose(p.take.W, p.take.H, r, p.compose(what)), nil
}

// source is how much light of a colour, 0 red to 2 blue, reaches a place in the
// frame, and whether anything is there.
type source interface {
	at(x, y float64) (light [3]float32, covers bool)
}

// surface is what is before the camera in a frame.
func (p *Presentation) surface(i int, a Act, r *rand.Rand) (source, error) {
	pose := p.stand.sway(i, a.Near)
	switch p.take.Species {
	case BonaFide:
		return p.person(a.Shot, pose), nil
	case Print, BentPrint:
		return p.sheet(pose, a.Turn, nil), nil
	case CutEyes:
		return p.sheet(pose, a.Turn, p.eyeholes(a.Behind, r)), nil
	case Screen:
		return p.panel(pose, a.Turn, p.affixed(p.print(p.first.Shot, p.screen.eyesPixels), p.first.Shot, p.screen.eyes), i), nil
	}
	shown, err := p.video(i, a)
	if err != nil {
		return nil, err
	}
	defer shown.Picture.Wipe()
	lit := planeOf(shown.Picture)
	p.keep(lit)
	return p.panel(pose, a.Turn, p.affixed(lit, shown, p.screen.eyes), i), nil
}

// video is the frame that a replayed video shows, a little the worse for having
// been stored.
func (p *Presentation) video(i int, a Act) (Shot, error) {
	if p.take.Species == Frozen {
		i, a = 0, p.first
	}
	a.Near = 1 // it was recorded before anybody asked to come nearer
	frame, err := p.inner.Frame(i, a)
	if err != nil {
		return Shot{}, err
	}
	x, y, half := p.inner.stand.x, p.inner.stand.y, p.inner.take.Eyes/2
	return Shot{Picture: stored(frame, p.screen.video), Left: Point{x - half, y}, Right: Point{x + half, y}}, nil
}

// keep has a plane wiped with the presentation; one of the frame before goes.
func (p *Presentation) keep(v *plane) {
	if old := p.prints[nil]; old != nil {
		old.wipe()
	}
	p.prints[nil] = v
}

// print is a photograph in linear light, with the eyes at most so many pixels apart.
func (p *Presentation) print(s Shot, eyes float64) *plane {
	if p.prints[s.Picture] == nil {
		p.prints[s.Picture] = reduced(s, eyes)
	}
	return p.prints[s.Picture]
}

// compose is all light that reaches a place in the frame.
func (p *Presentation) compose(front source) func(x, y float64) [3]float32 {
	return func(x, y float64) [3]float32 {
		if lit, covers := front.at(x, y); covers {
			return lit
		}
		return p.scene.at(x, y)
	}
}

// stand is where the face is in the frame, and how it sways.
type stand struct {
	take         Take
	x, y         float64
	sway1, sway2 float64 // phases
	steady       float64 // how far it sways, of the eyes' distance
	roll, slow   float64
}

func drawStand(r *rand.Rand, t Take) stand {
	w, h := float64(t.W), float64(t.H)
	return stand{
		take: t, x: w * (0.5 + 0.04*r.NormFloat64()), y: h * (0.42 + 0.03*r.NormFloat64()),
		sway1: 7 * r.Float64(), sway2: 7 * r.Float64(), steady: 0.04 + 0.1*r.Float64(), roll: 2 * r.NormFloat64(), slow: 0.5 + r.Float64(),
	}
}

// lower has the photograph reach the frame's lower edge, so that nobody ends in
// the middle of the chest; but not so low that no room is left.
func (s *stand) lower(shot Shot) {
	below := float64(shot.Picture.H) - (shot.Left.Y+shot.Right.Y)/2
	h := float64(s.take.H)
	s.y = max(s.y, min(0.64*h, h-below*s.take.Eyes/shot.eyes()))
}

// pose is where and how the face is in one frame: the middle between the eyes
// in pixels, their distance, and angles in degrees.
type pose struct {
	x, y, eyes       float64
	roll, yaw, pitch float64
}

// sway moves the face as somebody sways who stands, or a hand that holds.
func (s stand) sway(i int, near float64) pose {
	t := float64(i) * s.slow
	d := s.steady * s.take.Eyes
	return pose{
		x: s.x + d*(math.Sin(0.9*t+s.sway1)+0.3*math.Sin(3.1*t+s.sway2)), y: s.y + 0.6*d*math.Sin(0.7*t+s.sway2),
		eyes: s.take.Eyes * near * (1 + 0.1*s.steady*math.Sin(0.5*t+s.sway1)),
		roll: s.roll + 14*s.steady*math.Sin(0.6*t+s.sway2), yaw: 25 * s.steady * math.Sin(0.8*t+s.sway2), pitch: 20 * s.steady * math.Sin(0.65*t+s.sway1),
	}
}
