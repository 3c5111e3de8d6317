package camera

import "github.com/facelatch/facelatch/picture"

// Limits of what counts as covered, in luma (0 to 255).
const (
	darkBelow  = 20 // a mean below it is dark
	evenWithin = 3  // a standard deviation below it is one even colour
)

// even says whether a picture is dark, or one even colour: a hand, a sticker or
// a cap on the lens. It averages blocks, so that noise does not count.
//
// A live view of a flat, evenly lit wall that fills the whole picture looks the
// same, and is reported too.
func even(p *picture.Picture) bool {
	const across, down = 24, 16
	var sum, squares float64
	for row := range down {
		for column := range across {
			v := blockLuma(p, column*p.W/across, (column+1)*p.W/across, row*p.H/down, (row+1)*p.H/down)
			sum += v
			squares += v * v
		}
	}
	const n = across * down
	mean := sum / n
	return mean < darkBelow || squares/n-mean*mean < evenWithin*evenWithin
}

// blockLuma averages every fourth pixel, each way, of a block (at least one).
func blockLuma(p *picture.Picture, x0, x1, y0, y1 int) float64 {
	const step = 4
	x1, y1 = max(x1, x0+1), max(y1, y0+1)
	sum, n := 0, 0
	for y := y0; y < y1; y += step {
		for x := x0; x < x1; x += step {
			i := 3 * (y*p.W + x)
			r, g, b := int(p.Pix[i]), int(p.Pix[i+1]), int(p.Pix[i+2])
			sum += (77*r + 150*g + 29*b) >> 8
			n++
		}
	}
	return float64(sum) / float64(n)
}
