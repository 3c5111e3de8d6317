package eval

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/facelatch/facelatch/eval/recapture"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/testenv"
)

// rateds are beliefs of one species, one of each person.
func rateds(species string, beliefs ...float64) (all []rated) {
	for i, b := range beliefs {
		all = append(all, rated{species, "good", i, belief{Bona: b, Suspected: b < 0.5, Cues: []face.Cue{{Name: "one", Bona: b}}}})
	}
	return all
}

// TestAttackRates: figures of beliefs that can be counted by hand.
func TestAttackRates(t *testing.T) {
	var bona []float64
	for i := range 100 {
		bona = append(bona, 0.3+0.007*float64(i)) // 0.3 to 0.993, 29 of them under a half
	}
	shown := append(rateds("", bona...), rateds("print", 0.1, 0.2, 0.34, 0.9)...)
	silent := map[string]Rate{"": {Of: 100}, "print": {Count: 1, Of: 5}}
	l := level(shown, shown, silent, []string{"print"})
	if got := l.Thresholds[1].Bona; math.Abs(got-0.335) > 1e-9 {
		t.Errorf("the threshold of 5 %% is %v", got)
	}
	if b := l.BonaFide; b.Shipped.Errors != 29 || b.At[0].Errors != 1 || b.At[1].Errors != 5 || b.At[2].Errors != 10 || b.People != 100 {
		t.Errorf("bona fide: %+v", b)
	}
	p := l.Attacks[0]
	if p.Shipped.Errors != 1 || p.At[1].Errors != 2 || p.At[2].Errors != 1 || p.NoResponse.Rate != 0.2 || p.Count != 5 || p.Qualities["good"].Errors != 2 {
		t.Errorf("prints: %+v", p)
	}
	if want := (100 + 100 + 94 + 14) / 400.0; math.Abs(p.AUC-want) > 1e-9 || l.Worst != "print" {
		t.Errorf("AUC %v, want %v; worst %s", p.AUC, want, l.Worst)
	}
	if c := l.Cues[0].Species[0]; c.Alone.Errors != 2 || c.With.Errors != 2 || c.Without.Errors != 4 || c.Known != 1 {
		t.Errorf("the cue: %+v", c) // without the only cue all look the same
	}
	if auc([]float64{1, 2}, []float64{1, 2}) != 0.5 || auc(nil, []float64{1}) != 0 {
		t.Error("ties count half")
	}
	if level(nil, rateds("", 1), nil, nil) != nil {
		t.Error("there is no level without attacks")
	}
}

// TestAttackIntervals: several presentations of one person make an interval wider
// than as many people would.
func TestAttackIntervals(t *testing.T) {
	var people, few []rated
	for i := range 60 {
		people = append(people, rated{person: i, belief: belief{Suspected: i%10 == 0}})
		few = append(few, rated{person: i / 10, belief: belief{Suspected: i/10 == 0}})
	}
	wrong := func(r rated) bool { return r.Suspected }
	wide, narrow := share(few, wrong), share(people, wrong)
	if wide.High-wide.Low < 1.5*(narrow.High-narrow.Low) || wide.Comparisons != 60 {
		t.Errorf("%+v, %+v", wide, narrow)
	}
}

func TestHalves(t *testing.T) {
	m := &attacking{}
	got := m.halves(map[string]int{"001": 0, "002": 1, "female/0010": 2, "m13": 3, "anna": 4, "béa": 5, "carl": 6})
	for who, want := range map[string]bool{"001": true, "002": false, "female/0010": false, "m13": true, "anna": true, "béa": false, "carl": true} {
		if got[who] != want {
			t.Errorf("%s: %v", who, got[who])
		}
	}
}

// TestPresentations: what lies in a folder is a still, what lies in one below is a
// sequence, and the same files count once or, under two labels, not at all.
func TestPresentations(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"people/a.jpg": "aa", "people/b.jpg": "bb", "people/c.jpg": "aa", "people/s/1.jpg": "11", "people/s/2.jpg": "11", "people/notes.txt": "aa",
		"prints/b.jpg": "bb", "prints/d.jpg": "ddd", "prints/f.mp4": "film", "prints/e.txt": "",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	people, err := Presentations(filepath.Join(dir, "people"), "", false)
	if err != nil || len(people) != 4 || people[3].Name != "people/s" || people[3].Still || len(people[3].Files) != 2 || !people[0].Still {
		t.Fatalf("%v %v", people, err)
	}
	stills, err := Presentations(filepath.Join(dir, "people"), "", true)
	if err != nil || len(stills) != 5 || !stills[4].Still {
		t.Fatalf("%v %v", stills, err)
	}
	prints, err := Presentations(filepath.Join(dir, "prints"), "print", false)
	if err != nil || len(prints) != 3 {
		t.Fatalf("%v %v", prints, err)
	}
	kept, left := Twins(append(people, prints...))
	var names []string
	for _, p := range kept {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "people/a.jpg people/s prints/d.jpg prints/f.mp4" || len(left) != 2 {
		t.Errorf("%s; %v", got, left)
	}
}

// photographs gives stills of FRLL, and of a file that is none and one that is missing.
func someStills(root fs.FS, names []string) (all []Presentation) {
	for _, n := range names {
		p := Presentation{Name: n, Person: numberOf(n), Still: true, Frames: photographFrames(root, []string{n})}
		if strings.HasPrefix(n, "smiling") {
			p.Species = "smile" // what is an attack is said, not seen
		}
		all = append(all, p)
	}
	return all
}

// TestAttacks measures a few photographs, is interrupted, and goes on where it was.
func TestAttacks(t *testing.T) {
	root, names := some(t, 3)
	a := Attacks{Setup: setup(t), Presentations: someStills(root, names), Threshold: 0.4}
	a.Root, a.Work = root, t.TempDir()
	people, _ := Arrange(names[2:], numberOf, map[string]string{"001": "a", "002": "a"}, 1)
	var err error
	if a.References, _, err = a.Setup.References(context.Background(), people); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.Progress = func(done, of int) {
		if done == 2 {
			cancel()
		}
	}
	if _, err := a.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("an interruption: %v", err)
	}
	var looked atomic.Int32 // photographs are looked at on all cores
	for i, p := range a.Presentations {
		a.Presentations[i].Frames = func(ctx context.Context, yield func(Frame) error) error {
			looked.Add(1)
			return p.Frames(ctx, yield)
		}
	}
	a.Progress = nil
	r, err := a.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if n := int(looked.Load()); n > len(names)-2 {
		t.Errorf("looked at %d of %d again", n, len(names))
	}
	if r.People != 3 || r.Still.BonaFide.Count != 3 || r.Still.Attacks[0].Count != 3 || r.Sequence != nil || len(r.Door.Kinds) != 2 {
		t.Errorf("%+v", r)
	}
	if k := r.Door.Kinds[1]; k.Species != "smile" || k.Matched.Comparisons != 2 || k.Matched.Errors != 2 {
		t.Errorf("the door: %+v", k) // these two smile, and are who they are
	}
	if left, _ := os.ReadDir(a.Work); len(r.Bad) != 4 || len(left) != 0 {
		t.Errorf("%v; %v", r.Bad, left)
	}
	said := ""
	for _, s := range r.Sections() {
		said += s.Heading + allCells(s)
	}
	if strings.Contains(said, "RAGGED") || !strings.Contains(said, "with a copied pass") {
		t.Errorf("%s", said)
	}
}

// TestRenderedStills renders some of what can be rendered of two people.
func TestRenderedStills(t *testing.T) {
	root, names := some(t, 2)
	groups := map[string]string{"001": "a", "002": "a"}
	r := Render{Setup: setup(t), Takes: 1, Frames: 1}
	r.Root = root
	r.People, _ = Arrange(names, numberOf, groups, 0)
	a := Attacks{Setup: r.Setup, Presentations: r.Stills(), Rendered: true}
	if len(a.Presentations) != 2*(2+len(recapture.Species())-1) {
		t.Fatalf("%d presentations", len(a.Presentations))
	}
	if testing.Short() {
		a.Presentations = a.Presentations[:4]
	}
	report, err := a.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if report.Still.BonaFide.Count < 2 || len(report.Bad) != 0 || report.Still.BonaFide.NoResponse.Count > 0 {
		t.Errorf("%+v", report)
	}
}

// TestScripts: what is asked for can be answered, by the person with what the
// photographs show, by the others with what they have.
func TestScripts(t *testing.T) {
	p := Person{Name: "f/0001", Photographs: []string{
		"f/0001/neutral/front.jpg", "f/0001/neutral/left.jpg", "f/0001/smiling/right.jpg", "f/0001/eyes_closed/front.jpg", "f/0001/left_eye_closed/front.jpg", "f/0001/angry/front.jpg",
	}}
	own := albumOf(p)
	if own.front != p.Photographs[0] || own.left != p.Photographs[1] || own.right != p.Photographs[2] || own.closed != p.Photographs[3] || len(own.others) != 1 {
		t.Fatalf("%+v", own)
	}
	orders := map[face.Prompt]bool{}
	for n := range uint64(20) {
		s := own.script(own, recapture.Take{Seed: n}, "")
		if len(s.prompts) != 2 || len(s.acts) < 15 || s.prompts[0].Until > s.prompts[1].From+3*pace {
			t.Fatalf("%+v", s)
		}
		orders[s.prompts[0].Prompt] = true
		held := own.script(own, recapture.Take{Seed: n}, recapture.Print)
		turned := 0
		for _, a := range held.acts {
			if a.turn != 0 {
				turned++
			}
		}
		if turned != 6 || len(held.acts) != len(s.acts) || held.prompts[0] != s.prompts[0] {
			t.Errorf("a print: %+v", held)
		}
	}
	if len(orders) != 2 {
		t.Error("the order is always the same")
	}
}

// TestRenderedSequences renders a sequence of a volunteer, and one of a screen.
func TestRenderedSequences(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	root := os.DirFS(filepath.Join(testenv.Faces(t), "sequences"))
	names, err := Walk(root)
	if err != nil {
		t.Fatal(err)
	}
	person := func(n string) string { return strings.Join(strings.Split(n, "/")[:2], "/") }
	r := Render{Setup: setup(t), Takes: 1}
	r.Root = root
	r.People, _ = Arrange(names, person, map[string]string{"female/0001": "a", "male/0003": "a"}, 0)
	all := r.Sequences()
	a := Attacks{Setup: r.Setup, Presentations: []Presentation{all[0], all[5]}, Rendered: true}
	report, err := a.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if report.Sequence == nil || report.Sequence.BonaFide.Count != 1 || report.Sequence.Attacks[0].Species != recapture.Screen || len(report.Sequence.Cues) == 0 || len(report.Bad) != 0 {
		t.Errorf("%+v", report)
	}
}
