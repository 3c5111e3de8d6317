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
	"github.com/facelatch/facelatch/internal/mrzread"
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

// TestPasted: a portrait of somebody else that is pasted over the holder's is who is
// compared: the holder is not the same person then. Whoever is in the pasted picture is:
// a print proves nothing (docs/desks.md).
func TestPasted(t *testing.T) {
	e, threshold := newEngine(t)
	dir, all := documents(t)
	for i := 0; i < len(all); i += testenv.Count(len(all)/2, 7) {
		d, other := all[i], all[(i+1)%len(all)]
		page, pasted := open(t, d.document), open(t, filepath.Join(dir, "dg2", other.name+".jpg"))
		paste(page, pasted, d.box)
		for live, want := range map[string]idcheck.Outcome{d.live: idcheck.NotSamePerson, other.live: idcheck.SamePerson} {
			if got := outcome(t, e, threshold, page, live); got != want {
				t.Errorf("%s with the portrait of %s, before %s: %s, want %s", d.name, other.name, filepath.Base(live), got, want)
			}
		}
	}
}

// paste lays a picture over a part of a page.
func paste(page, over *picture.Picture, box face.Box) {
	w, h := int(box.W()), int(box.H())
	for y := range h {
		for x := range w {
			to, from := 3*((y+int(box.Y0))*page.W+x+int(box.X0)), 3*(y*over.H/h*over.W+x*over.W/w)
			copy(page.Pix[to:to+3], over.Pix[from:from+3])
		}
	}
}

// TestTwoDocuments: two documents of one size in a picture leave it open whose holder is
// meant, in whatever turn, and no face is compared.
func TestTwoDocuments(t *testing.T) {
	e, threshold := newEngine(t)
	_, all := documents(t)
	for i := 0; i < len(all); i += testenv.Count(len(all)/2, 9) {
		a, b := open(t, all[i].document), open(t, all[(i+4)%len(all)].document)
		both := &picture.Picture{W: a.W, H: 2 * a.H, Scale: 1, Pix: make([]byte, 2*len(a.Pix))}
		copy(both.Pix, a.Pix)
		paste(both, b, face.Box{Y0: float64(a.H), X1: float64(a.W), Y1: float64(2 * a.H)})
		for turn := range 2 {
			var found iddoc.Evidence
			p, err := desk.FindTurned(e, grant(t), both.Turned(turn), desk.AnyTurn, &found)
			if err != nil || p != nil || found.Documents != 2 {
				t.Errorf("%s and the next, turned %d: %v %v %+v", all[i].name, turn, p != nil, err, found)
			}
			p.Wipe()
		}
		if got := outcome(t, e, threshold, both, all[i].live); got != idcheck.Inconclusive {
			t.Errorf("%s and the next: %s", all[i].name, got)
		}
	}
}

// TestSomethingElse: pictures of things have neither lines nor a portrait.
func TestSomethingElse(t *testing.T) {
	e, _ := newEngine(t)
	lines, err := mrzread.New()
	if err != nil {
		t.Fatal(err)
	}
	things, err := filepath.Glob(filepath.Join(testenv.Faces(t), "nonface", "*.jpg"))
	if err != nil || len(things) == 0 {
		testenv.Missing(t, "no pictures of things")
	}
	portraits, looked := 0, 0
	for i := 0; i < len(things); i += testenv.Count(len(things)/5, 1) {
		var found iddoc.Evidence
		page := open(t, things[i])
		turn, err := desk.ReadLines(lines, page, &found)
		if err != nil || found.MRZ != nil {
			t.Errorf("%s: %v, lines %v", filepath.Base(things[i]), err, found.Lines)
		}
		p, err := desk.FindTurned(e, grant(t), page, turn, &found)
		if err != nil {
			t.Fatal(err)
		}
		if looked++; p != nil {
			portraits++
			t.Logf("%s: a portrait", filepath.Base(things[i]))
		}
		p.Wipe()
		r, err := idcheck.Decide(idcheck.Policy{Threshold: 0.5}, idcheck.Check{Way: idcheck.ByFace, Document: found}, time.Now())
		if err != nil || r.Outcome != idcheck.Inconclusive || r.Open {
			t.Errorf("%s: %v %+v", filepath.Base(things[i]), err, r)
		}
	}
	t.Logf("a portrait in %d of %d", portraits, looked)
}
