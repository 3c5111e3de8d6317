package camera

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOF0 = 0xc0 // baseline
	markerSOF1 = 0xc1 // extended sequential, which decoders read as baseline
	markerDHT  = 0xc4
	markerJPG  = 0xc8
	markerDAC  = 0xcc
	markerSOFf = 0xcf
	markerRST0 = 0xd0
	markerEOI  = 0xd9
	markerSOS  = 0xda
)

// CheckJPEG looks at the headers of a frame and refuses what is no JPEG, has
// more than MaxBytes or MaxPixels, or is of a kind that no camera sends and
// that costs much more to decode (progressive, arithmetic). It reads no pixel.
func CheckJPEG(data []byte) error {
	if len(data) > MaxBytes {
		return fmt.Errorf("%w: %d bytes, the most is %d", ErrTooLarge, len(data), MaxBytes)
	}
	if !bytes.HasPrefix(data, []byte{0xff, 0xd8}) {
		return fmt.Errorf("%w: it does not begin like a JPEG", ErrNotAFrame)
	}
	marker, content, ok := frameHeader(data[2:])
	if !ok || len(content) < 6 {
		return fmt.Errorf("%w: it says no size", ErrNotAFrame)
	}
	if marker != markerSOF0 && marker != markerSOF1 {
		return fmt.Errorf("%w: only a baseline JPEG is read from a camera", ErrNotAFrame)
	}
	h, w := int(binary.BigEndian.Uint16(content[1:])), int(binary.BigEndian.Uint16(content[3:]))
	if w < 1 || h < 1 {
		return fmt.Errorf("%w: it is %d by %d pixels", ErrNotAFrame, w, h)
	}
	if w*h > MaxPixels {
		return fmt.Errorf("%w: %d by %d pixels, the most is %d megapixels", ErrTooLarge, w, h, MaxPixels/1_000_000)
	}
	return nil
}

// frameHeader finds the first frame header among the segments before the first
// scan. What a decoder would find in another way is still bounded by package
// picture.
func frameHeader(data []byte) (marker byte, content []byte, ok bool) {
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+1 >= len(data) {
			return 0, nil, false
		}
		marker, data = data[at+1], data[at+1:]
		switch {
		case marker == 0xff: // a fill byte
			continue
		case marker == 0, marker >= markerRST0 && marker < markerEOI:
			data = data[1:]
			continue
		case marker == markerEOI, marker == markerSOS, len(data) < 3:
			return 0, nil, false
		}
		n := int(binary.BigEndian.Uint16(data[1:]))
		if n < 2 || n > len(data)-1 {
			return 0, nil, false
		}
		content, data = data[3:n+1], data[n+1:]
		if isFrameHeader(marker) {
			return marker, content, true
		}
	}
}

func isFrameHeader(marker byte) bool {
	return marker >= markerSOF0 && marker <= markerSOFf &&
		marker != markerDHT && marker != markerJPG && marker != markerDAC
}
