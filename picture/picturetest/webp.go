package picturetest

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// RIFF is a WebP container around the given chunks.
func RIFF(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), slices.Concat(chunks...)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// RIFFChunk is one chunk, padded to an even length.
func RIFFChunk(kind string, content []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(content)))
	b = append(b, content...)
	return append(b, make([]byte, len(content)%2)...)
}

// LosslessWebP encodes w by h pixels without transforms. With a nil drawing all
// pixels are one colour and take no bits, which is quick for very large pictures.
func LosslessWebP(w, h int, d Draw) []byte {
	return RIFF(RIFFChunk("VP8L", vp8l(w, h, false, d)))
}

// IndexedWebP is a one-coloured picture with a colour index, for which a decoder
// needs a second copy of the pixels.
func IndexedWebP(w, h int) []byte {
	return RIFF(RIFFChunk("VP8L", vp8l(w, h, true, nil)))
}

// OrientedWebP is a lossless WebP with an EXIF orientation.
func OrientedWebP(w, h, orientation int, d Draw) []byte {
	x := []byte{1 << 3, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0}
	return RIFF(RIFFChunk("VP8X", x), RIFFChunk("VP8L", vp8l(w, h, false, d)), RIFFChunk("EXIF", EXIF(orientation)))
}

// AnimatedWebP declares an animation and holds no frame.
func AnimatedWebP() []byte {
	return RIFF(RIFFChunk("VP8X", []byte{1 << 1, 0, 0, 0, 9, 0, 0, 9, 0, 0}), RIFFChunk("ANIM", make([]byte, 6)))
}

// lowBits writes numbers from the lowest bit up, as VP8L does.
type lowBits struct {
	out []byte
	acc uint64
	n   uint
}

func (b *lowBits) put(v uint64, n uint) {
	b.acc |= v << b.n
	for b.n += n; b.n >= 8; b.n -= 8 {
		b.out = append(b.out, byte(b.acc))
		b.acc >>= 8
	}
}

// vp8l follows the WebP lossless specification, sections 3 to 7.
func vp8l(w, h int, indexed bool, d Draw) []byte {
	var b lowBits
	b.put(0x2f, 8)
	b.put(uint64(w-1), 14)
	b.put(uint64(h-1), 14)
	b.put(0, 1+3) // no alpha, version 0
	if indexed {
		b.put(1|3<<1|255<<3, 1+2+8) // a transform: colour index of 256 entries
		b.put(0, 1)                 // its table has no colour cache
		b.oneSymbol()
	}
	b.put(0, 1)   // no (further) transform
	b.put(0, 1+1) // no colour cache, one group of codes
	if d == nil {
		b.oneSymbol()
	} else {
		b.allLiterals()
		for i := range w * h {
			r, g, bl := d(i%w, i/w)
			for _, v := range []byte{g, r, bl} {
				b.put(uint64(bits.Reverse8(v)), 8)
			}
		}
	}
	b.put(0, 7)
	return append(b.out, 0)
}

// oneSymbol writes five codes of a single symbol each, which then takes no bits:
// the literals 200, 120, 90 and 255 (for green, red, blue, alpha) and distance 0.
func (b *lowBits) oneSymbol() {
	for _, literal := range []uint64{200, 120, 90, 255} {
		b.put(1|0<<1|1<<2|literal<<3, 1+1+1+8) // simple, one symbol of eight bits
	}
	b.put(1, 1+1+1+1)
}

// allLiterals writes codes of eight bits for 256 values of green, red and blue,
// and codes of a single symbol for alpha (255) and distance.
func (b *lowBits) allLiterals() {
	for i := range 3 {
		// Not simple; twelve lengths of length codes, of which only that for
		// "eight bits", the twelfth in the specification's order, is used.
		b.put(0|8<<1, 1+4)
		b.put(1<<33, 36)
		if i == 0 {
			b.put(1|3<<1|254<<4, 1+3+8) // stop after 256 of the 280 symbols of green
		} else {
			b.put(0, 1)
		}
	}
	b.put(1|0<<1|1<<2|255<<3, 1+1+1+8)
	b.put(1, 1+1+1+1)
}
