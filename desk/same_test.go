package desk_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/eval/recapture"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/picture"
)

// likeness compares pictures, and tells what a desk would say.
type likeness struct {
	e       *face.Engine
	g       consent.Grant
	matches float64 // the threshold of a desk
	same    models.Likeness
	scores  map[string][]float64
	held    map[string]*[4]int // checks; taken for a picture of the portrait; for the person; for neither
}

func (l *likeness) probe(t *testing.T, p *picture.Picture) *face.Probe {
	t.Helper()
	defer p.Wipe()
	c, err := l.e.Capture(l.g, p)
	if err != nil {
		return nil
	}
	defer c.Wipe()
	probe, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	return probe
}

// frames are what up to three frames of a check give against a portrait.
func (l *likeness) frames(t *testing.T, what string, portrait *face.Probe, frames ...*picture.Picture) {
	t.Helper()
	if l.held[what] == nil {
		l.held[what] = &[4]int{}
	}
	n := l.held[what]
	n[0]++
	matched := false
	for _, p := range frames {
		probe := l.probe(t, p)
		if probe == nil || portrait == nil {
			continue
		}
		s, err := l.e.Resemble(l.g, probe, portrait)
		if err != nil {
			t.Fatal(err)
		}
		l.scores[what] = append(l.scores[what], s)
		if s >= l.same.Score {
			n[1]++
			return
		}
		if matched = matched || s >= l.matches; matched && s < l.same.Doubt {
			break
		}
	}
	if matched {
		n[2]++
	} else {
		n[3]++
	}
}

func (l *likeness) report(t *testing.T) {
	names := []string{}
	for n := range l.scores {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, name := range names {
		s, n := l.scores[name], l.held[name]
		slices.Sort(s)
		q := func(p float64) float64 { return s[int(p*float64(len(s)-1))] }
		t.Logf("%-28s of %d checks %d taken for a picture of the portrait, %d for the person, %d for neither; %d scores from %.3f to %.3f, a twentieth at most %.3f, half %.3f, at least a twentieth %.3f",
			name, n[0], n[1], n[2], n[3], len(s), q(0), q(1), q(.05), q(.5), q(.95))
	}
}

// TestSamePicture measures how alike two photographs of one person are, and two
// pictures of one photograph: the bound between them is [models.Manifest.SamePicture].
// What is held up is rendered.
func TestSamePicture(t *testing.T) {
	e, threshold := newEngine(t)
	l := &likeness{e, grant(t), threshold, *models.Default().SamePicture, map[string][]float64{}, map[string]*[4]int{}}
	r := rand.New(rand.NewPCG(1, 2))
	_, all := documents(t)
	for i := 0; i < len(all); i += testenv.Count(len(all)/2, 1) {
		l.document(t, all[i], uint64(i), r)
	}
	l.report(t)
	if n := l.held["holder"]; 20*n[1] > n[0] {
		t.Errorf("%d of %d holders were taken for a picture of their portrait", n[1], n[0])
	}
	if n := l.held["page photographed again"]; 2*n[1] < n[0] {
		t.Errorf("%d of %d pages photographed again were taken for a picture of the portrait", n[1], n[0])
	}
	if testenv.Count(0, 1) > 0 {
		clear(l.scores)
		l.pairs(t, "lfw-view1-devtrain")
		l.pairs(t, "lfw-view1-devtest")
		l.sequences(t)
		l.report(t)
		for _, list := range []string{"lfw-view1-devtrain", "lfw-view1-devtest"} {
			if n := l.held[list]; n[1] > 0 {
				t.Errorf("%s: %d of %d were taken for a picture of the other photograph", list, n[1], n[0])
			}
		}
	}
}

// document compares the portrait in a document with what may be before the camera.
func (l *likeness) document(t *testing.T, d madeUp, seed uint64, r *rand.Rand) {
	l.g = grant(t)
	page := open(t, d.document)
	defer page.Wipe()
	c, err := l.e.CapturePortrait(l.g, page)
	if err != nil {
		return
	}
	box := c.Subject().Box
	c.Wipe()
	portrait := l.probe(t, open(t, d.document))
	defer portrait.Wipe()
	l.frames(t, "holder", portrait, open(t, d.live))
	live := open(t, d.live)
	defer live.Wipe()
	lc, err := l.e.Capture(l.g, live)
	if err != nil {
		t.Fatal(err)
	}
	liveBox := lc.Subject().Box
	lc.Wipe()
	l.frames(t, "holder, rendered", portrait, rendered(t, recapture.BonaFide, live, liveBox, seed)...)
	l.frames(t, "page as a print", portrait, rendered(t, recapture.Print, page, box, seed)...)
	l.frames(t, "page on a screen", portrait, rendered(t, recapture.Screen, page, box, seed)...)
	var again []*picture.Picture
	for range 3 {
		again = append(again, drawRephoto(r).take(t, page, r))
	}
	l.frames(t, "page photographed again", portrait, again...)
}

// rendered are three frames of something shown, the eyes about where a face's box says.
func rendered(t *testing.T, species string, p *picture.Picture, b face.Box, seed uint64) (all []*picture.Picture) {
	t.Helper()
	eye := func(at float64) recapture.Point { return recapture.Point{X: b.X0 + at*b.W(), Y: b.Y0 + 0.4*b.H()} }
	shown, err := recapture.Start(recapture.Take{Species: species, Quality: recapture.Quality(seed % 3), Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	defer shown.Wipe()
	for i := range 3 {
		f, err := shown.Frame(10*i, recapture.Act{Shot: recapture.Shot{Picture: p, Left: eye(0.3), Right: eye(0.7)}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// pairs compares pairs of photographs of one person, mostly from different days.
func (l *likeness) pairs(t *testing.T, name string) {
	f, err := os.Open(filepath.Join(testenv.Faces(t), "pairs", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		if len(w) != 3 || w[2] != "1" {
			continue
		}
		if n++; n%3 == 0 { // a third of them is many enough
			l.g = grant(t)
			l.frames(t, name, l.probe(t, open(t, filepath.Join(testenv.Faces(t), w[0]))), open(t, filepath.Join(testenv.Faces(t), w[1])))
		}
	}
}

// sequences compares photographs of one person that were taken one after the other.
func (l *likeness) sequences(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(testenv.Faces(t), "sequences", "*", "*", "*", "front.jpg"))
	for i, a := range files {
		for _, b := range files[:i] {
			if filepath.Dir(filepath.Dir(a)) == filepath.Dir(filepath.Dir(b)) {
				l.g = grant(t)
				l.frames(t, "minutes apart", l.probe(t, open(t, b)), open(t, a))
			}
		}
	}
}
