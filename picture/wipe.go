package picture

import "image"

// wipeImage zeroes the pixels of an image that a decoder returned, to the end of
// what was allocated: a decoder may keep rows and columns that the picture's
// bounds do not show.
func wipeImage(img image.Image) {
	switch m := img.(type) {
	case *image.YCbCr:
		wipeAll(m.Y, m.Cb, m.Cr)
	case *image.NYCbCrA:
		wipeAll(m.Y, m.Cb, m.Cr, m.A)
	case *image.Gray:
		wipeAll(m.Pix)
	case *image.Gray16:
		wipeAll(m.Pix)
	case *image.CMYK:
		wipeAll(m.Pix)
	case *image.Paletted:
		wipeAll(m.Pix)
	case *image.RGBA:
		wipeAll(m.Pix)
	case *image.NRGBA:
		wipeAll(m.Pix)
	case *image.RGBA64:
		wipeAll(m.Pix)
	case *image.NRGBA64:
		wipeAll(m.Pix)
	}
}

func wipeAll(planes ...[]byte) {
	for _, p := range planes {
		clear(p[:cap(p)])
	}
}
