package mrzread

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread/mrzreadtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// hardPage draws a page that is harder than those of [ways]: another printer, an uneven
// ground, things on the table, shadow, a band of glare, little contrast, and all the
// faults of a photograph at once.
func hardPage(size iddoc.Size, number int) (lines []string, turns int, p *picture.Picture, file []byte) {
	seed := uint64(1000*number + 7 + 100*int(size))
	r := rand.New(rand.NewPCG(seed, 43))
	lines = mrzreadtest.Lines(size, r)
	_, columns := size.Shape()
	pitch := (600 + 900*r.Float64()) / float64(columns)
	shot := mrzreadtest.Shot{
		Pitch: pitch, Quarters: number & 3, Skew: spread(r, 6), TiltX: spread(r, 14), TiltY: spread(r, 14), Blur: 0.03 + 0.08*r.Float64(),
		Motion: 0.08 * r.Float64(), Noise: 2 + 7*r.Float64(), Shade: 0.3 * r.Float64(), Margin: 0.02, Seed: seed,
	}
	font := mrzreadtest.OCRB([]string{"OCRB", "OCRBS"}[number%2])
	photo := shot.Take(mrzreadtest.HardPage(size, lines, font, 1.1*pitch, seed).OnTable(r))
	mrzreadtest.Light{Shadow: 0.4 * r.Float64(), Streak: 0.3 * r.Float64(), Fade: 0.5 * r.Float64()}.Fall(photo, r)
	file = photo.JPEG(40 + r.IntN(50))
	p, err := picture.Decode(file)
	if err != nil {
		panic(err)
	}
	return lines, shot.Quarters, p, file
}

// TestHardPages reads pages on which everything is wrong at once. Fewer of their lines
// are read, and still none of them wrong.
func TestHardPages(t *testing.T) {
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []iddoc.Size{iddoc.TD1, iddoc.TD2, iddoc.TD3} {
		t.Run(size.String(), func(t *testing.T) {
			var c tally
			none := 0
			for number := range testenv.Count(4, 100) {
				want, turns, p, _ := hardPage(size, number)
				begun := time.Now()
				got, err := r.Read(p)
				c.took += time.Since(begun)
				if errors.Is(err, ErrNone) {
					none++
				}
				c.count(want, got, err)
				if err != nil || !slices.Equal(got.Lines, want) || got.Turns != turns {
					t.Logf("page %d: %v\nis   %q\nread %+v", number, err, want, got)
				}
			}
			t.Logf("%s; no lines found on %d pages", c, none)
			if c.forged > 0 {
				t.Errorf("%d readings were wrong, and their check digits fit", c.forged)
			}
		})
	}
}
