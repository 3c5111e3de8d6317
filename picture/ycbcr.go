package picture

import "image"

// ycbcrRows converts by the equations of JFIF in 16-bit fixed point, which give
// the same bytes as color.YCbCrToRGB. Chroma is repeated, not interpolated.
func ycbcrRows(m *image.YCbCr) rows {
	across, down := chromaSteps(m.SubsampleRatio)
	return func(dst []byte, y int) {
		w := len(dst) / 3
		luma := m.Y[y*m.YStride:][:w]
		at := y / down * m.CStride
		n := (w + across - 1) / across
		cb, cr := m.Cb[at:][:n], m.Cr[at:][:n]
		if across == 2 {
			ycbcrPairs(dst, luma, cb, cr)
			return
		}
		for x, l := range luma {
			d := dst[3*x : 3*x+3 : 3*x+3]
			d[0], d[1], d[2] = chromaOf(cb[x/across], cr[x/across]).rgb(l)
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

// ycbcrPairs converts a row in which two pixels share their chroma, by far the
// most frequent case: a camera's frame.
func ycbcrPairs(dst, luma, cb, cr []byte) {
	for len(luma) >= 2 && len(cb) >= 1 && len(cr) >= 1 && len(dst) >= 6 {
		c := chromaOf(cb[0], cr[0])
		dst[0], dst[1], dst[2] = c.rgb(luma[0])
		dst[3], dst[4], dst[5] = c.rgb(luma[1])
		dst, luma, cb, cr = dst[6:], luma[2:], cb[1:], cr[1:]
	}
	if len(luma) == 1 {
		dst[0], dst[1], dst[2] = chromaOf(cb[0], cr[0]).rgb(luma[0])
	}
}

// chroma is what a pair of chroma samples adds to each component, times 1<<16.
type chroma struct{ r, g, b int32 }

func chromaOf(cb, cr byte) chroma {
	b, r := int32(cb)-128, int32(cr)-128
	return chroma{91881 * r, -22554*b - 46802*r, 116130 * b}
}

func (c chroma) rgb(luma byte) (r, g, b byte) {
	l := int32(luma) * 0x10101 // 255 becomes just under 1<<24, so that it rounds to 255.
	return clamp(l + c.r), clamp(l + c.g), clamp(l + c.b)
}

// clamp takes the upper byte of a 24-bit number: 0 below it, 255 above.
func clamp(v int32) byte {
	if uint32(v)>>24 == 0 {
		return byte(v >> 16)
	}
	return byte(^(v >> 31))
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
