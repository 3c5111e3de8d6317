// Package picture decodes the stills that Facelatch is given: photographs of
// faces, and pictures of printed passes.
//
// It turns the bytes of a JPEG, PNG or WebP file into upright 8-bit sRGB
// pixels, within stated limits of size and memory, and clears what it held on
// the way. It knows nothing of faces or passes.
//
// It never opens a file, never keeps a picture after the caller has wiped it,
// and never decodes an animation: a moving picture is not a still.
package picture

// Picture is a decoded still, upright, in 8-bit sRGB.
type Picture struct {
	// W and H are the width and height of Pix in pixels, at least 1.
	W, H int
	// Pix holds H rows of W pixels without padding, each pixel as the bytes
	// R, G, B: 3*W*H bytes.
	Pix []byte
	// Scale is how many pixels of the file, across and down, were averaged into
	// one pixel of Pix: 1 except for pictures of more than MaxPixels/3 pixels.
	Scale int
}

// Wipe overwrites the pixels with zeros. The picture stays usable, and black.
// It may be called on a nil Picture and any number of times.
func (p *Picture) Wipe() {
	if p != nil {
		clear(p.Pix)
	}
}
