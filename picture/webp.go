package picture

import (
	"bytes"
	"encoding/binary"
	"image"

	"golang.org/x/image/webp"
)

// Flags of the VP8X chunk (WebP container specification, extended file format).
const webpAnimated = 1 << 1

// treesNeed is what the Huffman trees of a lossless picture may take: the
// decoder allows 2,600 groups of five trees.
const treesNeed = 140_000_000

// webpHeader walks the chunks of the RIFF container: four bytes of type, four of
// length, the content, and a byte of padding after an odd length.
func webpHeader(data []byte) (header, error) {
	h := header{orient: upright}
	end := int64(binary.LittleEndian.Uint32(data[4:])) + 8
	h.cutOff = end > int64(len(data))
	alpha := false
	for rest := data[12:]; len(rest) >= 8; {
		n, kind := int64(binary.LittleEndian.Uint32(rest[4:])), string(rest[:4])
		content := rest[8:min(8+n, int64(len(rest)))]
		switch kind {
		case "VP8X":
			if len(content) > 0 && content[0]&webpAnimated != 0 {
				return header{}, refuse(ErrAnimated, "an animated WebP")
			}
		case "ANIM", "ANMF":
			return header{}, refuse(ErrAnimated, "an animated WebP")
		case "ALPH":
			alpha = true
		case "VP8 ", "VP8L":
			if h.need == 0 {
				h.webpSize(kind, content, alpha)
			}
		case "EXIF":
			h.orient = exifOrientation(bytes.TrimPrefix(content, []byte("Exif\x00\x00")))
		}
		rest = rest[min(8+n+n&1, int64(len(rest))):]
	}
	if h.need == 0 {
		if h.cutOff {
			return header{}, refuse(ErrTruncated, "the file ends before its size is given")
		}
		return header{}, refuse(ErrDamaged, "it has no picture")
	}
	return h, nil
}

// webpSize reads the size out of a frame header (RFC 6386, 9.1, or WebP lossless
// specification, 3) and what the decoder allocates for it. A header too short to
// hold a size leaves need at 0.
func (h *header) webpSize(kind string, frame []byte, alpha bool) {
	switch {
	case kind == "VP8 " && len(frame) >= 10:
		h.w = int(binary.LittleEndian.Uint16(frame[6:]) & 0x3fff)
		h.h = int(binary.LittleEndian.Uint16(frame[8:]) & 0x3fff)
		h.need = 2*h.w*h.h + 1
		if alpha {
			h.need += 9*h.w*h.h + treesNeed
		}
	case kind == "VP8L" && len(frame) >= 5:
		bits := binary.LittleEndian.Uint32(frame[1:])
		h.w, h.h = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		h.need = 8*h.w*h.h + treesNeed
	}
	h.leaves = true // Rows of macroblocks, alpha, and copies before a transform.
}

func webpPixels(data []byte) (image.Image, error) {
	return webp.Decode(bytes.NewReader(data))
}
