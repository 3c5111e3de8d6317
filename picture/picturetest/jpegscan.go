package picturetest

import "math"

// scan writes the coefficients from..to of the components cs.
func (e *encoder) scan(cs []int, from, to int) {
	head := []byte{byte(len(cs))}
	for _, c := range cs {
		head = append(head, byte(c+1), 0)
	}
	e.segment(0xda, append(head, byte(from), byte(to), 0))
	hMax, vMax := e.most()
	dc := make([]int, len(e.Sampling))
	if len(cs) == 1 { // Not interleaved: blocks in rows, without padding to whole units.
		c := cs[0]
		s := e.Sampling[c]
		across := (e.w*s[0] + 8*hMax - 1) / (8 * hMax)
		down := (e.h*s[1] + 8*vMax - 1) / (8 * vMax)
		for i := range across * down {
			e.block(c, i%across, i/across, from, to, &dc[c])
		}
		e.flush()
		return
	}
	across, down := (e.w+8*hMax-1)/(8*hMax), (e.h+8*vMax-1)/(8*vMax)
	for i := range across * down {
		for _, c := range cs {
			s := e.Sampling[c]
			for b := range s[0] * s[1] {
				e.block(c, i%across*s[0]+b%s[0], i/across*s[1]+b/s[0], from, to, &dc[c])
			}
		}
	}
	e.flush()
}

func (e *encoder) most() (h, v int) {
	for _, s := range e.Sampling {
		h, v = max(h, s[0]), max(v, s[1])
	}
	return h, v
}

// block writes the block (bx, by) of component c.
func (e *encoder) block(c, bx, by, from, to int, dc *int) {
	if e.samples == nil {
		e.flat(from, to)
		return
	}
	co := e.transform(c, bx, by)
	if from == 0 {
		size, bits := magnitude(co[0] - *dc)
		*dc = co[0]
		e.put(uint64(size), 4)
		e.put(bits, uint(size))
		from = 1
	}
	run := 0
	for k := from; k <= to; k++ {
		v := co[zigzag(k)]
		if v == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			e.put(acCode(15, 0), 8)
		}
		size, bits := magnitude(v)
		e.put(acCode(run, size), 8)
		e.put(bits, uint(size))
		run = 0
	}
	if to > 0 && run > 0 {
		e.put(acCode(0, 0), 8)
	}
}

// flat writes a block of zeros.
func (e *encoder) flat(from, to int) {
	if from == 0 {
		e.put(0, 4)
	}
	if to > 0 {
		e.put(acCode(0, 0), 8)
	}
}

// magnitude is the number of bits of v, and those bits, as T.81 F.1.2 has them.
func magnitude(v int) (size int, bits uint64) {
	a := v
	if v < 0 {
		a, v = -v, v-1
	}
	for ; a > 0; a >>= 1 {
		size++
	}
	return size, uint64(v) & (1<<size - 1)
}

// zigzag is the row-major position of the k-th coefficient.
func zigzag(k int) int {
	x, y, up := 0, 0, true
	for range k {
		switch {
		case up && x == 7:
			y, up = y+1, false
		case up && y == 0:
			x, up = x+1, false
		case up:
			x, y = x+1, y-1
		case y == 7:
			x, up = x+1, true
		case x == 0:
			y, up = y+1, true
		default:
			x, y = x-1, y+1
		}
	}
	return 8*y + x
}

// transform is the quantised cosine transform of a block, from its definition.
func (e *encoder) transform(c, bx, by int) (co [64]int) {
	hMax, vMax := e.most()
	sx, sy := hMax/e.Sampling[c][0], vMax/e.Sampling[c][1]
	var in, mid [64]float64
	for i := range in {
		x, y := min((8*bx+i%8)*sx, e.w-1), min((8*by+i/8)*sy, e.h-1)
		in[i] = float64(e.samples(c, x, y)) - 128
	}
	for i := range mid {
		for n := range 8 {
			mid[i] += in[i/8*8+n] * basis(n, i%8)
		}
	}
	for i := range co {
		sum := 0.0
		for n := range 8 {
			sum += mid[n*8+i%8] * basis(n, i/8)
		}
		co[i] = int(math.Round(sum / 2))
	}
	return co
}

func basis(n, k int) float64 {
	if k == 0 {
		return math.Sqrt2 / 4
	}
	return math.Cos(float64(2*n+1)*float64(k)*math.Pi/16) / 2
}

func (e *encoder) put(bits uint64, n uint) {
	e.acc, e.n = e.acc<<n|bits, e.n+n
	for e.n >= 8 {
		e.n -= 8
		b := byte(e.acc >> e.n)
		e.out.WriteByte(b)
		if b == 0xff {
			e.out.WriteByte(0)
		}
	}
	e.acc &= 1<<e.n - 1
}

func (e *encoder) flush() {
	if e.n > 0 {
		e.put(1<<(8-e.n)-1, 8-e.n)
	}
}
