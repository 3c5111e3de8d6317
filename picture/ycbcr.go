package picture

import "image"

// ycbcrRows converts by the equations of JFIF in 16-bit fixed point, which give
// the same bytes as color.YCbCrToRGB. Chroma is repeated, not interpolated.
func ycbcrRows(m *image.YCbCr) rows {
	across, down := chromaSteps(m.SubsampleRatio)
	sat := newSaturation()
	return func(dst []byte, y int) {
		w := len(dst) / 3
		luma := m.Y[y*m.YStride:][:w]
		at := y / down * m.CStride
		n := (w + across - 1) / across
		cb, cr := m.Cb[at:][:n], m.Cr[at:][:n]
		if across == 2 {
			sat.pairs(dst, luma, cb, cr)
			return
		}
		for x, l := range luma {
			sat.put(dst[3*x:3*x+3:3*x+3], l, chromaOf(cb[x/across], cr[x/across]))
		}
	}
}

// chromaSteps is how many luma samples share a chroma sample. The decoders give
// no other ratios than these, at origin (0, 0).
func chromaSteps(r image.YCbCrSubsampleRatio) (across, down int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// lumaUnit makes 255 just under 1<<24, so that its upper byte is 255.
const lumaUnit = 0x10101

// chroma is what a pair of chroma samples adds to each component, times 1<<16.
type chroma struct{ r, g, b int32 }

func chromaOf(cb, cr byte) chroma {
	b, r := int32(cb)-128, int32(cr)-128
	return chroma{91881 * r, -22554*b - 46802*r, 116130 * b}
}

// saturation maps a component, of which 10 bits are kept, to a byte: as it is
// from 0 to 255, 255 from 256 to 511, and 0 above, where negative numbers are.
// Looking it up takes the same time for every picture; comparing took up to
// twice as long on a textured one.
type saturation [1024]byte

func newSaturation() *saturation {
	var s saturation
	for i := range 256 {
		s[i], s[256+i] = byte(i), 255
	}
	return &s
}

func (s *saturation) put(d []byte, luma byte, c chroma) {
	l := int32(luma) * lumaUnit
	d[0] = s[uint32(l+c.r)>>16&1023]
	d[1] = s[uint32(l+c.g)>>16&1023]
	d[2] = s[uint32(l+c.b)>>16&1023]
}

// pairs converts a row in which two pixels share their chroma, by far the most
// frequent case: a camera's frame. It is put written out, which is too large to
// be inlined.
func (s *saturation) pairs(dst, luma, cb, cr []byte) {
	n := len(luma) / 2
	for i := range n {
		c := chromaOf(cb[i], cr[i])
		l := luma[2*i : 2*i+2 : 2*i+2]
		d := dst[6*i : 6*i+6 : 6*i+6]
		l0, l1 := int32(l[0])*lumaUnit, int32(l[1])*lumaUnit
		d[0] = s[uint32(l0+c.r)>>16&1023]
		d[1] = s[uint32(l0+c.g)>>16&1023]
		d[2] = s[uint32(l0+c.b)>>16&1023]
		d[3] = s[uint32(l1+c.r)>>16&1023]
		d[4] = s[uint32(l1+c.g)>>16&1023]
		d[5] = s[uint32(l1+c.b)>>16&1023]
	}
	if len(luma) > 2*n {
		s.put(dst[6*n:], luma[2*n], chromaOf(cb[n], cr[n]))
	}
}

func nycbcraRows(m *image.NYCbCrA) rows {
	opaque := ycbcrRows(&m.YCbCr)
	return func(dst []byte, y int) {
		opaque(dst, y)
		for x, a := range m.A[y*m.AStride:][:len(dst)/3] {
			if a != 255 {
				d := dst[3*x : 3*x+3 : 3*x+3]
				d[0], d[1], d[2] = overWhite(d[0], a), overWhite(d[1], a), overWhite(d[2], a)
			}
		}
	}
}
