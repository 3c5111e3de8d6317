package mrzread

import "math"

// ink is what is darker than its surroundings in a reduced picture. It may show a
// person: whoever makes one clears it.
type ink struct {
	w, h, scale int
	dark        []bool
}

// maxSide is the longest side that characters are looked for at, in pixels: a line
// of 44 that fills half of it has a pitch of 20.
const maxSide = 1800

// reduced is a grey picture averaged down to maxSide.
type reduced struct {
	w, h, scale int
	pix         []byte
}

func reduce(w, h int, pix []byte) *reduced {
	k := (max(w, h) + maxSide - 1) / maxSide
	r := &reduced{w / k, h / k, k, nil}
	r.pix = make([]byte, r.w*r.h)
	for y := range r.h {
		for x := range r.w {
			sum := 0
			for dy := range k {
				row := pix[(y*k+dy)*w+x*k:]
				for dx := range k {
					sum += int(row[dx])
				}
			}
			r.pix[y*r.w+x] = byte(sum / (k * k))
		}
	}
	return r
}

// smooth is the picture after a small blur, which takes noise away and joins what
// it tore.
func (r *reduced) smooth() *reduced {
	out := &reduced{r.w, r.h, r.scale, make([]byte, len(r.pix))}
	copy(out.pix, r.pix)
	for y := 1; y+1 < r.h; y++ {
		up, row, down := r.pix[(y-1)*r.w:], r.pix[y*r.w:], r.pix[(y+1)*r.w:]
		for x := 1; x+1 < r.w; x++ {
			sum := int(up[x-1]) + 2*int(up[x]) + int(up[x+1]) + 2*int(row[x-1]) + 4*int(row[x]) + 2*int(row[x+1]) + int(down[x-1]) + 2*int(down[x]) + int(down[x+1])
			out.pix[y*r.w+x] = byte(sum / 16)
		}
	}
	return out
}

func (r *reduced) wipe() { clear(r.pix) }

// rule says what counts as ink: a value v, with mean m and deviation s of the square
// around it.
type rule func(v, m, s float64) bool

// sauvola is the rule of Sauvola and Pietikäinen (2000).
func sauvola(k float64) rule {
	return func(v, m, s float64) bool { return s > 4 && v < m*(1+k*(s/128-1)) }
}

// niblack is the rule of Niblack (1986), where there is any contrast to speak of: for
// print that is faint everywhere, which the other leaves out.
func niblack(k, least float64) rule {
	return func(v, m, s float64) bool { return s > least && v < m-k*s }
}

// threshold marks what is ink by a rule, the square reaching so far to each side.
func (r *reduced) threshold(dark rule, half int) *ink {
	out := &ink{r.w, r.h, r.scale, make([]bool, r.w*r.h)}
	sums, squares := make([]uint64, (r.w+1)*(r.h+1)), make([]uint64, (r.w+1)*(r.h+1))
	defer clear(sums)
	defer clear(squares)
	for y := range r.h {
		var s, q uint64
		for x := range r.w {
			v := uint64(r.pix[y*r.w+x])
			s, q = s+v, q+v*v
			sums[(y+1)*(r.w+1)+x+1] = sums[y*(r.w+1)+x+1] + s
			squares[(y+1)*(r.w+1)+x+1] = squares[y*(r.w+1)+x+1] + q
		}
	}
	for y := range r.h {
		top, bottom := max(0, y-half)*(r.w+1), min(r.h, y+half+1)*(r.w+1)
		for x := range r.w {
			left, right := max(0, x-half), min(r.w, x+half+1)
			n := float64((right - left) * (bottom - top) / (r.w + 1))
			m := float64(sums[bottom+right]-sums[bottom+left]-sums[top+right]+sums[top+left]) / n
			q := float64(squares[bottom+right]-squares[bottom+left]-squares[top+right]+squares[top+left]) / n
			s := math.Sqrt(max(0, q-m*m))
			out.dark[y*r.w+x] = dark(float64(r.pix[y*r.w+x]), m, s)
		}
	}
	return out
}
