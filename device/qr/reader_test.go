package qr

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/qr/qrtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

func loadZbar(t testing.TB) func() ([]byte, error) {
	name := filepath.Join(testenv.Home(t), "qr", "zbar.wasm")
	return func() ([]byte, error) { return os.ReadFile(name) }
}

func closing(t testing.TB, r *Reader) *Reader {
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func mustRead(t testing.TB, r *Reader, p *picture.Picture, want func(string) bool) []string {
	t.Helper()
	texts, err := r.Read(context.Background(), p, want)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func pictureOf(t testing.TB, data []byte) *picture.Picture {
	t.Helper()
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pngOf(t testing.TB, c *Code, px int) *picture.Picture {
	t.Helper()
	data, err := c.PNG(px)
	if err != nil {
		t.Fatal(err)
	}
	return pictureOf(t, data)
}

// never fails the test when the second reader is asked for.
func never(t *testing.T) func() ([]byte, error) {
	return func() ([]byte, error) {
		t.Error("the second reader was asked for")
		return nil, errors.New("not here")
	}
}

// TestCleanPictures reads every version as a program draws it, without ever
// needing the second reader.
func TestCleanPictures(t *testing.T) {
	r := NewReader(never(t))
	for n := 10; n < 4297; n += n/8 + 1 {
		text := passText(n, uint64(n))
		c := mustEncode(t, text, LevelL)
		for _, px := range []int{1, 2, 3, 8} {
			if px == 1 && c.Version() > 20 {
				continue // Too many places look like a finder; no program draws this.
			}
			got, err := r.Read(context.Background(), pngOf(t, c, px), nil)
			if err != nil || !slices.Equal(got, []string{text}) {
				t.Errorf("version %d at %d pixels a module: %d texts, error %v", c.Version(), px, len(got), err)
			}
		}
	}
}

// turned is the picture after so many quarter turns, mirrored first if asked.
func turned(p *picture.Picture, quarters int, mirror bool) *picture.Picture {
	out := &picture.Picture{W: p.W, H: p.H, Scale: 1, Pix: slices.Clone(p.Pix)}
	if mirror {
		for i := range p.W * p.H {
			copy(out.Pix[3*i:][:3], p.Pix[3*(i/p.W*p.W+p.W-1-i%p.W):])
		}
	}
	for range quarters {
		next := &picture.Picture{W: out.H, H: out.W, Scale: 1, Pix: make([]byte, len(out.Pix))}
		for i := range out.W * out.H {
			x, y := i%out.W, i/out.W
			copy(next.Pix[3*(x*next.W+next.W-1-y):][:3], out.Pix[3*i:])
		}
		out = next
	}
	return out
}

func TestTurnedAndMirrored(t *testing.T) {
	r := NewReader(never(t))
	text := passText(664, 3)
	p := pngOf(t, mustEncode(t, text, LevelL), 4)
	for quarters := range 4 {
		for _, mirror := range []bool{false, true} {
			if got := mustRead(t, r, turned(p, quarters, mirror), nil); !slices.Equal(got, []string{text}) {
				t.Errorf("%d quarter turns, mirrored %t: %d texts", quarters, mirror, len(got))
			}
		}
	}
}

// sheet puts pictures beside each other on white paper.
func sheet(w, h int, at map[[2]int]*picture.Picture) *picture.Picture {
	out := &picture.Picture{W: w, H: h, Scale: 1, Pix: slices.Repeat([]byte{255}, 3*w*h)}
	for place, p := range at {
		for y := range p.H {
			copy(out.Pix[3*((place[1]+y)*w+place[0]):], p.Pix[3*y*p.W:][:3*p.W])
		}
	}
	return out
}

func TestSeveralCodes(t *testing.T) {
	r := NewReader(nil)
	texts := []string{passText(664, 1), passText(500, 2), "https://example.org/", passText(664, 4)}
	p := func(i, px int) *picture.Picture { return pngOf(t, mustEncode(t, texts[i], LevelL), px) }
	all := sheet(2480, 3508, map[[2]int]*picture.Picture{
		{200, 300}: p(0, 6), {1400, 300}: p(1, 6), {200, 2000}: p(2, 6), {1400, 2000}: p(3, 6),
	})
	got := mustRead(t, r, all, func(string) bool { return false })
	slices.Sort(got)
	want := slices.Sorted(slices.Values(texts))
	if !slices.Equal(got, want) {
		t.Errorf("read %d texts, want %d", len(got), len(want))
	}
}

func TestStopsAtWantedText(t *testing.T) {
	r := NewReader(never(t))
	p := pngOf(t, mustEncode(t, "https://example.org/", LevelL), 8)
	if got := mustRead(t, r, p, func(s string) bool { return s == "https://example.org/" }); len(got) != 1 {
		t.Errorf("texts %q", got)
	}
}

func TestNothingToRead(t *testing.T) {
	noise := &picture.Picture{W: 640, H: 480, Scale: 1, Pix: make([]byte, 3*640*480)}
	for i := range noise.Pix {
		noise.Pix[i] = byte(rand.Uint32())
	}
	for name, p := range map[string]*picture.Picture{
		"black":     {W: 64, H: 64, Scale: 1, Pix: make([]byte, 3*64*64)},
		"one pixel": {W: 1, H: 1, Scale: 1, Pix: make([]byte, 3)},
		"one row":   {W: 900, H: 1, Scale: 1, Pix: make([]byte, 2700)},
		"white":     sheet(300, 200, nil),
		"noise":     noise,
	} {
		if got := mustRead(t, closing(t, NewReader(loadZbar(t))), p, nil); len(got) != 0 {
			t.Errorf("%s: texts %q", name, got)
		}
	}
}

func TestSecondReader(t *testing.T) {
	z, err := newZbar(context.Background(), mustLoad(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.close(context.Background()) }()
	text := passText(664, 5)
	for range 2 { // The second time on an instance that knows nothing of the first.
		got, err := z.scan(context.Background(), greyOf(pngOf(t, mustEncode(t, text, LevelL), 5)))
		if err != nil || !slices.Equal(got, []string{text}) {
			t.Errorf("%d texts, error %v", len(got), err)
		}
	}
	large := sheet(3000, 2500, map[[2]int]*picture.Picture{{1500, 1000}: pngOf(t, mustEncode(t, text, LevelL), 12)})
	if got, err := z.scan(context.Background(), greyOf(large)); err != nil || !slices.Equal(got, []string{text}) {
		t.Errorf("7.5 megapixels: %d texts, error %v", len(got), err)
	}
}

func mustLoad(t testing.TB) []byte {
	t.Helper()
	wasm, err := loadZbar(t)()
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

func TestSecondReaderMissing(t *testing.T) {
	blank := sheet(200, 200, nil)
	calls := 0
	for name, load := range map[string]func() ([]byte, error){
		"missing": func() ([]byte, error) { calls++; return nil, os.ErrNotExist },
		"damaged": func() ([]byte, error) { return []byte("\x00asm nonsense"), nil },
		"empty":   func() ([]byte, error) { return nil, nil },
	} {
		r := closing(t, NewReader(load))
		for range 2 {
			if got, err := r.Read(context.Background(), blank, nil); !errors.Is(err, ErrSecondReader) || len(got) != 0 {
				t.Errorf("%s: texts %q, error %v", name, got, err)
			}
		}
	}
	if calls != 1 {
		t.Errorf("the module was loaded %d times", calls)
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := closing(t, NewReader(loadZbar(t)))
	p := pngOf(t, mustEncode(t, passText(664, 1), LevelL), 4)
	if got, err := r.Read(ctx, p, nil); !errors.Is(err, context.Canceled) || len(got) != 0 {
		t.Errorf("texts %q, error %v", got, err)
	}
	if got := mustRead(t, r, p, nil); len(got) != 1 {
		t.Error("a cancelled read spoils the next")
	}
	blank := sheet(4000, 4000, nil) // The second reader takes seconds for it.
	_, _ = r.Read(context.Background(), sheet(100, 100, nil), nil)
	ctx, cancel = context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := r.Read(ctx, blank, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	t.Logf("took %v after 300 ms were given", time.Since(start))
}

func TestSideBySide(t *testing.T) {
	r := closing(t, NewReader(loadZbar(t)))
	blank := sheet(300, 300, nil)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			text := passText(300, uint64(i))
			if got := mustRead(t, r, pngOf(t, mustEncode(t, text, LevelL), 4), nil); !slices.Equal(got, []string{text}) {
				t.Errorf("reader %d: %d texts", i, len(got))
			}
			if got := mustRead(t, r, blank, nil); len(got) != 0 {
				t.Errorf("reader %d: texts on blank paper", i)
			}
		})
	}
	wg.Wait()
}

// TestPictureIsLeftAlone checks that reading does not write into the picture.
func TestPictureIsLeftAlone(t *testing.T) {
	p := pngOf(t, mustEncode(t, passText(664, 1), LevelL), 8)
	before := slices.Clone(p.Pix)
	mustRead(t, NewReader(nil), p, nil)
	if !slices.Equal(before, p.Pix) {
		t.Error("the picture has changed")
	}
}

// TestFaces looks for codes on photographs of people, where there are none.
func TestFaces(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Faces(t), "frll", "*.jpg"))
	if err != nil || len(files) == 0 {
		files, _ = filepath.Glob(filepath.Join(testenv.Faces(t), "frll", "*", "*.jpg"))
	}
	if len(files) == 0 {
		testenv.Missing(t, "no photographs in frll")
	}
	r := NewReader(nil)
	for _, name := range files[:min(len(files), testenv.Count(10, 200))] {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p := pictureOf(t, data)
		if got := mustRead(t, r, p, nil); len(got) != 0 {
			t.Errorf("a photograph yields %d texts", len(got))
		}
		p.Wipe()
	}
}

func TestPlayback(t *testing.T) {
	p := &qrtest.Playback{Frames: [][]string{nil, {"FL1:A"}}}
	var got []string
	for range 3 {
		texts, err := p.Read(context.Background(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, texts...)
	}
	if !slices.Equal(got, []string{"FL1:A"}) || p.Seen() != 2 {
		t.Errorf("texts %q after %d frames", got, p.Seen())
	}
}
