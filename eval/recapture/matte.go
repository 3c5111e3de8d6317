package recapture

import "math"

// How much a plain background may change from pixel to pixel, and from what is
// expected of it at its place, as logarithms of light.
const (
	step  = 0.07
	reach = 0.15
	dark  = 0.004 // added to light, so that black has a logarithm
)

// matte tells a person from a plain background.
type matte struct {
	solid []float32 // of each pixel, 1 for the person; nil where the background is not plain
	fall  fall      // of the background
}

// matte floods from the upper edges to what is like the background there, but not
// into the chest, whose clothes may be as light. How the background falls off to its
// sides is fitted anew to what was flooded, a few times.
func (p *plane) matte(of chest) matte {
	seeds := p.border()
	logs := p.logs()
	defer clear(logs)
	if !even(logs, seeds) {
		return matte{}
	}
	f := fall{w: p.w, h: p.h}
	f.fit(logs, seeds)
	var out []float32
	for range 3 {
		out = make([]float32, p.w*p.h)
		for i := range out {
			out[i] = 1
		}
		f.fit(logs, p.flood(out, logs, seeds, of, &f))
	}
	solid := soften(out, p.w, p.h)
	for i, v := range solid { // the outermost pixel has some of the background in it
		solid[i] = max(0, 2*v-1)
	}
	return matte{solid, f}
}

// flood makes everything 0 that is background, and lists it.
func (p *plane) flood(out, logs []float32, seeds []int, of chest, f *fall) (wet []int) {
	type way struct{ from, to int }
	var open []way
	for _, i := range seeds {
		open = append(open, way{i, i})
	}
	for len(open) > 0 {
		w := open[len(open)-1]
		open = open[:len(open)-1]
		if out[w.to] == 0 || of.covers(w.to%p.w, w.to/p.w) || !f.like(logs, w.to) || !near(logs, w.from, w.to) {
			continue
		}
		out[w.to] = 0
		wet = append(wet, w.to)
		for _, n := range p.neighbours(w.to) {
			if out[n] == 1 {
				open = append(open, way{w.to, n})
			}
		}
	}
	return wet
}

// shoulders is how far below the eyes they begin, in distances of the eyes.
const shoulders = 2.6

// chest is about where somebody's chest is, from the middle between the eyes and
// their distance: it begins under the chin and soon is as wide as shoulders.
type chest struct{ x, y, eyes float64 }

func (c chest) covers(x, y int) bool {
	below := (float64(y)-c.y)/c.eyes - shoulders
	return below > 0 && math.Abs(float64(x)-c.x) < c.eyes*min(2.8, 0.7+2.5*below)
}

// near is whether two pixels are about as light in every colour.
func near(logs []float32, i, j int) bool {
	for c := range 3 {
		if math.Abs(float64(logs[3*i+c]-logs[3*j+c])) > step {
			return false
		}
	}
	return true
}

// logs are the logarithms of all light.
func (p *plane) logs() []float32 {
	out := make([]float32, len(p.pix))
	for i, v := range p.pix {
		out[i] = float32(math.Log(float64(v) + dark))
	}
	return out
}

// border is the upper edge and the upper thirds of the sides.
func (p *plane) border() (seeds []int) {
	for x := range p.w {
		seeds = append(seeds, x)
	}
	for y := range p.h / 3 {
		seeds = append(seeds, y*p.w, y*p.w+p.w-1)
	}
	return seeds
}

// even is whether places differ little, as those of a plain background do.
func even(logs []float32, at []int) bool {
	var sum, squares float64
	for _, i := range at {
		l := float64(logs[3*i]+logs[3*i+1]+logs[3*i+2]) / 3
		sum, squares = sum+l, squares+l*l
	}
	n := float64(len(at))
	return math.Sqrt(max(0, squares/n-sum*sum/n/n)) <= 0.35
}

// fall is how a background's light changes over the picture: for each colour, a
// polynomial of the second degree in x and y, in logarithms.
type fall struct {
	w, h int
	k    [3][terms]float64
}

const terms = 6

// powers are what a place's coefficients are multiplied by.
func (f *fall) powers(u, v float64) [terms]float64 {
	x, y := 2*u/float64(f.w)-1, 2*v/float64(f.h)-1
	return [terms]float64{1, x, y, x * x, x * y, y * y}
}

// fit finds the polynomials of least squares. What cannot be told from the places
// given, such as a change downwards from an upper edge alone, is held near zero.
func (f *fall) fit(logs []float32, at []int) {
	const most, hold = 20_000, 1e-3
	var m [terms][terms + 3]float64
	for n := 0; n < len(at); n += len(at)/most + 1 {
		p := f.powers(f.place(at[n]))
		for r := range terms {
			for c := range terms {
				m[r][c] += p[r] * p[c]
			}
			for c := range 3 {
				m[r][terms+c] += p[r] * float64(logs[3*at[n]+c])
			}
		}
	}
	for r := range terms {
		m[r][r] += hold * m[0][0]
	}
	solve(&m)
	for c := range 3 {
		for r := range terms {
			f.k[c][r] = m[r][terms+c]
		}
	}
}

// solve leaves the three solutions in the last columns. The matrix is symmetric and
// its diagonal is not zero.
func solve(m *[terms][terms + 3]float64) {
	for r := range terms {
		for c := terms + 2; c >= r; c-- {
			m[r][c] /= m[r][r]
		}
		for o := range terms {
			if k := m[o][r]; o != r {
				for c := r; c < terms+3; c++ {
					m[o][c] -= k * m[r][c]
				}
			}
		}
	}
}

// place is where a pixel is.
func (f *fall) place(i int) (u, v float64) { return float64(i % f.w), float64(i / f.w) }

// expected is the background's light at a place, as logarithms.
func (f *fall) expected(u, v float64) (want [3]float64) {
	for r, p := range f.powers(u, v) {
		for c := range want {
			want[c] += f.k[c][r] * p
		}
	}
	return want
}

// like is whether a pixel is about as light as the background would be there.
func (f *fall) like(logs []float32, i int) bool {
	for c, want := range f.expected(f.place(i)) {
		if math.Abs(float64(logs[3*i+c])-want) > reach {
			return false
		}
	}
	return true
}

// without is light as a share of the background's at a place, at most all of it.
func (f *fall) without(lit [3]float32, u, v float64) (share [3]float32) {
	for c, want := range f.expected(u, v) {
		share[c] = min(1, (lit[c]+dark)/float32(math.Exp(want)))
	}
	return share
}

func (p *plane) neighbours(i int) []int {
	x, y := i%p.w, i/p.w
	var all []int
	if x > 0 {
		all = append(all, i-1)
	}
	if x < p.w-1 {
		all = append(all, i+1)
	}
	if y > 0 {
		all = append(all, i-p.w)
	}
	if y < p.h-1 {
		all = append(all, i+p.w)
	}
	return all
}

// soften averages each value with its eight neighbours.
func soften(in []float32, w, h int) []float32 {
	out := make([]float32, len(in))
	for y := range h {
		for x := range w {
			var sum, n float32
			for j := max(0, y-1); j <= min(h-1, y+1); j++ {
				for i := max(0, x-1); i <= min(w-1, x+1); i++ {
					sum, n = sum+in[j*w+i], n+1
				}
			}
			out[y*w+x] = sum / n
		}
	}
	return out
}
