package facetest

import (
	"image"
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
)

// lane stands in for one network.
type lane struct {
	fake    *Fake
	model   models.Model
	input   []float32
	outputs [][]float32
}

func (f *Fake) open(m models.Model) (face.Lane, error) {
	l := &lane{fake: f, model: m, input: make([]float32, size(m.Input.Shape()))}
	for _, out := range m.Outputs {
		l.outputs = append(l.outputs, make([]float32, size(out.Shape)))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lanes = append(f.lanes, l)
	return l, nil
}

func size(shape []int64) int {
	n := 1
	for _, d := range shape {
		n *= int(d)
	}
	return n
}

// Input is a method of [face.Lane].
func (l *lane) Input() []float32 { return l.input }

// Output is a method of [face.Lane].
func (l *lane) Output(i int) []float32 { return l.outputs[i] }

// Wipe is a method of [face.Lane].
func (l *lane) Wipe() {
	clear(l.input)
	for _, out := range l.outputs {
		clear(out)
	}
}

func (l *lane) dirty() bool {
	for _, values := range append([][]float32{l.input}, l.outputs...) {
		for _, v := range values {
			if v != 0 {
				return true
			}
		}
	}
	return false
}

// Run is a method of [face.Lane].
func (l *lane) Run() error {
	l.fake.mu.Lock()
	l.fake.runs[l.model.Role]++
	fails, suspected, turned, flat := l.fake.fails[l.model.Role], l.fake.suspected, l.fake.turned, l.fake.flat
	l.fake.mu.Unlock()
	if fails {
		return errFails
	}
	switch l.model.Role {
	case models.Detect:
		l.detect()
	case models.Landmark:
		l.landmark()
		if !flat {
			l.turn(turned)
		}
	case models.Extract:
		l.extract()
	case models.PAD:
		if l.outputs[0][0] = 9; suspected {
			l.outputs[0][0] = -9
		}
	case models.Pose:
		l.outputs[0][33+int(math.Round(turned/3))] = 40
		l.outputs[1][33] = 40 // neither up nor down
	}
	return nil
}

// level is the grey level of one value of the first plane.
func (l *lane) level(i int) float64 {
	return float64(l.input[i]*l.model.Input.Deviation[0] + l.model.Input.Mean[0])
}

// detect finds what is not the wall.
func (l *lane) detect() {
	w, h := l.model.Input.Width, l.model.Input.Height
	seen := make([]bool, w*h)
	found := 0
	for i := range seen {
		if seen[i] || l.level(i) < visible {
			continue
		}
		box := l.grow(i, seen)
		if box.Dx() < 4 || box.Dy() < 4 {
			continue
		}
		l.outputs[0][2*found+1] = 0.99
		copy(l.outputs[1][4*found:], []float32{
			float32(box.Min.X) / float32(w), float32(box.Min.Y) / float32(h),
			float32(box.Max.X) / float32(w), float32(box.Max.Y) / float32(h),
		})
		found++
	}
}

// grow returns the box of what is connected with a place.
func (l *lane) grow(from int, seen []bool) (box image.Rectangle) {
	w, h := l.model.Input.Width, l.model.Input.Height
	todo := []image.Point{{from % w, from / w}}
	seen[from] = true
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		box = box.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
		for _, d := range []image.Point{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			q := p.Add(d)
			if q.X < 0 || q.Y < 0 || q.X >= w || q.Y >= h || seen[q.Y*w+q.X] || l.level(q.Y*w+q.X) < visible {
				continue
			}
			seen[q.Y*w+q.X] = true
			todo = append(todo, q)
		}
	}
	return box
}

// landmark puts the points where an average face has them: the centres of the
// eyes by their lids, the tip of the nose and the corners of the mouth.
func (l *lane) landmark() {
	out := l.outputs[0]
	for i := range out {
		out[i] = 0.5
	}
	for _, at := range []struct {
		x, y   float32
		points []int
	}{
		{0.286, 0.404, []int{37, 38, 40, 41}},
		{0.718, 0.397, []int{43, 44, 46, 47}},
		{0.511, 0.583, []int{30}},
		{0.335, 0.750, []int{48, 60}},
		{0.697, 0.746, []int{54, 64}},
	} {
		for _, p := range at.points {
			out[2*p], out[2*p+1] = at.x, at.y
		}
	}
}

// turn moves what stands out of a face by as much as it does: brows and nose to the
// side of the turn, the jaw to the other.
func (l *lane) turn(degrees float64) {
	by := float32(math.Sin(degrees * math.Pi / 180))
	out := l.outputs[0]
	for i := range len(out) / 2 {
		switch {
		case i < 17:
			out[2*i] += 0.2 * by
		case i < 30, i > 30 && i < 36:
			out[2*i] -= 0.2 * by
		}
	}
}

// extract makes the vector of the person whose level is in the middle.
func (l *lane) extract() {
	w, h := l.model.Input.Width, l.model.Input.Height
	var sum, n float64
	for y := h / 3; y < 2*h/3; y++ {
		for x := w / 3; x < 2*w/3; x++ {
			sum, n = sum+l.level(y*w+x), n+1
		}
	}
	out := l.outputs[0]
	random := rand.New(rand.NewPCG(uint64(whose(sum/n)), uint64(len(out))))
	for i := range out {
		out[i] = float32(10 * random.NormFloat64() / math.Sqrt(float64(len(out))))
	}
}
