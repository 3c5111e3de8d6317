package face

import (
	"math"

	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/picture"
)

// layout says how a network wants its pixels: planes of h rows of w values,
// each (value - mean) * scale with value from 0 to 255.
type layout struct {
	w, h        int
	grey        bool // one plane of ITU-R BT.601 luma instead of three colours
	bgr         bool
	mean, scale [3]float32
	// left, top and side are the part of the aligned face that goes in, in pixels
	// of the usual 112.
	left, top, side float64
}

func layoutOf(in models.Input) layout {
	l := layout{w: in.Width, h: in.Height, grey: in.Planes() == 1, bgr: in.Channels == "BGR", side: cropSide}
	if in.Square != (models.Square{}) {
		l.left, l.top, l.side = in.Square.Left, in.Square.Top, in.Square.Side
	}
	for i := range in.Mean {
		l.mean[i], l.scale[i] = in.Mean[i], 1/in.Deviation[i]
	}
	return l
}

// store writes one pixel into the planes.
func (l *layout) store(dst []float32, at int, r, g, b float32) {
	if l.grey {
		dst[at] = (0.299*r + 0.587*g + 0.114*b - l.mean[0]) * l.scale[0]
		return
	}
	if l.bgr {
		r, b = b, r
	}
	plane := l.w * l.h
	dst[at] = (r - l.mean[0]) * l.scale[0]
	dst[plane+at] = (g - l.mean[1]) * l.scale[1]
	dst[2*plane+at] = (b - l.mean[2]) * l.scale[2]
}

// maxSubsamples bounds the work for one input pixel to its square.
const maxSubsamples = 6

// sample fills dst with the part of the picture that m maps the input onto.
// Where the picture is finer than the input, several points are averaged, so
// that detail does not alias. What lies outside the picture is black.
func sample(dst []float32, l layout, p *picture.Picture, m affine) {
	k := min(maxSubsamples, max(1, int(math.Round(m.scale()))))
	share := 1 / float32(k*k)
	// One step of a subsample in the picture, along and across the input.
	dx, dy := Point{m.a / float64(k), m.d / float64(k)}, Point{m.b / float64(k), m.e / float64(k)}
	for y := range l.h {
		for x := range l.w {
			first := m.at(Point{float64(x) + 0.5/float64(k), float64(y) + 0.5/float64(k)})
			var r, g, b float32
			for j := range k {
				sx, sy := first.X+float64(j)*dy.X-0.5, first.Y+float64(j)*dy.Y-0.5
				for range k {
					pr, pg, pb := bilinear(p, sx, sy)
					r, g, b = r+pr, g+pg, b+pb
					sx, sy = sx+dx.X, sy+dx.Y
				}
			}
			l.store(dst, y*l.w+x, r*share, g*share, b*share)
		}
	}
}

// bilinear is the colour between the four pixels around a place, for which
// pixel centres are at whole coordinates. Outside the picture is black.
func bilinear(p *picture.Picture, x, y float64) (r, g, b float32) {
	fx0, fy0 := math.Floor(x), math.Floor(y)
	x0, y0 := int(fx0), int(fy0)
	if uint(x0) >= uint(p.W-1) || uint(y0) >= uint(p.H-1) {
		return bilinearEdge(p, x0, y0, float32(x-fx0), float32(y-fy0))
	}
	fx, fy := float32(x-fx0), float32(y-fy0)
	at := 3 * (y0*p.W + x0)
	top, low := p.Pix[at:at+6:at+6], p.Pix[at+3*p.W:at+3*p.W+6]
	w11 := fx * fy
	w10, w01 := fx-w11, fy-w11
	w00 := 1 - fx - w01
	r = w00*float32(top[0]) + w10*float32(top[3]) + w01*float32(low[0]) + w11*float32(low[3])
	g = w00*float32(top[1]) + w10*float32(top[4]) + w01*float32(low[1]) + w11*float32(low[4])
	b = w00*float32(top[2]) + w10*float32(top[5]) + w01*float32(low[2]) + w11*float32(low[5])
	return r, g, b
}

// bilinearEdge is bilinear where some of the four pixels lie outside.
func bilinearEdge(p *picture.Picture, x0, y0 int, fx, fy float32) (r, g, b float32) {
	weights := [4]float32{(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy}
	for i, w := range weights {
		x, y := x0+i&1, y0+i>>1
		if uint(x) < uint(p.W) && uint(y) < uint(p.H) {
			px := p.Pix[3*(y*p.W+x):]
			r, g, b = r+w*float32(px[0]), g+w*float32(px[1]), b+w*float32(px[2])
		}
	}
	return r, g, b
}

// view fills dst with an upright region of the picture, by whichever of shrink
// and sample suits its size.
func view(dst []float32, l layout, p *picture.Picture, region Box) {
	if region.W() >= 2*float64(l.w) && region.H() >= 2*float64(l.h) {
		shrink(dst, l, p, region)
	} else {
		sample(dst, l, p, fit(region, l.w, l.h))
	}
}

// shrink is sample for an upright region that is at least twice as large as
// the input on both sides: it averages whole pixels, at a cost of about one
// addition for each of them.
func shrink(dst []float32, l layout, p *picture.Picture, region Box) {
	columns := make([]int, l.w+1)
	for x := range columns {
		columns[x] = min(p.W, max(0, int(math.Round(region.X0+region.W()*float64(x)/float64(l.w)))))
	}
	// Of a narrow picture in a wide region most columns are empty; they are not
	// visited in every row.
	first, last := 0, l.w
	for first < last && columns[first+1] == columns[first] {
		first++
	}
	for last > first && columns[last] == columns[last-1] {
		last--
	}
	sums := make([]uint32, 3*l.w)
	defer clear(sums)
	for y := range l.h {
		top := min(p.H, max(0, int(math.Round(region.Y0+region.H()*float64(y)/float64(l.h)))))
		low := min(p.H, max(0, int(math.Round(region.Y0+region.H()*float64(y+1)/float64(l.h)))))
		clear(sums)
		for row := top; row < low; row++ {
			addRow(sums[3*first:], p.Pix[3*row*p.W:3*(row+1)*p.W], columns[first:last+1])
		}
		for x := range l.w {
			n := float32(max(1, (low-top)*(columns[x+1]-columns[x])))
			l.store(dst, y*l.w+x, float32(sums[3*x])/n, float32(sums[3*x+1])/n, float32(sums[3*x+2])/n)
		}
	}
}

func addRow(sums []uint32, row []byte, columns []int) {
	for x := range len(columns) - 1 {
		var r, g, b uint32
		for cell := row[3*columns[x] : 3*columns[x+1]]; len(cell) >= 3; cell = cell[3:] {
			r, g, b = r+uint32(cell[0]), g+uint32(cell[1]), b+uint32(cell[2])
		}
		sums[3*x] += r
		sums[3*x+1] += g
		sums[3*x+2] += b
	}
}
