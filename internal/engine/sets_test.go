package engine

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models/sets"
)

// homeOf is a home of another set, whose models are those that make setup installed.
func homeOf(t *testing.T, set string) home.Dir {
	t.Helper()
	m, text, err := sets.Manifest(set)
	if err != nil {
		t.Fatal(err)
	}
	installed, err := filepath.Abs(testenv.Home(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, "models", name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "models"), 0o700); err != nil {
		t.Fatal(err)
	}
	put("manifest.json", text)
	for _, p := range m.Reference.Parts {
		matrix, err := sets.Projection(p)
		if err != nil {
			t.Fatal(err)
		}
		put(p.Projection, matrix)
	}
	links := []string{"lib"}
	for _, model := range m.Models {
		links = append(links, filepath.Join("models", model.File))
	}
	for _, l := range links {
		if err := os.Symlink(filepath.Join(installed, l), filepath.Join(dir, l)); err != nil {
			t.Fatal(err)
		}
	}
	return home.Dir(dir)
}

// TestSets runs the sets whose models are all there: two photographs of one person are
// more alike than those of two, and the set says what it cannot measure.
func TestSets(t *testing.T) {
	for set, lacks := range map[string]face.Lacks{"fr-feature": {}, "mobilefacenet": {Strength: true}} {
		e, _, err := New(homeOf(t, set), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		a := probe(t, e, photograph(t, "frll/neutral/001_03.jpg"))
		b := probe(t, e, photograph(t, "frll/smiling/001_08.jpg"))
		c := probe(t, e, photograph(t, "frll/smiling/122_08.jpg"))
		same, err := e.Measure(grant(t), a, b)
		if err != nil {
			t.Fatal(err)
		}
		different, err := e.Measure(grant(t), a, c)
		if err != nil {
			t.Fatal(err)
		}
		if same.Score < different.Score+0.3 {
			t.Errorf("%s: one person scores %.3f, two people %.3f", set, same.Score, different.Score)
		}
		capture, err := e.Capture(grant(t), photograph(t, "frll/neutral/001_03.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		if q, err := capture.Quality(); err != nil || q.Lacks != lacks || len(q.Problems()) > 0 {
			t.Errorf("%s: %+v, %v", set, q, err)
		}
	}
}
