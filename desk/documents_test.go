package desk_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// madeUp is a made-up document with a real portrait, as a camera sees it, and
// another photograph of the person in it.
type madeUp struct {
	name, template string
	document, live string
	box            face.Box // of the photograph in the document
}

func documents(t *testing.T) (dir string, all []madeUp) {
	t.Helper()
	dir = filepath.Join(testenv.Faces(t), "..", "documents", "synthetic")
	f, err := os.Open(filepath.Join(dir, "index.csv"))
	if err != nil {
		testenv.Missing(t, "no documents beside the photographs")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		var box [4]float64
		for i := range box {
			if box[i], err = strconv.ParseFloat(r[5+i], 64); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, madeUp{
			r[0], r[1], filepath.Join(dir, r[3]), filepath.Join(dir, r[4]), face.Box{X0: box[0], Y0: box[1], X1: box[0] + box[2], Y1: box[1] + box[3]},
		})
	}
	return dir, all
}

func open(t *testing.T, path string) *picture.Picture {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newEngine(t *testing.T) (e *face.Engine, threshold float64) {
	t.Helper()
	e, manifest, err := engine.New(home.Dir(testenv.Home(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	stated, ok := manifest.Threshold("fmr-1e-4")
	if !ok {
		t.Fatal("no threshold for the desk")
	}
	return e, stated.Score
}

func grant(t *testing.T) consent.Grant {
	t.Helper()
	g, err := consent.ForDesk(consent.Choice{Agreed: true, Notice: [32]byte{1}, At: time.Now()}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// counted is how checks of documents ended.
type counted struct{ found, same, stranger, checks int }

// TestDocuments: in made-up documents the right portrait is found, the person in it
// is told from a stranger, and the ghost portrait, which one template has of somebody
// else on purpose, is not taken for it.
func TestDocuments(t *testing.T) {
	e, threshold := newEngine(t)
	_, all := documents(t)
	step := testenv.Count(6, 1)
	by := make(map[string]*counted)
	for i := 0; i < len(all); i += step {
		d := all[i]
		c := by[d.template]
		if c == nil {
			c = &counted{}
			by[d.template] = c
		}
		c.check(t, e, threshold, d, all[(i+1)%len(all)])
	}
	var sum counted
	for template, c := range by {
		t.Logf("%s: %d documents, right portrait %d, holder found the same person %d, a stranger %d", template, c.checks, c.found, c.same, c.stranger)
		sum.found, sum.same, sum.stranger, sum.checks = sum.found+c.found, sum.same+c.same, sum.stranger+c.stranger, sum.checks+c.checks
	}
	if 100*sum.found < 98*sum.checks {
		t.Errorf("the right portrait was found in %d of %d documents", sum.found, sum.checks)
	}
	if sum.stranger > 0 || 100*sum.same < 90*sum.checks {
		t.Errorf("of %d, %d holders and %d strangers were found to be the same person", sum.checks, sum.same, sum.stranger)
	}
}

func (c *counted) check(t *testing.T, e *face.Engine, threshold float64, d, other madeUp) {
	t.Helper()
	g := grant(t)
	page := open(t, d.document)
	defer page.Wipe()
	c.checks++
	capture, err := e.CapturePortrait(g, page)
	if err != nil {
		t.Logf("%s (%s): %v", d.name, d.template, err)
		return
	}
	if at := capture.Subject().Box; at.X0 >= d.box.X0-20 && at.X1 <= d.box.X1+20 && at.Y0 >= d.box.Y0-20 && at.Y1 <= d.box.Y1+20 {
		c.found++
	} else {
		t.Logf("%s (%s): the portrait was taken to be at %v", d.name, d.template, at)
	}
	capture.Wipe()
	for path, counts := range map[string]*int{d.live: &c.same, other.live: &c.stranger} {
		if outcome(t, e, threshold, page, path) == idcheck.SamePerson {
			*counts++
		} else if path == d.live {
			t.Logf("%s (%s): the holder was not found to be the same person", d.name, d.template)
		}
	}
}

func outcome(t *testing.T, e *face.Engine, threshold float64, page *picture.Picture, path string) idcheck.Outcome {
	t.Helper()
	g := grant(t)
	live := open(t, path)
	defer live.Wipe()
	var found iddoc.Evidence
	portrait, err := desk.FindPortrait(e, g, page, &found)
	if err != nil {
		t.Fatal(err)
	}
	if portrait == nil {
		return idcheck.Inconclusive
	}
	defer portrait.Wipe()
	f, err := desk.Compare(e, g, live, portrait)
	if err != nil {
		t.Fatal(err)
	}
	r, err := idcheck.Decide(idcheck.Policy{Threshold: threshold, PortraitOnly: true}, idcheck.Check{Way: idcheck.ByFace, Document: found, Face: f}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return r.Outcome
}
