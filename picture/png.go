package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngHeader walks the chunks (PNG third edition, 5.3): four bytes of length,
// four of type, the content, four of checksum.
func pngHeader(data []byte) (header, error) {
	h := header{orient: upright, cutOff: true}
	for rest := data[len(pngMagic):]; len(rest) >= 8 && h.cutOff; {
		n, kind := int64(binary.BigEndian.Uint32(rest)), string(rest[4:8])
		if 8+n > int64(len(rest)) {
			break
		}
		content := rest[8 : 8+n]
		switch kind {
		case "IHDR":
			if err := h.pngSize(content); err != nil {
				return header{}, err
			}
		case "acTL":
			return header{}, refuse(ErrAnimated, "an animated PNG")
		case "eXIf":
			h.orient = exifOrientation(content)
		case "IEND":
			h.cutOff = false
		}
		rest = rest[min(12+n, int64(len(rest))):]
	}
	if h.need == 0 {
		if h.cutOff {
			return header{}, refuse(ErrTruncated, "the file ends before its size is given")
		}
		return header{}, refuse(ErrDamaged, "it has no image header")
	}
	return h, nil
}

// pngSize reads the size and kind, and what image/png allocates for it: one
// image, and another's worth of passes when it is interlaced.
func (h *header) pngSize(ihdr []byte) error {
	if len(ihdr) != 13 || h.need != 0 {
		return refuse(ErrDamaged, "its image header is wrong")
	}
	w, ht := binary.BigEndian.Uint32(ihdr), binary.BigEndian.Uint32(ihdr[4:])
	if w > 1<<31-1 || ht > 1<<31-1 {
		return refuse(ErrDamaged, "its size is out of range")
	}
	h.w, h.h = int(w), int(ht)
	depth, colour, interlaced := ihdr[8], ihdr[9], ihdr[12] != 0
	perPixel := 4
	switch {
	case depth == 16:
		perPixel = 8
	case colour == 3:
		perPixel = 1
	}
	if interlaced {
		perPixel *= 2
	}
	h.leaves = true // Inflated rows, and the passes.
	// The size has not been checked yet, so the product may be beyond an int.
	h.need = perPixel * min(h.w*h.h, 2*MaxPixels)
	h.need = max(h.need, 1)
	return nil
}

func pngPixels(data []byte) (image.Image, error) {
	return png.Decode(bytes.NewReader(data))
}
