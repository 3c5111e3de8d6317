package picture

import (
	"bytes"
	"encoding/binary"
)

// orientation is the EXIF tag 0x0112: how the stored rows and columns lie in the
// upright picture. 1 is upright; 2 to 4 are mirrored, turned by 180 degrees, and
// both; 5 to 8 have rows and columns exchanged.
type orientation int

const upright orientation = 1

// turned is whether the upright picture's width is the stored height.
func (o orientation) turned() bool { return o >= 5 }

const (
	tagOrientation = 0x0112
	typeShort      = 3
	entrySize      = 12
)

// exifOrientation reads the orientation out of a TIFF structure, as EXIF (CIPA
// DC-008, 4.6) keeps it: byte order, offset of the first directory, and there
// the entry of the tag. Whatever is missing, cut off or out of range reads as
// upright: a picture with odd metadata is still a picture.
func exifOrientation(tiff []byte) orientation {
	order, ok := tiffOrder(tiff)
	if !ok {
		return upright
	}
	entries := tiffDirectory(tiff, order)
	for ; len(entries) >= entrySize; entries = entries[entrySize:] {
		if order.Uint16(entries) != tagOrientation {
			continue
		}
		return orientationEntry(entries, order)
	}
	return upright
}

func tiffOrder(tiff []byte) (binary.ByteOrder, bool) {
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		return binary.LittleEndian, true
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		return binary.BigEndian, true
	}
	return nil, false
}

// tiffDirectory returns the entries of the first directory that are all there.
func tiffDirectory(tiff []byte, order binary.ByteOrder) []byte {
	if len(tiff) < 8 {
		return nil
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return nil
	}
	count := int(order.Uint16(tiff[at:]))
	entries := tiff[at+2:]
	return entries[:min(count*entrySize, len(entries))]
}

func orientationEntry(entry []byte, order binary.ByteOrder) orientation {
	if order.Uint16(entry[2:]) != typeShort || order.Uint32(entry[4:]) != 1 {
		return upright
	}
	if o := orientation(order.Uint16(entry[8:])); o >= 1 && o <= 8 {
		return o
	}
	return upright
}
