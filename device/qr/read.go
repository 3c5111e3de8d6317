package qr

import (
	"context"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// locate finds codes by their corners and reads them, in plain Go. It stops when
// it has found a wanted text, and between two attempts when the context ends.
func locate(ctx context.Context, g grey, found *texts) {
	if g.w < 21 || g.h < 21 {
		return
	}
	b := g.darkness()
	defer b.wipe()
	used := map[point]bool{}
	for _, c := range cornersOf(b.finders()) {
		if ctx.Err() != nil || found.wanted {
			return
		}
		if used[c.tl.point] || used[c.tr.point] || used[c.bl.point] {
			continue
		}
		if text, ok := readCorners(b, g, c); ok {
			found.add(text)
			used[c.tl.point], used[c.tr.point], used[c.bl.point] = true, true, true
		}
	}
}

func readCorners(b bitmap, g grey, c corners) (string, bool) {
	for _, fit := range b.grids(c) {
		if text, ok := fit.read(g); ok {
			return text, true
		}
	}
	return "", false
}

// read takes the luma at the centre of each module, and decodes; when that fails,
// it does so again with each module sharpened against its neighbours, which a
// lens has blurred into it.
func (g *grid) read(pic grey) (string, bool) {
	n := g.size
	levels := make([]float64, n*n)
	for i := range levels {
		levels[i] = pic.at(g.at(float64(i%n)+0.5, float64(i/n)+0.5))
	}
	defer clear(levels)
	if text, ok := decode(threshold(levels, n), n); ok {
		return text, true
	}
	sharp := sharpened(levels, n)
	defer clear(sharp)
	return decode(threshold(sharp, n), n)
}

func sharpened(levels []float64, n int) []float64 {
	out := slices.Clone(levels)
	for i := range levels {
		x, y := i%n, i/n
		if x == 0 || y == 0 || x == n-1 || y == n-1 {
			continue
		}
		around := levels[i-1] + levels[i+1] + levels[i-n] + levels[i+n]
		out[i] += 0.8 * (levels[i] - around/4)
	}
	return out
}

// threshold calls a module dark that is below the mean of a square of modules
// around it.
func threshold(levels []float64, n int) []bool {
	const reach = 7
	sums := make([]float64, (n+1)*(n+1)) // Over all modules above and to the left.
	for y := range n {
		for x := range n {
			sums[(y+1)*(n+1)+x+1] = levels[y*n+x] + sums[y*(n+1)+x+1] + sums[(y+1)*(n+1)+x] - sums[y*(n+1)+x]
		}
	}
	dark := make([]bool, n*n)
	for i := range dark {
		x0, y0 := max(i%n-reach, 0), max(i/n-reach, 0)
		x1, y1 := min(i%n+reach+1, n), min(i/n+reach+1, n)
		mean := (sums[y1*(n+1)+x1] - sums[y0*(n+1)+x1] - sums[y1*(n+1)+x0] + sums[y0*(n+1)+x0]) / float64((x1-x0)*(y1-y0))
		dark[i] = levels[i] < mean
	}
	return dark
}

// decode corrects errors and reads the text. The library panics on some damaged
// codes; that is a code that cannot be read.
func decode(dark []bool, n int) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	bits, err := gozxing.NewSquareBitMatrix(n)
	if err != nil {
		return "", false
	}
	for i, d := range dark {
		if d {
			bits.Set(i%n, i/n)
		}
	}
	result, err := decoder.NewDecoder().Decode(bits, nil)
	if err != nil {
		return "", false
	}
	return result.GetText(), true
}
