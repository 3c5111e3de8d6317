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
