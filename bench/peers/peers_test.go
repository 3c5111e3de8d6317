package peers

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/eval"
)

// TestContenders checks that each has a file that opens it, and a name of its own.
func TestContenders(t *testing.T) {
	all, err := Contenders()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, c := range all {
		if seen[c.Name] || c.Name == "" || c.Title == "" || c.Why == "" {
			t.Errorf("%+v", c)
		}
		seen[c.Name] = true
		if (i == 0) != (c.Module == "") {
			t.Errorf("%s: only the first, Facelatch, has no module", c.Name)
		}
		if c.Module != "" {
			if _, err := os.Stat(c.Module + ".mjs"); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestVersionsArePinned checks that the lock names exactly what package.json asks for.
func TestVersionsArePinned(t *testing.T) {
	var asked struct{ Dependencies map[string]string }
	var locked struct {
		Packages map[string]struct{ Version, Integrity, Resolved string }
	}
	for name, to := range map[string]any{"package.json": &asked, "package-lock.json": &locked} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, to); err != nil {
			t.Fatal(err)
		}
	}
	for name, version := range asked.Dependencies {
		if got := locked.Packages["node_modules/"+name].Version; got != version {
			t.Errorf("%s: %s is asked for, %s is locked", name, version, got)
		}
	}
	delete(locked.Packages, "")
	for path, p := range locked.Packages {
		if !strings.HasPrefix(p.Integrity, "sha512-") || p.Resolved != "" {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{"node": "node", "taskset": "taskset"} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(name, err)
		}
	}
	o := Options{Folder: filepath.Join(dir, "bench", "peers"), Faces: dir, Sets: []Set{{Name: "s", Pairs: []eval.Pair{{A: "a.jpg", B: "b.jpg"}}}}}
	expect := func(what string) {
		t.Helper()
		if err := o.Check(); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), what) {
			t.Errorf("want a word about %s: %v", what, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	expect("Node.js")
	t.Setenv("PATH", dir)
	expect("make bench-peers")
	for _, folder := range []string{"js", "peers"} {
		if err := os.MkdirAll(filepath.Join(dir, "bench", folder, "node_modules"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	expect("2 photographs")
	for _, name := range []string{"a.jpg", "b.jpg"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Check(); err != nil {
		t.Error(err)
	}
	if _, err := ReadSet(dir, "none", 3); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}

func TestReadSet(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "pairs"), 0o755); err != nil {
		t.Fatal(err)
	}
	list := "a b 1\nc d 1\na c 0\ne f 1\nb d 0\n"
	if err := os.WriteFile(filepath.Join(dir, "pairs", "list.txt"), []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSet(dir, "list", 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.photographs(), " "); len(s.Pairs) != 4 || got != "a b c d" {
		t.Errorf("%v, %q", s.Pairs, got)
	}
	if got := s.pairsOf([]string{"a", "b", "c"}); len(got) != 2 || !got[0].Same || got[1].Same {
		t.Errorf("%v", got)
	}
	if s, err = ReadSet(dir, "list", 0); err != nil || len(s.Pairs) != 5 {
		t.Errorf("%v, %v", s.Pairs, err)
	}
}

// TestProtocol has a subject served and asked, as a process is.
func TestProtocol(t *testing.T) {
	in := strings.NewReader(`{"do":"look","photos":["a","none"]}
{"do":"compare","pairs":[["a","a"],["a","none"]]}
{"do":"check","photos":["bad"]}
{"do":"fly"}
{"do":"compare","photos":["a"]}
`)
	var out bytes.Buffer
	threshold := 0.5
	if err := Serve(in, &out, Hello{Package: "p", Threshold: &threshold}, subject{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{`"threshold":0.5`, `"found":true`, `"scores":[1,null]`, `"error":"bad: no picture"`, `"error":"\"fly\"`, `"error":"\"compare\"`} {
		if i >= len(lines) || !strings.Contains(lines[i], want) {
			t.Errorf("line %d: want %s in %q", i, want, lines)
		}
	}
}

// subject finds a face in a alone.
type subject struct{}

func (subject) Look(photo string) (Look, error) { return Look{Found: photo == "a"}, nil }
func (subject) Check(string) (Look, error)      { return Look{}, errors.New("no picture") }
func (subject) Score(a, b string) (float64, bool, error) {
	return 1, a == "a" && b == "a", nil
}

func TestProcText(t *testing.T) {
	if mb, err := peakOf("Name:\tnode\nVmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n"); err != nil || mb != 2 {
		t.Error(mb, err)
	}
	if _, err := peakOf("Name: x\n"); err == nil {
		t.Error("a peak without a line of it")
	}
	if ms, err := cpuOf("12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 30 4 0 0 20"); err != nil || ms != 340 {
		t.Error(ms, err)
	}
	for _, bad := range []string{"", "12 (node) S 1 2", "12 (node) S 1 2 3 4 5 6 7 8 9 10 x 4 0"} {
		if _, err := cpuOf(bad); err == nil {
			t.Errorf("%q is understood", bad)
		}
	}
}

func TestSpeed(t *testing.T) {
	ours := []turn{{10, 2, 11}, {20, 4, 21}, {10, 2, 12}}
	theirs := []turn{{40, 4, 41}, {60, 4, 61}, {50, 2, 52}}
	s := speedOf(theirs, ours)
	if s.Turns != 3 || s.MedianMS != 50 || s.LeastMS != 40 || s.Ratio != 4 || s.LeastRatio != 3 || s.PixelRatio != 4.5 {
		t.Errorf("%+v", s)
	}
	if speedOf(ours, ours).Ratio != 1 || speedOf(nil, nil).Turns != 0 {
		t.Error("beside itself")
	}
	if !math.IsNaN(median(nil)) || median([]float64{4, 1, 3, 2}) != 2.5 {
		t.Error("medians")
	}
}
