package qr

import "github.com/facelatch/facelatch/picture"

// grey is a picture's luma, rows of w bytes. It may show a person: whoever makes
// one clears it.
type grey struct {
	w, h int
	pix  []byte
}

func greyOf(p *picture.Picture) grey { return grey{p.W, p.H, p.Gray()} }

func (g grey) wipe() { clear(g.pix) }

// at is the luma between four pixels, as the nearest border pixel outside.
func (g grey) at(p point) float64 {
	x := min(max(p.x-0.5, 0), float64(g.w-1))
	y := min(max(p.y-0.5, 0), float64(g.h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, g.w-1), min(y0+1, g.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top := float64(g.pix[y0*g.w+x0])*(1-fx) + float64(g.pix[y0*g.w+x1])*fx
	bottom := float64(g.pix[y1*g.w+x0])*(1-fx) + float64(g.pix[y1*g.w+x1])*fx
	return top*(1-fy) + bottom*fy
}

// contrast is the luma of a finder's light ring, two modules from its middle, less
// that of its centre. A finder's module is measured along a row, so the four places
// lie on the ring at any turn.
func (g grey) contrast(f finder) float64 {
	sum := 0.0
	for _, d := range []point{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		sum += g.at(f.plus(d.times(2*f.module))) - g.at(f.plus(d.times(0.5*f.module)))
	}
	return sum / 4
}

// noise estimates the standard deviation of the sensor's noise, in grey levels: of
// the differences between neighbours that it alone makes, a quarter are below 0.45
// of it, and of a picture at least a quarter has no edges.
func (g grey) noise() float64 {
	var counts [256]int
	total := 0
	for y := 0; y < g.h; y += 4 {
		row := g.pix[y*g.w:][:g.w]
		for x := 1; x < g.w; x++ {
			counts[abs(int(row[x])-int(row[x-1]))]++
		}
		total += g.w - 1
	}
	below := 0
	for d, n := range counts {
		if below += n; 4*below >= total {
			return float64(d) / 0.45
		}
	}
	return 0
}

// reduced averages boxes of n by n pixels; what is left over at the right and
// bottom is dropped.
func (g grey) reduced(n int) grey {
	out := grey{g.w / n, g.h / n, make([]byte, (g.w/n)*(g.h/n))}
	for y := range out.h {
		for x := range out.w {
			sum := 0
			for by := range n {
				row := g.pix[(y*n+by)*g.w+x*n:][:n]
				for _, v := range row {
					sum += int(v)
				}
			}
			out.pix[y*out.w+x] = byte(sum / (n * n))
		}
	}
	return out
}

// bitmap is a picture in which every pixel is dark (1) or light (0).
type bitmap struct {
	w, h int
	dark []byte
}

func (b bitmap) wipe() { clear(b.dark) }

// at is 0 outside of the picture: paper goes on.
func (b bitmap) at(x, y int) byte {
	if uint(x) >= uint(b.w) || uint(y) >= uint(b.h) {
		return 0
	}
	return b.dark[y*b.w+x]
}

// wide is a reach of several modules at any size of code that can be read: a code
// of 21 modules over the whole picture has modules of 1/21.
func (g grey) wide() int { return max(20, min(g.w, g.h)/20) }

// near is a reach of a few modules of two to eight pixels. In a picture blurred by
// half a module, or by a hand that moved, the light ring of a finder is darker
// than the mean of all the white paper around it, but not than what is near.
const near = 7

// darkness compares each pixel with the mean of a square around it, which follows
// uneven light. The square reaches so many pixels from its middle.
func (g grey) darkness(reach int) bitmap {
	out := bitmap{g.w, g.h, make([]byte, g.w*g.h)}
	columns := make([]int32, g.w) // Sums over the rows of the square.
	defer clear(columns)
	for y := range min(reach, g.h) {
		g.addRow(columns, y, 1)
	}
	for y := range g.h {
		if y+reach < g.h {
			g.addRow(columns, y+reach, 1)
		}
		if y-reach-1 >= 0 {
			g.addRow(columns, y-reach-1, -1)
		}
		rows := min(y+reach, g.h-1) - max(y-reach, 0) + 1
		g.compareRow(out.dark[y*g.w:][:g.w], g.pix[y*g.w:][:g.w], columns, rows, reach)
	}
	return out
}

func (g grey) addRow(columns []int32, y int, sign int32) {
	for x, v := range g.pix[y*g.w:][:g.w] {
		columns[x] += sign * int32(v)
	}
}

// compareRow calls a pixel dark that is a twentieth and three levels below the
// mean: noise on plain paper is less than that.
func (g grey) compareRow(dark, row []byte, columns []int32, rows, reach int) {
	w := len(row)
	sum, count := int64(0), 0
	for x := range min(reach, w) {
		sum += int64(columns[x])
		count += rows
	}
	for x, v := range row {
		if x+reach < w {
			sum += int64(columns[x+reach])
			count += rows
		}
		if x-reach-1 >= 0 {
			sum -= int64(columns[x-reach-1])
			count -= rows
		}
		if (int64(v)+3)*20*int64(count) < 19*sum {
			dark[x] = 1
		}
	}
}
