package face

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/picture"
)

// withYuNet is the default set with YuNet as its detector and no landmark model.
func withYuNet(t testing.TB) models.Manifest {
	t.Helper()
	m := models.Default()
	d := m.Models[0]
	d.Kind, d.ID, d.Least = models.YuNet, "yunet", 0.6
	d.Input.Width, d.Input.Height = 320, 320
	d.Outputs = nil
	for _, name := range []string{"cls", "obj", "bbox", "kps"} {
		for _, s := range strides() {
			each := map[string]int64{"cls": 1, "obj": 1, "bbox": 4, "kps": 10}[name]
			cells := int64(320 / s * 320 / s)
			d.Outputs = append(d.Outputs, models.Output{Name: name, Shape: []int64{1, cells, each}, Meaning: "as published"})
		}
	}
	m.Models[0] = d
	m.Models = append(m.Models[:1:1], m.Models[2:]...)
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	return m
}

// yunetFace writes a face into a YuNet's outputs: at the cell of the grid of a stride
// that its centre lies in, in pixels of the input.
func yunetFace(lane Lane, stride, side int, box Box, five [5]Point, cls, obj float32) {
	s, columns := float64(strides()[stride]), side/strides()[stride]
	c := box.centre()
	column, row := int(c.X/s), int(c.Y/s)
	cell := row*columns + column
	lane.Output(stride)[cell], lane.Output(3 + stride)[cell] = cls, obj
	copy(lane.Output(6 + stride)[4*cell:], []float32{
		float32(c.X/s) - float32(column), float32(c.Y/s) - float32(row),
		float32(math.Log(box.W() / s)), float32(math.Log(box.H() / s)),
	})
	for i, p := range five {
		lane.Output(9 + stride)[10*cell+2*i] = float32(p.X/s) - float32(column)
		lane.Output(9 + stride)[10*cell+2*i+1] = float32(p.Y/s) - float32(row)
	}
}

// yunetFakes answers as YuNet would for one face in the middle of a 640x480 picture.
type yunetFakes struct{ *fakes }

func (f yunetFakes) open(m models.Model) (Lane, error) {
	lane, err := f.fakes.open(m)
	if m.Role != models.Detect {
		return lane, err
	}
	return yunetLane{lane.(*fakeLane)}, err
}

type yunetLane struct{ *fakeLane }

func (l yunetLane) Run() error {
	for i := range l.outputs {
		clear(l.outputs[i])
	}
	// The view is 640x640 with bars of 80 above and below, at half the size.
	box := Box{120, 110, 200, 210}
	yunetFace(l, 1, 320, box, yunetPoints(box), 0.9, 0.9)
	yunetFace(l, 2, 320, box, yunetPoints(box), 0.8, 0.7) // overlaps
	yunetFace(l, 0, 320, Box{20, 60, 40, 80}, [5]Point{}, 1.5, 0.5)
	yunetFace(l, 0, 320, Box{60, 60, 80, 80}, [5]Point{}, 0.5, 0.5) // too unsure
	return nil
}

func yunetPoints(b Box) (five [5]Point) {
	for i, p := range boxPoints() {
		five[i] = Point{b.X0 + p.X*b.W(), b.Y0 + p.Y*b.H()}
	}
	return five
}

func newYuNet(t testing.TB) (*Engine, *picture.Picture) {
	t.Helper()
	_, f, p := newFake(t)
	e, err := New(Config{Manifest: withYuNet(t), Open: yunetFakes{f}.open, Projection: models.Projection, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	return e, p
}

// TestYuNet: boxes, points and scores come out in pixels of the picture, overlapping
// and unsure ones left out.
func TestYuNet(t *testing.T) {
	e, p := newYuNet(t)
	found, err := e.Detect(toMeasure(t), p)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d faces, %v", len(found), err)
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.01 }
	want := Box{240, 140, 400, 340}
	if got := found[0].Box; !near(got.X0, want.X0) || !near(got.Y0, want.Y0) || !near(got.X1, want.X1) || !near(got.Y1, want.Y1) {
		t.Errorf("the box is %v, want %v", got, want)
	}
	for i, want := range yunetPoints(want) {
		if distance(found[0].five[i], want) > 0.01 {
			t.Errorf("point %d is %v, want %v", i, found[0].five[i], want)
		}
	}
	if !near(found[0].Score, 0.9) || !near(found[1].Score, math.Sqrt(0.5)) {
		t.Errorf("scores %v and %v", found[0].Score, found[1].Score)
	}
}

// TestWithoutLandmarks: a set whose detector gives five points aligns by them, and says
// what it cannot measure.
func TestWithoutLandmarks(t *testing.T) {
	e, p := newYuNet(t)
	c, err := e.Capture(toMeasure(t), p)
	if err != nil {
		t.Fatal(err)
	}
	want := similarity(cropPoints(), yunetPoints(Box{240, 140, 400, 340}))
	if got := c.aligned(e.extract[0].layout); math.Abs(got.a-want.a) > 1e-4 || math.Abs(got.c-want.c) > 1e-2 {
		t.Errorf("aligned by %v, want %v", got, want)
	}
	q, err := c.Quality()
	if err != nil || q.Lacks != (Lacks{Spread: true}) || q.Spread != 0 || q.EyeDistance == 0 || q.Strength == 0 {
		t.Errorf("%+v, %v", q, err)
	}
	if _, err := c.Moment(0); !errors.Is(err, ErrNoModel) {
		t.Errorf("a moment without landmarks: %v", err)
	}
	if probe, err := c.Probe(); err != nil {
		t.Error(err)
	} else {
		probe.Wipe()
	}
}

// TestYuNetOnNoise: whatever the outputs hold, no place or score comes out that is no
// number, and no panic.
func TestYuNetOnNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	l := &fakeLane{}
	for _, o := range withYuNet(t).Models[0].Outputs {
		l.outputs = append(l.outputs, make([]float32, o.Shape[1]*o.Shape[2]))
	}
	for range 40 {
		for _, out := range l.outputs {
			for i := range out {
				out[i] = float32(random.NormFloat64() * math.Pow(10, random.Float64()*6))
				if random.IntN(20) == 0 {
					out[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}[random.IntN(3)]
				}
			}
		}
		for _, f := range yunet(l, layout{w: 320, h: 320}, Box{0, -80, 640, 560}, 0.5) {
			ok := sane(f.Box) && f.Score >= 0.5 && f.Score <= 1
			for _, p := range f.five {
				ok = ok && finite(p)
			}
			if !ok {
				t.Fatalf("%+v", f)
			}
		}
	}
}

// TestSquare: a part of the aligned face is sampled where the whole one has it.
func TestSquare(t *testing.T) {
	c := &Capture{five: [5]Point{{100, 100}, {170, 100}, {135, 140}, {110, 180}, {160, 180}}}
	whole := c.aligned(layout{w: 112, h: 112, side: 112})
	part := c.aligned(layout{w: 150, h: 150, left: 12, top: 26, side: 88})
	for _, p := range []Point{{0, 0}, {75, 150}, {150, 75}} {
		want := whole.at(Point{12 + p.X*88/150, 26 + p.Y*88/150})
		if got := part.at(p); distance(got, want) > 1e-9 {
			t.Errorf("%v is at %v, want %v", p, got, want)
		}
	}
}

// TestStrengthUnknown: where a manifest does not say which length is too short, there
// is no problem from it.
func TestStrengthUnknown(t *testing.T) {
	q := fine()
	q.Strength, q.EyeShade, q.Lacks.Strength = 0, 0.45, true
	if got := q.Problems(); got != nil {
		t.Errorf("%v", got)
	}
}

// TestLacking: the default set lacks nothing, and each model that is left out is told.
func TestLacking(t *testing.T) {
	m := models.Default()
	if l := Lacking(m); l != (Lacks{}) || l.Say() != nil {
		t.Errorf("the default set lacks %+v", l)
	}
	m = withYuNet(t)
	m.Models = slices.DeleteFunc(m.Models, func(m models.Model) bool { return m.Role == models.Pose || m.ID == "fr-feature-1" })
	if l := Lacking(m); l != (Lacks{true, true, true}) || len(l.Say()) != 3 {
		t.Errorf("%+v: %q", l, l.Say())
	}
}

func TestYuNetFits(t *testing.T) {
	m := withYuNet(t)
	m.Models[0].Outputs[9].Shape[1]--
	_, err := New(Config{Manifest: m, Open: (&fakes{}).open, Projection: models.Projection, Now: noon})
	if !errors.Is(err, models.ErrInvalid) {
		t.Errorf("a YuNet with too few points: %v", err)
	}
}
