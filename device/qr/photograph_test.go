package qr

import (
	"context"
	"slices"
	"testing"

	"github.com/facelatch/facelatch/device/qr/qrtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestReadRate photographs a face pass of the intended size (664 characters, 73
// modules) in three grades of difficulty, and holds each stage and the whole to a
// floor. The floors are below what was measured over 16 frames of each kind (see
// docs/benchmarks.md), to leave room for chance at low counts.
func TestReadRate(t *testing.T) {
	if testing.Short() {
		return // Run in full without -short.
	}
	frames := uint64(testenv.Count(2, 16))
	z, err := newZbar(context.Background(), mustLoad(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.close(context.Background()) }()
	first := NewReader(nil)
	whole := closing(t, NewReader(loadZbar(t)))
	for _, grade := range []struct {
		name  string
		shot  func(module float64, seed uint64) qrtest.Shot
		floor float64 // Of the whole, as a part of the frames.
	}{
		{"easy", qrtest.Easy, 0.95},
		{"fair", qrtest.Fair, 0.9},
		{"hard", qrtest.Hard, 0.7},
	} {
		own, second, all, n := 0, 0, 0, 0
		for _, module := range []float64{3, 4, 5, 6.5} {
			for seed := range frames {
				text := passText(664, seed)
				p := pictureOf(t, grade.shot(module, seed).Photograph(mustEncode(t, text, LevelL)))
				n++
				own += hits(t, mustRead(t, first, p, nil), text)
				list, err := z.scan(context.Background(), greyOf(p))
				if err != nil {
					t.Fatal(err)
				}
				second += hits(t, list, text)
				all += hits(t, mustRead(t, whole, p, nil), text)
			}
		}
		t.Logf("%s: own search %d, ZBar %d, reader %d of %d", grade.name, own, second, all, n)
		if float64(all) < grade.floor*float64(n) {
			t.Errorf("%s: %d of %d frames were read, want at least %.0f %%", grade.name, all, n, 100*grade.floor)
		}
	}
}

// hits is 1 when the text was read. A wrong text is never acceptable.
func hits(t *testing.T, got []string, text string) int {
	t.Helper()
	if slices.ContainsFunc(got, func(s string) bool { return s != text }) {
		t.Errorf("a wrong text was read")
	}
	if slices.Contains(got, text) {
		return 1
	}
	return 0
}

// TestLargePhotograph reads a telephone's picture: 12 megapixels, with the code
// small in it, and filling it.
func TestLargePhotograph(t *testing.T) {
	if testing.Short() {
		return // Likewise.
	}
	text := passText(664, 1)
	c := mustEncode(t, text, LevelL)
	for _, module := range []float64{30, 5}[:testenv.Count(1, 2)] {
		shot := qrtest.Shot{W: 4000, H: 3000, Module: module, Turn: 12, Tilt: 15, Blur: 0.3 * module, Noise: 8, Light: 0.4, Bow: 0.5, Seed: 7}
		p := pictureOf(t, shot.Photograph(c))
		if got := mustRead(t, NewReader(nil), p, nil); !slices.Equal(got, []string{text}) {
			t.Errorf("%g pixels a module: %d texts", module, len(got))
		}
	}
}

func benchmarkRead(b *testing.B, data []byte) {
	p := pictureOf(b, data)
	r := NewReader(nil)
	b.ReportAllocs()
	for b.Loop() {
		if got := mustRead(b, r, p, nil); len(got) != 1 {
			b.Fatal("not read")
		}
	}
}

// BenchmarkReadPNG reads a pass as it was issued, decoded from its PNG before.
func BenchmarkReadPNG(b *testing.B) {
	data, err := mustEncode(b, passText(664, 1), LevelL).PNG(8)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkRead(b, data)
}

// BenchmarkReadPhotograph reads a pass that is held before a camera.
func BenchmarkReadPhotograph(b *testing.B) {
	for name, shot := range map[string]qrtest.Shot{"easy": qrtest.Easy(4, 1), "fair": qrtest.Fair(4, 1), "hard": qrtest.Hard(4, 1)} {
		b.Run(name, func(b *testing.B) {
			benchmarkRead(b, shot.Photograph(mustEncode(b, passText(664, 1), LevelL)))
		})
	}
}

// BenchmarkNothingToRead is a frame without a code: what a door's camera sees
// most of the time.
func BenchmarkNothingToRead(b *testing.B) {
	shot := qrtest.Fair(4, 1)
	p := pictureOf(b, shot.Photograph(noCode{}))
	r := NewReader(nil)
	b.ReportAllocs()
	for b.Loop() {
		if got := mustRead(b, r, p, nil); len(got) != 0 {
			b.Fatal("read something")
		}
	}
}

type noCode struct{}

func (noCode) Size() int          { return 73 }
func (noCode) Dark(x, y int) bool { return false }

// BenchmarkSecondReader is ZBar on a photograph; BenchmarkSecondReaderCompile is
// what has to be done once before.
func BenchmarkSecondReader(b *testing.B) {
	z, err := newZbar(context.Background(), mustLoad(b))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = z.close(context.Background()) }()
	g := greyOf(pictureOf(b, qrtest.Fair(4, 1).Photograph(mustEncode(b, passText(664, 1), LevelL))))
	b.ReportAllocs()
	for b.Loop() {
		if got, err := z.scan(context.Background(), g); err != nil || len(got) != 1 {
			b.Fatal(got, err)
		}
	}
}

func BenchmarkSecondReaderCompile(b *testing.B) {
	wasm := mustLoad(b)
	b.ReportAllocs()
	for b.Loop() {
		z, err := newZbar(context.Background(), wasm)
		if err != nil {
			b.Fatal(err)
		}
		_ = z.close(context.Background())
	}
}

// BenchmarkEncode makes a pass's code; BenchmarkDraw its PNG of 8 pixels a module.
func BenchmarkEncode(b *testing.B) {
	text := passText(664, 1)
	for b.Loop() {
		mustEncode(b, text, LevelL)
	}
}

func BenchmarkDraw(b *testing.B) {
	c := mustEncode(b, passText(664, 1), LevelL)
	for b.Loop() {
		if _, err := c.PNG(8); err != nil {
			b.Fatal(err)
		}
	}
}
