package eval

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

func measuring(t testing.TB) Verification {
	t.Helper()
	e, _, err := engine.New(home.Dir(testenv.Home(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "FACES", Basis: "their terms allow measuring"})
	if err != nil {
		t.Fatal(err)
	}
	return Verification{Setup: Setup{Engine: e, Grant: g}}
}

// TestPhotographs measures on some of the pairs in FACES, all of them in the
// long run. The bounds lie well under docs/accuracy.md.
func TestPhotographs(t *testing.T) {
	faces := testenv.Faces(t)
	v := measuring(t)
	v.Root, v.Cross, v.Quality = os.DirFS(faces), true, true
	v.Showing, v.Averaged, v.Thresholds = 2, 2, models.Default().Thresholds
	last := 0
	v.Progress = func(done, of int) {
		if done != last+1 || of < done {
			t.Errorf("%d of %d after %d", done, of, last)
		}
		last = done
	}
	file, err := os.Open(filepath.Join(faces, "pairs", "lfw-view1-devtest.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := ReadPairs(file)
	if err != nil {
		t.Fatal(err)
	}
	step := testenv.Count(8, 1)
	for i := 0; i < len(all); i += step {
		v.Pairs = append(v.Pairs, all[i])
	}
	r, err := v.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.FailuresToAcquire != 0 || r.Accuracy < 0.97 || r.Images != last || r.Pairs != len(v.Pairs) {
		t.Errorf("%+v", r)
	}
	if r.Cross.Pairs < 1000 || r.Cross.OperatingPoints[0].FNMR > 0.1 {
		t.Errorf("across: %+v", r.Cross)
	}
	if p := r.CrossByPerson[0]; p.FNMR.Comparisons != r.Genuine || p.FMR.Comparisons != r.Cross.Impostor || p.FMR.High <= p.FMR.Rate {
		t.Errorf("across, by person: %+v", p)
	}
	loose := r.Showings.Points[0]
	if r.Showings.Strangers == 0 || loose.ShowingFMR.Of < 1000 || loose.ShowingFMR.Rate > 0.01 || loose.ShowingFNMR.Count > loose.FirstFNMR.Count {
		t.Errorf("showings: %+v", r.Showings)
	}
	if a := r.Averaged; a.People == 0 || len(a.Means) != 2 || a.Means[0].Genuine != a.Means[1].Genuine || a.Means[0].Impostor != a.Means[1].Impostor || a.Means[1].Genuine == 0 {
		t.Errorf("averaged: %+v", a)
	}
	if r.Quality.Matches+r.Quality.Misses != r.Genuine || len(r.Quality.Problems) == 0 {
		t.Errorf("quality: %+v", r.Quality)
	}
}

// TestFailureToAcquire: pictures without a face and files that are no picture
// count, and do not end the measurement.
func TestFailureToAcquire(t *testing.T) {
	var empty bytes.Buffer
	if err := jpeg.Encode(&empty, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	v := measuring(t)
	v.Root = fstest.MapFS{"a/wall.jpg": {Data: empty.Bytes()}, "b/text.jpg": {Data: []byte("no picture")}}
	v.Pairs = []Pair{{"a/wall.jpg", "b/text.jpg", true}}
	r, err := v.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.Images != 2 || r.FailuresToAcquire != 2 || r.OperatingPoints[0].FNMR != 1 {
		t.Errorf("%+v", r)
	}
}

// TestRunStops: an interruption ends a run; a missing photograph is listed.
func TestRunStops(t *testing.T) {
	v := measuring(t)
	v.Root, v.Pairs = fstest.MapFS{"a/2.jpg": {Data: []byte("no picture")}}, []Pair{{"a/1.jpg", "a/2.jpg", true}, {"a/2.jpg", "a/3.jpg", true}}
	r, err := v.Run(context.Background())
	if err != nil || r.Pairs != 0 || r.PairsLeftOut != 2 || r.FailuresToAcquire != 1 || len(r.Bad) != 3 || r.Bad[0] != (Bad{"a/1.jpg", "missing"}) {
		t.Errorf("%+v, %v", r, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, cross := range []bool{false, true} {
		w := v
		w.Root, w.Cross = fstest.MapFS{}, cross
		if _, err := w.Run(context.Background()); !errors.Is(err, ErrAbsent) {
			t.Errorf("no photograph at all: %v", err)
		}
		v.Cross = cross
		if _, err := v.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("an interruption: %v", err)
		}
	}
}

// TestBadPairs: what stands there twice, contradicts itself or compares a
// photograph with itself is listed and not counted.
func TestBadPairs(t *testing.T) {
	v := Verification{Pairs: []Pair{
		{"a/1", "a/2", true}, {"a/2", "a/1", true}, {"b/1", "a/1", false}, {"a/1", "b/1", true}, {"b/1", "b/1", true}, {"a/1", "c/1", false}, {"b/1", "c/1", true},
	}}
	names, pairs, bad := v.clean()
	if len(names) != 4 || len(pairs) != 3 || len(bad) != 3 {
		t.Errorf("%v, %v, %v", names, pairs, bad)
	}
	if of := v.owners(names, pairs); of[0] != of[1] || of[2] != of[3] || of[0] == of[2] {
		t.Errorf("owners %v of %v", of, names)
	}
	v.Person = filepath.Dir
	if _, pairs, bad := v.clean(); len(pairs) != 2 || len(bad) != 4 {
		t.Errorf("%v, %v", pairs, bad)
	}
	v.Person, v.Pairs = nil, v.Pairs[:1]
	if of := v.owners([]string{"a/1", "a/2"}, []labelled{{0, 1, true}}); of[0] != of[1] {
		t.Errorf("%v", of)
	}
}

// TestCrossValidation: each fold is judged at the threshold of the others.
func TestCrossValidation(t *testing.T) {
	genuine, impostor := []float64{0.9, 0.8, 0.7, 0.2}, []float64{0.1, 0.3, 0.1, 0.1}
	c := crossValidate(genuine, impostor, 2)
	if c == nil || len(c.Folds) != 2 {
		t.Fatalf("%+v", c)
	}
	// The first fold's others are 0.7, 0.2 against 0.1, 0.1: between 0.1 and 0.2.
	if f := c.Folds[0]; !about(f.Threshold, 0.15, 1e-9) || f.Accuracy != 0.75 {
		t.Errorf("%+v", f)
	}
	// The second's are 0.9, 0.8 against 0.1, 0.3: between 0.3 and 0.8.
	if f := c.Folds[1]; !about(f.Threshold, 0.55, 1e-9) || f.Accuracy != 0.75 {
		t.Errorf("%+v", f)
	}
	if c.Mean != 0.75 || c.StandardError != 0 || crossValidate(genuine, nil, 2) != nil {
		t.Errorf("%+v", c)
	}
}

// TestPromise2MeasuringNeedsADeclaration: without one, nothing is measured.
func TestPromise2MeasuringNeedsADeclaration(t *testing.T) {
	v := measuring(t)
	var wall bytes.Buffer
	if err := jpeg.Encode(&wall, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	v.Grant = consent.Grant{}
	v.Root, v.Pairs = fstest.MapFS{"a": {Data: wall.Bytes()}, "b": {Data: wall.Bytes()}}, []Pair{{"a", "b", true}}
	if _, err := v.Run(context.Background()); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("got %v", err)
	}
}
