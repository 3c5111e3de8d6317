package iddoc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxRecord is how long a portrait's record is at most, in bytes: fifty times what
// chips hold.
const MaxRecord = 1 << 20

// ImageFormat is how a portrait is compressed.
type ImageFormat uint8

const (
	// JPEG is ISO/IEC 10918-1.
	JPEG ImageFormat = 1
	// JPEG2000 is ISO/IEC 15444-1, as a file (JP2) or a bare code stream.
	JPEG2000 ImageFormat = 2
)

// String returns "JPEG" or "JPEG 2000".
func (f ImageFormat) String() string {
	switch f {
	case JPEG:
		return "JPEG"
	case JPEG2000:
		return "JPEG 2000"
	}
	return "unknown"
}

var (
	// ErrRecord is returned for bytes that are no portrait record in a form that is
	// read here.
	ErrRecord = errors.New("not the portrait record of a chip")
	// ErrNoPortrait is returned for a record of something else than a flat picture
	// of a face.
	ErrNoPortrait = errors.New("the record has no portrait")
	// ErrImage is returned for a record whose portrait is neither JPEG nor JPEG
	// 2000.
	ErrImage = errors.New("the portrait in the record is neither JPEG nor JPEG 2000")
)

// Portrait is the picture in a record, still compressed.
type Portrait struct {
	Format ImageFormat
	// Image is a part of the bytes that were read, not a copy: who clears those
	// clears this.
	Image []byte
}

// Tags of ICAO Doc 9303-10, 4.7.2, and of ISO/IEC 7816-11.
const (
	tagDG2        = 0x75
	tagGroup      = 0x7f61
	tagCount      = 0x02
	tagInstance   = 0x7f60
	tagPlainData  = 0x5f2e // ISO/IEC 19794-5
	tagTaggedData = 0x7f2e // ISO/IEC 39794-5
)

// ReadDG2 returns the first portrait of a chip's data group 2. It fails with
// [ErrRecord], [ErrNoPortrait] or [ErrImage].
func ReadDG2(data []byte) (Portrait, error) {
	if len(data) > MaxRecord {
		return Portrait{}, fmt.Errorf("%w: it is longer than %d bytes", ErrRecord, MaxRecord)
	}
	outer, rest, err := next(data)
	if err != nil || outer.tag != tagDG2 || len(rest) > 0 {
		return Portrait{}, explain(ErrRecord, err, "it is not one data group 2")
	}
	group, err := find(outer.value, tagGroup)
	if err != nil {
		return Portrait{}, explain(ErrRecord, err, "")
	}
	if count, err := find(group, tagCount); err != nil || len(count) != 1 || count[0] == 0 || count[0] > 9 {
		return Portrait{}, explain(ErrNoPortrait, err, "it says that it has none, or more than nine")
	}
	instance, err := find(group, tagInstance)
	if err != nil {
		return Portrait{}, explain(ErrRecord, err, "")
	}
	if plain, err := find(instance, tagPlainData); err == nil {
		return ReadFaceRecord(plain)
	}
	tagged, err := find(instance, tagTaggedData)
	if err != nil {
		return Portrait{}, explain(ErrRecord, err, "")
	}
	return ReadFaceRecord(tagged)
}

// ReadFaceRecord returns the first portrait of a face image record by itself: one
// of ISO/IEC 19794-5 begins with "FAC", one of ISO/IEC 39794-5 with its tag. It
// fails as ReadDG2 does.
func ReadFaceRecord(data []byte) (Portrait, error) {
	if len(data) > MaxRecord {
		return Portrait{}, fmt.Errorf("%w: it is longer than %d bytes", ErrRecord, MaxRecord)
	}
	image, err := []byte(nil), error(nil)
	if bytes.HasPrefix(data, []byte("FAC\x00")) {
		image, err = read19794(data)
	} else {
		image, err = read39794(data)
	}
	if err != nil {
		return Portrait{}, err
	}
	return portraitOf(image)
}

// portraitOf believes an image's own first bytes, not what the record says of it.
func portraitOf(image []byte) (Portrait, error) {
	switch {
	case bytes.HasPrefix(image, []byte{0xff, 0xd8, 0xff}):
		return Portrait{JPEG, image}, nil
	case bytes.HasPrefix(image, []byte("\x00\x00\x00\x0cjP  \r\n\x87\n")), bytes.HasPrefix(image, []byte{0xff, 0x4f, 0xff, 0x51}):
		return Portrait{JPEG2000, image}, nil
	}
	return Portrait{}, ErrImage
}

// Sizes in a record of ISO/IEC 19794-5:2005, clause 5.
const (
	headerSize  = 14 // format, version, length of the record, number of faces
	faceSize    = 20 // length of the face's block, what others say of the person
	pointSize   = 8  // one feature point
	imageInfo   = 12 // kind, compression, size
	lengthAt    = 8  // of the record's length in its header
	facesAt     = 12 // of the number of faces
	pointsInOne = 4  // of the number of feature points in a face's block
)

// read19794 returns the first picture of a record of ISO/IEC 19794-5:2005, version
// 010, which is what ICAO Doc 9303 names. What a record says of sex, eyes, hair,
// expression and pose is passed over.
func read19794(data []byte) ([]byte, error) {
	if len(data) < headerSize+faceSize+imageInfo || string(data[4:8]) != "010\x00" {
		return nil, fmt.Errorf("%w: it is cut, or of a version other than 010", ErrRecord)
	}
	if length := binary.BigEndian.Uint32(data[lengthAt:]); uint64(length) != uint64(len(data)) {
		return nil, fmt.Errorf("%w: it says that it has %d bytes, and has %d", ErrRecord, length, len(data))
	}
	if binary.BigEndian.Uint16(data[facesAt:]) == 0 {
		return nil, ErrNoPortrait
	}
	block := data[headerSize:]
	length := binary.BigEndian.Uint32(block)
	if uint64(length) > uint64(len(block)) {
		return nil, fmt.Errorf("%w: a face is longer than the record", ErrRecord)
	}
	block = block[:length]
	points := int(binary.BigEndian.Uint16(data[headerSize+pointsInOne:]))
	before := faceSize + points*pointSize + imageInfo
	if before >= len(block) {
		return nil, fmt.Errorf("%w: a face ends before its picture", ErrRecord)
	}
	return block[before:], nil
}

// Tags of ISO/IEC 39794-5:2019, annex A: context-specific, in the order of the
// members of each type.
const (
	tag39794      = 0x65 // FaceImageDataBlock, [APPLICATION 5]
	tagVersion    = 0xa0 // of the block
	tagBlocks     = 0xa1 // representationBlocks
	tagBlock      = 0x30 // RepresentationBlock
	tagPicture    = 0xa1 // imageRepresentation
	tagBase       = 0xa0 // base, a choice: what the standard itself defines
	tagFlat       = 0xa0 // imageRepresentation2DBlock
	tagBytes      = 0x80 // representationData2D
	tagGeneration = 0x80 // generation, of the version
)

// read39794 returns the first picture of a record of ISO/IEC 39794-5:2019, generation
// 3, with or without the outer [1] that chips put around it.
func read39794(data []byte) ([]byte, error) {
	e, rest, err := next(data)
	if err == nil && e.tag == tagBlocks {
		if len(rest) > 0 {
			return nil, fmt.Errorf("%w: something follows it", ErrRecord)
		}
		e, rest, err = next(e.value)
	}
	if err != nil || e.tag != tag39794 || len(rest) > 0 {
		return nil, explain(ErrRecord, err, "it is neither of ISO/IEC 19794-5 nor of ISO/IEC 39794-5")
	}
	if generation, err := descend(e.value, tagVersion, tagGeneration); err != nil || len(generation) != 1 || generation[0] != 3 {
		return nil, explain(ErrRecord, err, "it is of a generation other than 3")
	}
	flat, err := descend(e.value, tagBlocks, tagBlock, tagPicture, tagBase, tagFlat)
	if err != nil {
		return nil, explain(ErrNoPortrait, err, "")
	}
	image, err := find(flat, tagBytes)
	if err != nil {
		return nil, explain(ErrNoPortrait, err, "")
	}
	return image, nil
}

// explain returns a sentinel with what else is known.
func explain(sentinel, cause error, otherwise string) error {
	switch {
	case cause != nil:
		return fmt.Errorf("%w: %w", sentinel, cause)
	case otherwise != "":
		return fmt.Errorf("%w: %s", sentinel, otherwise)
	}
	return sentinel
}
