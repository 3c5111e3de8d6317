package mrzread

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread/mrzreadtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// ways are how pages are photographed: each fault by itself, and all of them
// together. A page's place in the count picks its turn, and everything else about it
// comes from its seed.
var ways = []struct {
	name string
	shot func(r *rand.Rand) mrzreadtest.Shot
}{
	{"scan", func(*rand.Rand) mrzreadtest.Shot { return mrzreadtest.Shot{Blur: 0.03, Noise: 2, Quality: 90} }},
	{"blur", func(r *rand.Rand) mrzreadtest.Shot {
		return mrzreadtest.Shot{Blur: 0.06 + 0.08*r.Float64(), Motion: 0.1 * r.Float64(), Noise: 3}
	}},
	{"perspective", func(r *rand.Rand) mrzreadtest.Shot {
		return mrzreadtest.Shot{Blur: 0.04, Noise: 3, TiltX: spread(r, 22), TiltY: spread(r, 22), Skew: spread(r, 8)}
	}},
	{"glare", func(r *rand.Rand) mrzreadtest.Shot {
		return mrzreadtest.Shot{Blur: 0.04, Noise: 3, Glare: 0.5 + 0.3*r.Float64(), Shade: 0.3}
	}},
	{"noise", func(r *rand.Rand) mrzreadtest.Shot {
		return mrzreadtest.Shot{Blur: 0.05, Noise: 8 + 8*r.Float64(), Quality: 60}
	}},
	{"all", func(r *rand.Rand) mrzreadtest.Shot {
		return mrzreadtest.Shot{
			Blur: 0.04 + 0.05*r.Float64(), Motion: 0.06 * r.Float64(), Noise: 3 + 5*r.Float64(), TiltX: spread(r, 14), TiltY: spread(r, 14),
			Skew: spread(r, 5), Glare: 0.5 * r.Float64(), Shade: 0.4 * r.Float64(), Quality: 70,
		}
	}},
}

func spread(r *rand.Rand, most float64) float64 { return most * (2*r.Float64() - 1) }

// page draws and photographs the page of a number.
func page(size iddoc.Size, way, number int) (lines []string, turns int, p *picture.Picture, file []byte) {
	seed := uint64(1000*number + 10*way + int(size))
	r := rand.New(rand.NewPCG(seed, 41))
	lines = mrzreadtest.Lines(size, r)
	shot := ways[way].shot(r)
	_, columns := size.Shape()
	shot.Pitch = (750 + 950*r.Float64()) / float64(columns)
	shot.Quarters, shot.Margin, shot.Seed = number&3, 0.02+0.15*r.Float64(), seed
	font := mrzreadtest.OCRB([]string{"OCRB", "OCRBS"}[number%2])
	photo := shot.Take(mrzreadtest.Page(size, lines, font, 1.2*shot.Pitch, seed))
	file = photo.JPEG(shot.Quality)
	p, err := picture.Decode(file)
	if err != nil {
		panic(err)
	}
	return lines, shot.Quarters, p, file
}

// tally is what came of the lines of some pages.
type tally struct {
	lines, right, wrong, refused int
	wholes, corrected            int
	forged                       int // readings with a wrong character whose check digits all fit
	took                         time.Duration
}

func (c *tally) count(want []string, got *Reading, err error) {
	c.lines += len(want)
	if got == nil || len(got.Lines) != len(want) {
		c.refused += len(want)
		return
	}
	for i := range want {
		switch {
		case !got.Sure[i]:
			c.refused++
		case got.Lines[i] == want[i]:
			c.right++
		default:
			c.wrong++
		}
	}
	if err == nil {
		c.wholes++
		c.corrected += got.Corrected
		if got.Fits && !slices.Equal(got.Lines, want) {
			c.forged++
		}
	}
}

func (c *tally) add(d tally) {
	c.lines, c.right, c.wrong, c.refused = c.lines+d.lines, c.right+d.right, c.wrong+d.wrong, c.refused+d.refused
	c.wholes, c.corrected, c.forged, c.took = c.wholes+d.wholes, c.corrected+d.corrected, c.forged+d.forged, c.took+d.took
}

func (c tally) String() string {
	return fmt.Sprintf("%d lines: %d right (%.1f %%), %d wrong, %d refused; %d characters corrected, %d wrong readings whose check digits fit; %.2f s",
		c.lines, c.right, 100*float64(c.right)/float64(max(1, c.lines)), c.wrong, c.refused, c.corrected, c.forged, c.took.Seconds())
}

// TestPages reads drawn pages of each size with each fault and all together, in all
// four turns.
func TestPages(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []iddoc.Size{iddoc.TD1, iddoc.TD2, iddoc.TD3} {
		t.Run(size.String(), func(t *testing.T) {
			var all tally
			for way := range ways {
				c := readPages(t, r, size, way)
				t.Logf("%s: %s", ways[way].name, c)
				all.add(c)
			}
			t.Logf("all: %s", all)
			// Of few pages one may be lost: 95 % is for many.
			lines, _ := size.Shape()
			if lost := all.lines - all.right; lost > max(lines, all.lines/20) {
				t.Errorf("%d of %d lines were read", all.right, all.lines)
			}
			if all.wrong > max(1, all.lines/300) {
				t.Errorf("%d of %d lines were read wrong", all.wrong, all.lines)
			}
			if 300*all.forged > all.wholes {
				t.Errorf("of %d whole readings %d were wrong, and their check digits fit", all.wholes, all.forged)
			}
		})
	}
}

// readPages reads the pages of one size that are photographed in one way.
func readPages(t *testing.T, r *Reader, size iddoc.Size, way int) (c tally) {
	for number := range pages() {
		want, turns, p, _ := page(size, way, number)
		begun := time.Now()
		got, err := r.Read(p)
		c.took += time.Since(begun)
		if err != nil && !errors.Is(err, ErrNone) && !errors.Is(err, ErrDoubt) {
			t.Fatal(err)
		}
		c.count(want, got, err)
		if err != nil || !slices.Equal(got.Lines, want) {
			t.Logf("%s, page %d: %v\nis   %q\nread %+v", ways[way].name, number, err, want, got)
		}
		if err == nil && got.Turns != turns {
			t.Errorf("%s, page %d: turned %d quarters, found %d", ways[way].name, number, turns, got.Turns)
		}
	}
	return c
}

// pages is how many pages of each size are read in each way.
func pages() int {
	if testing.Short() {
		return 1
	}
	return testenv.Count(2, 50)
}
