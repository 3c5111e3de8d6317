package picture

import (
	"bytes"
	"image"
	"runtime/debug"
)

// Limits of what Decode accepts and keeps.
const (
	// MaxFile is the most bytes of a file.
	MaxFile = 64 << 20
	// MaxPixels is the most pixels (width times height) of a picture.
	MaxPixels = 50_000_000
	// MaxKept is the most pixels of a decoded Picture; a larger one is reduced
	// while it is converted (see Picture.Scale).
	MaxKept = 16_000_000

	// maxNeed is the most bytes that decoding may take by the header's word,
	// file and result not counted. It leaves room below 1 GB for those and for
	// what else the process holds.
	maxNeed = 800_000_000
	// largeNeed is where the garbage of a decoder is worth a collection at once.
	largeNeed = 128_000_000
)

// header is what a file says of itself before its pixels are read.
type header struct {
	w, h   int
	orient orientation
	// need is the most bytes that the decoder will hold at once.
	need int
	// cutOff is whether the file ends before its own structure does.
	cutOff bool
	// leaves is whether the decoder leaves pieces of the picture in memory that
	// cannot be reached afterwards.
	leaves bool
}

// codec reads one file format. Both functions get the whole file, and neither
// keeps it.
type codec struct {
	header func(data []byte) (header, error)
	pixels func(data []byte) (image.Image, error)
}

// Decode reads a JPEG, PNG or WebP file into a picture that the caller owns and
// should Wipe. data is neither kept nor changed.
//
// An error is one of this package's reasons (see errors.go) with a detail, and
// comes with a nil Picture.
func Decode(data []byte) (*Picture, error) {
	if len(data) == 0 {
		return nil, refuse(ErrEmpty, "the file has no bytes")
	}
	if len(data) > MaxFile {
		return nil, refuse(ErrTooLarge, "the file has %d bytes, the most is %d", len(data), MaxFile)
	}
	c, err := sniff(data)
	if err != nil {
		return nil, err
	}
	head, err := c.header(data)
	if err != nil {
		return nil, err
	}
	if err := head.valid(); err != nil {
		return nil, err
	}
	return c.decode(data, head)
}

func (c codec) decode(data []byte, head header) (*Picture, error) {
	img, err := c.pixels(data)
	if err != nil {
		debug.FreeOSMemory() // See "What is cleared" in the package comment.
		return nil, reasonFor(err, head.cutOff)
	}
	defer wipeImage(img)
	if b := img.Bounds(); b.Dx() != head.w || b.Dy() != head.h {
		return nil, refuse(ErrDamaged, "the headers disagree about its size")
	}
	if head.leaves || head.need > largeNeed {
		debug.FreeOSMemory()
	}
	return convert(img, head.orient)
}

// valid refuses what is too large or too small to decode.
func (h header) valid() error {
	switch {
	case h.w < 1 || h.h < 1:
		return refuse(ErrEmpty, "it is %d by %d pixels", h.w, h.h)
	case h.w > MaxPixels/h.h:
		return refuse(ErrTooLarge, "it is %d by %d pixels, the most is %d megapixels", h.w, h.h, MaxPixels/1_000_000)
	case h.need > maxNeed:
		return refuse(ErrTooLarge, "a picture of this kind (%d by %d pixels) would take %d MB to decode, the most is %d",
			h.w, h.h, h.need/1_000_000, maxNeed/1_000_000)
	}
	return nil
}

// sniff tells the format by its first bytes. For the formats that people bring
// most often in vain, the error says what they brought.
func sniff(data []byte) (codec, error) {
	at := func(i int, s string) bool { return len(data) >= i && bytes.HasPrefix(data[i:], []byte(s)) }
	switch {
	case at(0, "\xff\xd8"):
		return codec{jpegHeader, jpegPixels}, nil
	case at(0, pngMagic):
		return codec{pngHeader, pngPixels}, nil
	case at(0, "RIFF") && at(8, "WEBP"):
		return codec{webpHeader, webpPixels}, nil
	case at(0, "GIF8"):
		return codec{}, refuse(ErrFormat, "this is a GIF")
	case at(4, "ftyp"):
		return codec{}, refuse(ErrFormat, "this is a HEIC, AVIF or video file; save it as JPEG")
	case at(0, "%PDF"):
		return codec{}, refuse(ErrFormat, "this is a PDF")
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return codec{}, refuse(ErrFormat, "this is a TIFF or a raw camera file; save it as JPEG")
	}
	return codec{}, ErrFormat
}
