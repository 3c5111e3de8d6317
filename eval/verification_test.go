package eval

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
	return Verification{Engine: e, Grant: g}
}

// TestPhotographs measures on some of the pairs in FACES, all of them in the
// long run. The bounds lie well under docs/accuracy.md.
func TestPhotographs(t *testing.T) {
	faces := testenv.Faces(t)
	v := measuring(t)
	v.Root, v.Cross, v.Quality = os.DirFS(faces), true, true
	v.Showing, v.Thresholds = 2, models.Default().Thresholds
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
	loose := r.Showings.Points[0]
	if r.Showings.Strangers == 0 || loose.ShowingFMR.Of < 1000 || loose.ShowingFMR.Rate > 0.01 || loose.ShowingFNMR.Count > loose.FirstFNMR.Count {
		t.Errorf("showings: %+v", r.Showings)
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

func TestRunStops(t *testing.T) {
	v := measuring(t)
	v.Root, v.Pairs = fstest.MapFS{}, []Pair{{"a/1.jpg", "a/2.jpg", true}}
	if _, err := v.Run(context.Background()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "a/") {
		t.Errorf("a missing photograph: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := v.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an interruption: %v", err)
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
