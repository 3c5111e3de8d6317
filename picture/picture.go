// Package picture decodes the stills that Facelatch is given: photographs of
// faces, and pictures of printed passes.
//
// It turns the bytes of a JPEG, PNG or WebP file into upright 8-bit pixels,
// within stated limits of size and memory, and clears what it held on the way.
// It knows nothing of faces or passes.
//
// It never opens a file, never keeps a picture after the caller has wiped it,
// and never decodes an animation: a moving picture is not a still.
//
// # What is read
//
// JPEG: baseline and progressive; grey, YCbCr at 4:4:4, 4:4:0, 4:2:2, 4:2:0,
// 4:1:1 and 4:1:0, RGB, and CMYK or YCCK as Adobe writes them (inverted, with an
// APP14 marker). PNG: every colour type and depth, interlaced or not. WebP:
// lossy, lossless, and with alpha. The EXIF orientation is obeyed in all three.
// Transparent pixels are laid over white.
//
// Colours are taken to be sRGB: embedded colour profiles, gamma and chromaticity
// chunks are not applied. For a photograph in a wider space (Display P3, as
// telephones write) that makes colours a little duller, and shapes the same.
//
// # Memory
//
// Sizes are read from the header and checked before pixels are allocated. A
// decoder here needs at most 12 bytes for each pixel of a progressive picture
// (the coefficients of every block are kept until the last scan) and 3 to 8
// otherwise. Where the header says that more than 760 MB would be needed, the
// file is refused with ErrTooLarge before the pixels are read; below MaxPixels
// that happens only to progressive CMYK above 31 megapixels and progressive RGB
// above 40.
//
// # What is cleared
//
// The planes and pixels that the decoders return are zeroed before Decode
// returns. BUG(memory): what the decoders of the standard library and of
// golang.org/x/image keep for themselves cannot be reached to be zeroed: the
// coefficients of a progressive JPEG, the passes of an interlaced PNG, the last
// 32 KiB of inflated rows, the planes of a picture whose decoding failed. For
// failed and progressive pictures, and all large ones, Decode therefore collects
// them and hands the pages back to the operating system, which clears them
// before anybody gets them again; for the rest a few rows of a picture may stay
// in free memory of this process until it is used again.
package picture

// Picture is a decoded still, upright, in 8-bit sRGB.
type Picture struct {
	// W and H are the width and height of Pix in pixels, at least 1.
	W, H int
	// Pix holds H rows of W pixels without padding, each pixel as the bytes
	// R, G, B: 3*W*H bytes.
	Pix []byte
	// Scale is how many pixels of the file, across and down, were averaged into
	// one pixel of Pix. It is 1 up to MaxKept pixels, and the smallest whole
	// number that brings Pix below MaxKept otherwise.
	Scale int
}

// Wipe overwrites the pixels with zeros. The picture stays usable, and black.
// It may be called on a nil Picture and any number of times.
func (p *Picture) Wipe() {
	if p != nil {
		clear(p.Pix)
	}
}

// Gray returns the luma of the picture: H rows of W bytes, 0 for black, weighted
// as in JFIF (ITU-R BT.601). The caller owns the slice and should clear it when
// the picture may show a person.
func (p *Picture) Gray() []byte {
	out := make([]byte, p.W*p.H)
	pix := p.Pix
	for i := range out {
		s := pix[3*i : 3*i+3 : 3*i+3]
		out[i] = byte((19595*uint32(s[0]) + 38470*uint32(s[1]) + 7471*uint32(s[2]) + 1<<15) >> 16)
	}
	return out
}
