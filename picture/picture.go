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
// decoder here needs 15 bytes for each pixel of a progressive 4:4:4 picture (the
// coefficients of every block are kept until the last scan), up to 16 of an
// interlaced 16-bit one, and 2 to 10 otherwise. Where the header says that more
// than 800 MB would be needed, the file is refused with ErrTooLarge before its
// pixels are read; up to MaxPixels that happens only to progressive CMYK above
// 33 megapixels and progressive RGB above 42.
//
// # What is cleared
//
// The planes and pixels that the decoders return are zeroed before Decode
// returns. What the decoders of the standard library and of golang.org/x/image
// keep for themselves cannot be reached to be zeroed: the coefficients of a
// progressive JPEG, the planes of an RGB, CMYK or YCCK one, the inflated rows of
// a PNG, the copies of a WebP, the planes of a picture whose decoding failed.
// Except for a baseline JPEG in YCbCr or grey, which leaves nothing of that kind
// and is what cameras send, Decode therefore collects the garbage and hands the
// pages back to the operating system, which clears them before anybody gets them
// again. A test searches the whole memory of a process for pieces of a picture
// that was wiped.
//
// BUG(memory): that is as good as the Go runtime's collection, which makes no
// promise: a piece of a row that shares its page with something alive can stay
// until that page is used again.
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
