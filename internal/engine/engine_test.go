package engine

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

func open(t testing.TB) *face.Engine {
	t.Helper()
	e, _, err := New(home.Dir(testenv.Home(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func grant(t testing.TB) consent.Grant {
	t.Helper()
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "the photographs in FACES", Basis: "their terms allow measuring"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func photograph(t testing.TB, name string) *picture.Picture {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testenv.Faces(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func probe(t testing.TB, e *face.Engine, p *picture.Picture) *face.Probe {
	t.Helper()
	c, err := e.Capture(grant(t), p)
	if err != nil {
		t.Fatal(err)
	}
	probe, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

// people are some of the Face Research Lab London Set.
func people() []string { return []string{"001", "002", "005", "011", "021", "061", "101", "122"} }

// TestPhotographs: two photographs of a person score above every pair of
// photographs of two people, and above the strictest threshold.
func TestPhotographs(t *testing.T) {
	e := open(t)
	m, err := home.Dir(testenv.Home(t)).Manifest()
	if err != nil {
		t.Fatal(err)
	}
	strict, ok := m.Threshold("fmr-1e-4")
	if !ok {
		t.Fatal("no threshold fmr-1e-4")
	}
	var neutral, smiling []*face.Probe
	for _, who := range people() {
		neutral = append(neutral, probe(t, e, photograph(t, "frll/neutral/"+who+"_03.jpg")))
		smiling = append(smiling, probe(t, e, photograph(t, "frll/smiling/"+who+"_08.jpg")))
	}
	for i, a := range neutral {
		for j, b := range smiling {
			s, err := e.Measure(grant(t), a, b)
			if err != nil {
				t.Fatal(err)
			}
			if same := i == j; same != (s.Score >= strict.Score) {
				t.Errorf("%s and %s score %.3f", people()[i], people()[j], s.Score)
			}
			if d := s.Score - s.Plain; d > 0.03 || d < -0.03 {
				t.Errorf("encoding changed a score from %.3f to %.3f", s.Plain, s.Score)
			}
		}
	}
}

// TestObjects: things without a face are not captured.
func TestObjects(t *testing.T) {
	e := open(t)
	files, err := filepath.Glob(filepath.Join(testenv.Faces(t), "nonface", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no objects", err)
	}
	taken := 0
	for _, file := range files {
		_, err := e.Capture(grant(t), photograph(t, "nonface/"+filepath.Base(file)))
		if err == nil {
			taken++
			t.Logf("%s was taken for a face", filepath.Base(file))
		} else if !errors.Is(err, face.ErrNoFace) && !errors.Is(err, face.ErrSeveralFaces) {
			t.Error(err)
		}
	}
	if taken > 3 {
		t.Errorf("%d of %d objects were taken for a face", taken, len(files))
	}
}

func TestOneEngineManyGoroutines(t *testing.T) {
	e := open(t)
	p := photograph(t, "frll/neutral/001_03.jpg")
	want := probe(t, e, p)
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			for range testenv.Count(2, 50) {
				c, err := e.Capture(grant(t), p)
				if err != nil {
					t.Error(err)
					return
				}
				own, err := c.Probe()
				if err != nil {
					t.Error(err)
					return
				}
				if m, err := e.Measure(grant(t), own, own); err != nil || m.Plain < 0.9999 {
					t.Errorf("scores %+v, %v", m, err)
				}
			}
		})
	}
	wait.Wait()
	if m, err := e.Measure(grant(t), want, probe(t, e, p)); err != nil || m.Plain < 0.9999 {
		t.Errorf("scores %+v, %v", m, err)
	}
}

// TestNothingIsLoadedEarly: making an engine needs no model, and a missing one
// is named when it is needed.
func TestNothingIsLoadedEarly(t *testing.T) {
	e, _, err := New(home.Dir(t.TempDir()), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Capture(grant(t), &picture.Picture{W: 8, H: 8, Pix: make([]byte, 192)})
	if !errors.Is(err, face.ErrEngine) || !errors.Is(err, home.ErrNotInstalled) {
		t.Errorf("got %v", err)
	}
}
