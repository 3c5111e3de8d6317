package mrzreadtest

import (
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/internal/mrzread/ocrb"
	"github.com/facelatch/facelatch/picture"
)

// Sample is one cell of a drawn line, and what it holds.
type Sample struct {
	Patch ocrb.Patch
	Class int
}

// Samples draws and photographs a pair of lines of characters at random, and cuts
// each cell out about where it is, four times; some cells are empty, and some samples are
// from beside the lines.
func Samples(f *Font, seed uint64) (all []Sample) {
	r := rand.New(rand.NewPCG(seed, 31))
	lines := []string{some(r, ocrb.Characters, 24), some(r, ocrb.Characters, 24)}
	shot := Shot{
		Pitch: 9 * math.Exp(r.Float64()*math.Log(4)), Quarters: r.IntN(4), Skew: spread(r, 4), TiltX: spread(r, 15), TiltY: spread(r, 15),
		Blur: 0.15 * r.Float64(), Noise: 14 * r.Float64() * r.Float64(), Shade: 0.4 * r.Float64(), Margin: 0.02, Seed: seed,
	}
	if r.IntN(3) == 0 {
		shot.Glare = 0.8 * r.Float64()
	}
	if r.IntN(4) == 0 {
		shot.Motion = 0.2 * r.Float64()
	}
	strip := Strip
	if seed%2 == 0 {
		strip = HardStrip
	}
	photo := shot.Take(strip(lines, f, min(36, 1.3*shot.Pitch), seed))
	if seed%2 == 0 {
		Light{Shadow: 0.5 * r.Float64(), Streak: 0.4 * r.Float64() * r.Float64(), Fade: 0.7 * r.Float64()}.Fall(photo, r)
	}
	p, err := picture.Decode(photo.JPEG(45 + r.IntN(50)))
	if err != nil {
		panic(err)
	}
	levels := ocrb.NewLevels(p.W, p.H, p.Gray())
	for i, line := range lines {
		for j := range line {
			for range 4 {
				all = append(all, cut(levels, photo, i, j, line[j], r))
			}
		}
	}
	return all
}

// cut samples a cell, a little beside where it is and turned and scaled a little.
func cut(levels *ocrb.Levels, photo *Photo, i, j int, c byte, r *rand.Rand) (s Sample) {
	at, along, down := photo.Cells[i][j], photo.Along[i][j], photo.Down[i][j]
	dx, dy := 0.05*r.NormFloat64(), 0.05*r.NormFloat64()
	if r.IntN(40) == 0 { // between two cells, or between the lines: nothing
		c, dx, dy = ' ', 0.5+spread(r, 0.1), spread(r, 1)
		if r.IntN(2) == 0 {
			dx, dy = spread(r, 0.5), 0.85+spread(r, 0.1)
		}
	}
	kx, ky, turn, lean := 1+0.06*r.NormFloat64(), 1+0.07*r.NormFloat64(), 0.03*r.NormFloat64(), 0.05*r.NormFloat64()
	levels.Sample(ocrb.Place{
		X: at.X + dx*along.X + dy*down.X, Y: at.Y + dx*along.Y + dy*down.Y,
		AlongX: kx * (along.X + turn*down.X), AlongY: kx * (along.Y + turn*down.Y),
		DownX: ky * (down.X - (turn+lean)*along.X), DownY: ky * (down.Y - (turn+lean)*along.Y),
	}, &s.Patch)
	for k := range ocrb.Characters {
		if ocrb.Characters[k] == c {
			s.Class = k
		}
	}
	return s
}
