package picturetest

import (
	"bytes"
	"encoding/binary"
	"math"
)

// JPEG says how to encode a picture. The zero value is grey and baseline.
type JPEG struct {
	// Sampling is the horizontal and vertical factor of each component; nil is
	// one component.
	Sampling [][2]int
	// Progressive gives one scan for the DC coefficients of all components, and
	// one for the others of each.
	Progressive bool
	// Adobe adds an APP14 marker with the transform Adobe-1; 0 adds none.
	Adobe int
	// JFIF adds an APP0 marker.
	JFIF bool
	// Orientation adds an APP1 marker with an EXIF orientation; 0 adds none.
	Orientation int
}

// Samplings that are in use.
func S444() [][2]int { return [][2]int{{1, 1}, {1, 1}, {1, 1}} }
func S420() [][2]int { return [][2]int{{2, 2}, {1, 1}, {1, 1}} }
func S422() [][2]int { return [][2]int{{2, 1}, {1, 1}, {1, 1}} }
func S440() [][2]int { return [][2]int{{1, 2}, {1, 1}, {1, 1}} }
func S411() [][2]int { return [][2]int{{4, 1}, {1, 1}, {1, 1}} }
func S410() [][2]int { return [][2]int{{4, 2}, {1, 1}, {1, 1}} }
func CMYK() [][2]int { return [][2]int{{1, 1}, {1, 1}, {1, 1}, {1, 1}} }

// Samples gives the value of component c at the pixel (x, y).
type Samples func(c, x, y int) byte

// YCbCr turns a drawing into samples of Y, Cb and Cr (JFIF).
func YCbCr(d Draw) Samples {
	return func(c, x, y int) byte {
		r8, g8, b8 := d(x, y)
		r, g, b := float64(r8), float64(g8), float64(b8)
		v := [3]float64{
			0.299*r + 0.587*g + 0.114*b,
			128 - 0.168736*r - 0.331264*g + 0.5*b,
			128 + 0.5*r - 0.418688*g - 0.081312*b,
		}[c]
		return byte(math.Max(0, math.Min(255, math.Round(v))))
	}
}

// Encode writes w by h pixels, finely quantised. With nil samples every
// coefficient is zero, which is quick for very large pictures.
func (j JPEG) Encode(w, h int, samples Samples) []byte {
	if j.Sampling == nil {
		j.Sampling = [][2]int{{1, 1}}
	}
	e := &encoder{JPEG: j, w: w, h: h, samples: samples}
	e.out.Write([]byte{0xff, 0xd8})
	e.metadata()
	e.tables()
	e.frame()
	if j.Progressive {
		e.scan(e.all(), 0, 0)
		for c := range j.Sampling {
			e.scan([]int{c}, 1, 63)
		}
	} else {
		e.scan(e.all(), 0, 63)
	}
	e.out.Write([]byte{0xff, 0xd9})
	return e.out.Bytes()
}

type encoder struct {
	JPEG
	w, h    int
	samples Samples
	out     bytes.Buffer
	acc     uint64 // Bits not yet written, the last one lowest.
	n       uint
}

func (e *encoder) all() []int {
	cs := make([]int, len(e.Sampling))
	for i := range cs {
		cs[i] = i
	}
	return cs
}

func (e *encoder) segment(marker byte, content []byte) {
	e.out.Write([]byte{0xff, marker})
	_ = binary.Write(&e.out, binary.BigEndian, uint16(len(content)+2))
	e.out.Write(content)
}

func (e *encoder) metadata() {
	if e.JFIF {
		e.segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	}
	if e.Orientation != 0 {
		e.segment(0xe1, append([]byte("Exif\x00\x00"), EXIF(e.Orientation)...))
	}
	if e.Adobe != 0 {
		e.segment(0xee, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(e.Adobe-1)))
	}
}

// tables writes quantisation by 2 throughout, and Huffman tables in which every
// code of a table has the same length: 4 bits for the twelve DC sizes, 8 for the
// 162 AC symbols.
func (e *encoder) tables() {
	e.segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{2}, 64)...))
	dc := []byte{0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	for i := range 12 {
		dc = append(dc, byte(i))
	}
	e.segment(0xc4, dc)
	ac := []byte{0x10, 0, 0, 0, 0, 0, 0, 0, 162, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xf0}
	for i := range 160 {
		ac = append(ac, byte(i/10<<4|(i%10+1)))
	}
	e.segment(0xc4, ac)
}

// acCode is the position of the symbol in the table above.
func acCode(run, size int) uint64 {
	switch {
	case size == 0 && run == 0:
		return 0
	case size == 0:
		return 1
	}
	return uint64(2 + run*10 + size - 1)
}

func (e *encoder) frame() {
	marker := byte(0xc0)
	if e.Progressive {
		marker = 0xc2
	}
	f := []byte{8, byte(e.h >> 8), byte(e.h), byte(e.w >> 8), byte(e.w), byte(len(e.Sampling))}
	for i, s := range e.Sampling {
		f = append(f, byte(i+1), byte(s[0]<<4|s[1]), 0)
	}
	e.segment(marker, f)
}

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
	var co [64]int
	if e.samples != nil {
		co = e.transform(c, bx, by)
	}
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
