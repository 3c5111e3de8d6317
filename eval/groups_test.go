package eval

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/facelatch/facelatch/internal/testenv"
)

func setup(t testing.TB) Setup {
	v := measuring(t)
	return Setup{Engine: v.Engine, Grant: v.Grant, Models: "the default"}
}

// some are the photographs of the first people of FRLL, and one of nothing.
func some(t testing.TB, people int) (fs.FS, []string) {
	t.Helper()
	root := os.DirFS(path.Join(testenv.Faces(t), "frll"))
	all, err := Walk(root)
	if err != nil {
		t.Fatal(err)
	}
	found, names := fstest.MapFS{"neutral/999_03.jpg": {Data: []byte("no picture")}}, []string{"neutral/999_03.jpg", "neutral/998_03.jpg"}
	for _, n := range all {
		if numberOf(n) > "0" && numberOf(n) <= []string{"", "001", "002", "003", "004", "005", "006", "007", "008"}[people] {
			data, err := fs.ReadFile(root, n)
			if err != nil {
				t.Fatal(err)
			}
			found[n] = &fstest.MapFile{Data: data}
			names = append(names, n)
		}
	}
	return found, names
}

// numberOf is who is on a photograph of FRLL.
func numberOf(name string) string { return strings.Split(path.Base(name), "_")[0] }

// TestGroups measures a few people for real, with a photograph that is none, one
// that is missing, somebody without a group and somebody without a photograph.
func TestGroups(t *testing.T) {
	root, names := some(t, 5)
	table := "person,group\n001,a\n002,a\n003,b\n004,b\n999,b\n998,a\n997,a\n"
	groups, err := ReadGroups(strings.NewReader(table), "person", "group")
	if err != nil {
		t.Fatal(err)
	}
	people, left := Arrange(names, numberOf, groups, 0)
	if len(people) != 6 || len(left) != 2 || left[0].What != "005" || left[1].What != "997" {
		t.Errorf("%v; %v", people, left)
	}
	g := Groups{Setup: setup(t), People: people, Left: left, Thresholds: []float64{0.442, -1}, FMRs: []float64{0.1}, Least: 2}
	g.Root, g.Work = root, t.TempDir()
	r, err := g.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.FailuresToAcquire != 1 || len(r.Bad) != 4 || r.Acquired[1].Images != 5 || r.Acquired[1].Failed != 1 {
		t.Errorf("%+v", r)
	}
	strict, loose := r.Points[0], r.Points[1]
	if strict.FMR.Comparisons != 24 || loose.FMR.Errors != 24 || strict.FNMR.Comparisons != 4 || strict.FNMR.Errors != 0 {
		t.Errorf("%+v", r.Points)
	}
	if r.Groups[0].People != 2 || r.Groups[0].Small || len(r.Calibrations) != 1 || r.Calibrations[0].Supported {
		t.Errorf("%+v, %+v", r.Groups, r.Calibrations)
	}
	if left, err := os.ReadDir(g.Work); err != nil || len(left) != 0 {
		t.Errorf("scores were left behind: %v, %v", left, err)
	}
}

// TestScoresHoldNoFace interrupts a run and looks at what it keeps: at
// most so many bytes for each comparison and photograph as scores and figures
// of quality take.
func TestScoresHoldNoFace(t *testing.T) {
	root, names := some(t, 3)
	groups := map[string]string{"001": "a", "002": "a", "003": "a"}
	people, _ := Arrange(names, numberOf, groups, 0)
	g := Groups{Setup: setup(t), People: people, Thresholds: []float64{0.4}, Least: 2}
	g.Root, g.Work = root, t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	g.Progress = func(done, of int) {
		if done == of {
			cancel()
		}
	}
	if _, err := g.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	kept, err := os.ReadDir(g.Work)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v, %v", kept, err)
	}
	info, err := kept[0].Info()
	if err != nil {
		t.Fatal(err)
	}
	if comparisons := int64(6 * 5 / 2); info.Size() > 48+8*comparisons+32*6 {
		t.Errorf("%d bytes are kept of %d comparisons", info.Size(), comparisons)
	}
	g.Progress = nil
	var finished string
	g.Finished = func(path string) { finished = path }
	if r, err := g.Run(context.Background()); err != nil || r.Points[0].FMR.Comparisons != 12 {
		t.Errorf("%+v, %v", r, err)
	}
	// Where the report cannot be written, the scores are still there.
	if _, err := os.Stat(finished); err != nil || finished != filepath.Join(g.Work, kept[0].Name()) {
		t.Errorf("%q, %v", finished, err)
	}
}

func TestReadGroupsRefuses(t *testing.T) {
	for text, line := range map[string]string{
		"":                              "",
		"person\na\n":                   "no column",
		"person,group\n":                "empty",
		"person,group\na,x\na,y\n":      "line 3",
		"person,group\na,\n":            "line 2",
		"person,group\na\n":             "line 2",
		"person,group\n\"a,x\n":         "line 2",
		"group,person\nx,a\nx,b\ny,a\n": "line 4",
	} {
		if groups, err := ReadGroups(strings.NewReader(text), "person", "group"); !errors.Is(err, ErrTable) || groups != nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzReadGroups: an error comes with nothing, and nobody is without a name or
// a group.
func FuzzReadGroups(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		groups, err := ReadGroups(strings.NewReader(text), "person", "group")
		if (err == nil) != (len(groups) > 0) {
			t.Fatalf("%d people, %v", len(groups), err)
		}
		for who, group := range groups {
			if strings.TrimSpace(who) == "" || strings.TrimSpace(group) == "" {
				t.Fatalf("%q in %q", who, group)
			}
		}
	})
}

func TestGroupsCorpus(t *testing.T) { testenv.Corpus(t, "FuzzReadGroups") }
