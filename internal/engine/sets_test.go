package engine

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models/sets"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/spec/vectors"
)

// homeOf is a home of another set, whose models are those that make setup installed.
func homeOf(t testing.TB, set string) home.Dir {
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

// BenchmarkSets is what one look costs with each set, side by side: one photograph, its
// face found and aligned, and one probe. The figure to compare is the time that
// processors were busy. Sets with other models are measured where they were installed,
// as docs/models/README.md says, in bin/sets.
func BenchmarkSets(b *testing.B) {
	homes := map[string]home.Dir{
		"default": home.Dir(testenv.Home(b)), "fr-feature": homeOf(b, "fr-feature"), "mobilefacenet": homeOf(b, "mobilefacenet"),
	}
	for _, set := range []string{"dlib", "sface-yunet"} {
		dir := filepath.Join(testenv.Root(b), "bin", "sets", set)
		if _, err := os.Stat(dir); err == nil {
			homes[set] = home.Dir(dir)
		}
	}
	p := photograph(b, "frll/neutral/001_03.jpg")
	for _, set := range slices.Sorted(maps.Keys(homes)) {
		b.Run(set, func(b *testing.B) {
			g, now := toVerify(b)
			e, _, err := New(homes[set], now)
			if err != nil {
				b.Fatal(err)
			}
			if err := e.Prepare(); err != nil {
				b.Fatal(err)
			}
			before := busy(b)
			for b.Loop() {
				look(b, e, g, p)
			}
			b.ReportMetric(float64(busy(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
		})
	}
}

// look is what a door does with one frame before it compares.
func look(b *testing.B, e *face.Engine, g consent.Grant, p *picture.Picture) {
	c, err := e.Capture(g, p)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Wipe()
	probe, err := c.Probe()
	if err != nil {
		b.Fatal(err)
	}
	probe.Wipe()
}

// toVerify is a grant from a face pass of the vectors, and the moment it was verified.
func toVerify(b *testing.B) (consent.Grant, func() time.Time) {
	b.Helper()
	site, err := vectors.TheSite()
	if err != nil {
		b.Fatal(err)
	}
	trust, err := site.Trust()
	if err != nil {
		b.Fatal(err)
	}
	all, err := vectors.Accepts()
	if err != nil {
		b.Fatal(err)
	}
	for _, v := range all {
		p, err := pass.Parse(v.Text)
		if err != nil || p.Claims().Kind() != pass.Face {
			continue
		}
		verified, err := p.Verify(trust, v.Zone, v.At)
		if err != nil {
			b.Fatal(err)
		}
		g, err := consent.ForPass(verified)
		if err != nil {
			b.Fatal(err)
		}
		return g, func() time.Time { return v.At }
	}
	b.Fatal("no face pass among the vectors")
	panic("unreachable")
}

// busy is how long processors have worked for this process.
func busy(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
