package face

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/spec/vectors"
)

// fakeLane answers as one of the models would for faces at known places.
type fakeLane struct {
	fake    *fakes
	role    models.Role
	input   []float32
	outputs [][]float32
}

func (l *fakeLane) Input() []float32       { return l.input }
func (l *fakeLane) Output(i int) []float32 { return l.outputs[i] }

func (l *fakeLane) Run() error {
	l.fake.mu.Lock()
	defer l.fake.mu.Unlock()
	l.fake.runs[l.role]++
	if l.fake.fails[l.role] {
		for i := range l.input {
			l.input[i] = 1 // a runtime that failed half-way left something behind
		}
		return errors.New("the runtime failed")
	}
	for i := range l.outputs {
		l.fake.answer(l, i)
	}
	return nil
}

func (l *fakeLane) Wipe() {
	clear(l.input)
	for _, out := range l.outputs {
		clear(out)
	}
}

// fakes stands in for every model of the default manifest.
type fakes struct {
	mu    sync.Mutex
	faces [][4]float32 // corners as fractions of the detector's view
	runs  map[models.Role]int
	fails map[models.Role]bool
	lanes []*fakeLane
	bona  float32 // the PAD model's logit for a living face
}

func (f *fakes) answer(l *fakeLane, output int) {
	out := l.outputs[output]
	clear(out)
	switch {
	case l.role == models.Detect && output == 0:
		for i := range f.faces {
			out[2*i+1] = 0.99
		}
	case l.role == models.Detect:
		for i, corners := range f.faces {
			copy(out[4*i:], corners[:])
		}
	case l.role == models.Landmark:
		for i := range 68 {
			out[2*i], out[2*i+1] = 0.5, 0.5
		}
		for i, p := range boxPoints() {
			for _, at := range [][]int{{37, 38, 40, 41}, {43, 44, 46, 47}, {30}, {48, 60}, {54, 64}}[i] {
				out[2*at], out[2*at+1] = float32(p.X), float32(p.Y)
			}
		}
	case l.role == models.Extract:
		for i := range out {
			out[i] = float32((i*7919)%31) - 15 + l.input[len(l.input)/2+i%50]
		}
	case l.role == models.PAD:
		out[0] = f.bona
	}
}

func (f *fakes) open(m models.Model) (Lane, error) {
	length := func(shape []int64) int {
		n := 1
		for _, d := range shape {
			n *= int(d)
		}
		return n
	}
	l := &fakeLane{fake: f, role: m.Role, input: make([]float32, length(m.Input.Shape()))}
	for _, out := range m.Outputs {
		l.outputs = append(l.outputs, make([]float32, length(out.Shape)))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lanes = append(f.lanes, l)
	return l, nil
}

// noon is when these tests happen.
func noon() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }

// newFake is an engine that sees faces at the given places of a 640x480
// picture.
func newFake(t testing.TB, faces ...[4]float32) (*Engine, *fakes, *picture.Picture) {
	t.Helper()
	f := &fakes{faces: faces, runs: map[models.Role]int{}, fails: map[models.Role]bool{}, bona: 9}
	e, err := New(Config{Manifest: models.Default(), Open: f.open, Projection: models.Projection, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	p := &picture.Picture{W: 640, H: 480, Pix: make([]byte, 3*640*480)}
	for i := range p.Pix {
		v := uint32(i+1) * 2654435761 // no line goes on through the rows
		p.Pix[i] = byte((v ^ v>>15) * 2246822519 >> 13)
	}
	return e, f, p
}

func middle() [4]float32 { return [4]float32{0.3, 0.2, 0.6, 0.8} }

func toMeasure(t testing.TB) consent.Grant {
	t.Helper()
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "drawn", Basis: "made by the test"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func toEnrol(t testing.TB) consent.Grant {
	t.Helper()
	r, err := consent.Attest(rand.Reader, consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: [32]byte{1},
		Given: noon(), Until: noon().AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.Grant(noon())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// toVerify is a grant from a real face pass, verified at the moment that the
// returned clock shows.
func toVerify(t testing.TB) (consent.Grant, pass.ID, func() time.Time) {
	t.Helper()
	site, err := vectors.TheSite()
	if err != nil {
		t.Fatal(err)
	}
	trust, err := site.Trust()
	if err != nil {
		t.Fatal(err)
	}
	all, err := vectors.Accepts()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		p, err := pass.Parse(v.Text)
		if err != nil || p.Claims().Kind() != pass.Face {
			continue
		}
		ok, err := p.Verify(trust, v.Zone, v.At)
		if err != nil {
			t.Fatal(err)
		}
		g, err := consent.ForPass(ok)
		if err != nil {
			t.Fatal(err)
		}
		return g, p.Claims().ID, func() time.Time { return v.At }
	}
	t.Fatal("no face pass among the vectors")
	panic("unreachable")
}
