package iddoc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// picture is the beginning of a JPEG, which is all that this package looks at.
var picture = []byte("\xff\xd8\xff\xe0 the rest of a picture")

// wrap makes an element, with the shortest length.
func wrap(tag uint32, value ...[]byte) []byte {
	body := bytes.Join(value, nil)
	var out []byte
	for shift := 24; shift >= 0; shift -= 8 {
		if b := byte(tag >> shift); b != 0 || len(out) > 0 {
			out = append(out, b)
		}
	}
	if len(body) < 0x80 {
		out = append(out, byte(len(body)))
	} else {
		out = append(out, 0x84)
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	}
	return append(out, body...)
}

// make19794 makes a record of one face.
func make19794(points int, image []byte) []byte {
	size := faceSize + points*pointSize + imageInfo + len(image)
	r := append([]byte("FAC\x00010\x00"), binary.BigEndian.AppendUint32(nil, uint32(headerSize+size))...)
	r = append(r, 0, 1)
	r = binary.BigEndian.AppendUint32(r, uint32(size))
	r = binary.BigEndian.AppendUint16(r, uint16(points))
	r = append(r, make([]byte, size-6-len(image))...)
	return append(r, image...)
}

// make39794 makes a record of one face.
func make39794(image []byte) []byte {
	version := wrap(tagVersion, wrap(tagGeneration, []byte{3}), wrap(0x81, []byte{7, 0xe3}))
	flat := wrap(tagFlat, wrap(tagBytes, image))
	block := wrap(tagBlock, wrap(0x80, []byte{0}), wrap(tagPicture, wrap(tagBase, flat)))
	return wrap(tagBlocks, wrap(tag39794, version, wrap(tagBlocks, block)))
}

func makeDG2(tag uint32, record []byte) []byte {
	header := wrap(0xa1, wrap(0x87, []byte{1, 1}))
	return wrap(tagDG2, wrap(tagGroup, wrap(tagCount, []byte{1}), wrap(tagInstance, header, wrap(tag, record))))
}

func TestRecords(t *testing.T) {
	for name, data := range map[string][]byte{
		"plain":             makeDG2(tagPlainData, make19794(0, picture)),
		"plain with points": makeDG2(tagPlainData, make19794(68, picture)),
		"tagged":            makeDG2(tagTaggedData, make39794(picture)),
	} {
		if p, err := ReadDG2(data); err != nil || p.Format != JPEG || !bytes.Equal(p.Image, picture) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
		for cut := range len(data) {
			if p, err := ReadDG2(data[:cut]); err == nil {
				t.Errorf("%s: cut after %d bytes: %v", name, cut, p)
			}
		}
		if _, err := ReadDG2(append(bytes.Clone(data), 0)); !errors.Is(err, ErrRecord) {
			t.Errorf("%s: with a byte too many: %v", name, err)
		}
	}
}

func TestRefusedRecords(t *testing.T) {
	change := func(data []byte, at int, b byte) []byte {
		data = bytes.Clone(data)
		data[at] = b
		return data
	}
	face := make19794(1, picture)
	for name, test := range map[string]struct {
		data []byte
		err  error
	}{
		"nothing":              {nil, ErrRecord},
		"no record":            {[]byte("a picture"), ErrRecord},
		"other version":        {change(face, 6, '9'), ErrRecord},
		"other length":         {change(face, 11, face[11]+1), ErrRecord},
		"no faces":             {change(face, 13, 0), ErrNoPortrait},
		"a long face":          {change(face, 14, 1), ErrRecord},
		"many points":          {change(face, 18, 255), ErrRecord},
		"no picture":           {make19794(0, nil), ErrRecord},
		"something else in it": {make19794(0, []byte("GIF89a")), ErrImage},
		"the other one's":      {make39794([]byte("GIF89a")), ErrImage},
		"other generation":     {wrap(tag39794, wrap(tagVersion, wrap(tagGeneration, []byte{4}))), ErrRecord},
		"no block":             {wrap(tag39794, wrap(tagVersion, wrap(tagGeneration, []byte{3}))), ErrNoPortrait},
		"too long":             {make([]byte, MaxRecord+1), ErrRecord},
		"indefinite":           {[]byte{tag39794, 0x80, 0, 0}, ErrRecord},
		"a length of gigabyte": {[]byte{tag39794, 0x84, 0x7f, 0xff, 0xff, 0xff, 0}, ErrRecord},
		"a long tag":           {[]byte{0x7f, 0xff, 0xff, 0xff, 1, 0}, ErrRecord},
	} {
		if p, err := ReadFaceRecord(test.data); !errors.Is(err, test.err) || p.Image != nil {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	none := wrap(tagDG2, wrap(tagGroup, wrap(tagCount, []byte{0})))
	if _, err := ReadDG2(none); !errors.Is(err, ErrNoPortrait) {
		t.Errorf("a group of none: %v", err)
	}
}

// TestChipExamples reads records that others made, valid ones and spoilt ones.
func TestChipExamples(t *testing.T) {
	dir := filepath.Join(testenv.Faces(t), "..", "documents", "chip")
	for name, want := range map[string]struct {
		picture string // the same picture by itself
		format  ImageFormat
		err     error
	}{
		"DG2_icao9303p10_example.bin":                 {"ISO19794_Test1_Face.jpg", JPEG, nil},
		"ISO19794_Test1_Data.bin":                     {"ISO19794_Test1_Face.jpg", JPEG, nil},
		"ISO19794_Test2_Data_InvalidImage.bin":        {"", 0, ErrImage},
		"ICAO_39794_5_AP_DG2_AllFields.dat":           {"ICAO_39794_5_AP_DG2_Face.jp2", JPEG2000, nil},
		"ICAO_39794_5_AP_DG2_MandFields.dat":          {"ICAO_39794_5_AP_DG2_Face.jp2", JPEG2000, nil},
		"ICAO_39794_5_AP_AllFields.dat":               {"ICAO_39794_5_AP_Face.jp2", JPEG2000, nil},
		"ICAO_39794_5_AP_MandFields.dat":              {"ICAO_39794_5_AP_Face.jp2", JPEG2000, nil},
		"ICAO_39794_5_AP_MandFields_InvalidImage.dat": {"", 0, ErrImage},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			testenv.Missing(t, "no documents beside the photographs")
		}
		read := ReadFaceRecord
		if data[0] == tagDG2 {
			read = ReadDG2
		}
		p, err := read(data)
		if !errors.Is(err, want.err) || p.Format != want.format {
			t.Errorf("%s: %v, %v", name, p.Format, err)
			continue
		}
		if want.err != nil {
			continue
		}
		alone, err := os.ReadFile(filepath.Join(dir, want.picture))
		if err != nil || !bytes.Equal(p.Image, alone) {
			t.Errorf("%s: not the picture of %s, %v", name, want.picture, err)
		}
	}
}

// FuzzFaceRecord and FuzzDG2: a portrait is a part of what was read and begins as
// its format does, and an error comes with no portrait.
func FuzzFaceRecord(f *testing.F) {
	f.Add(make19794(2, picture))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ReadFaceRecord(data)
		checkPortrait(t, data, p, err)
	})
}

func FuzzDG2(f *testing.F) {
	f.Add(makeDG2(tagPlainData, make19794(0, picture)))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ReadDG2(data)
		checkPortrait(t, data, p, err)
	})
}

func checkPortrait(t *testing.T, data []byte, p Portrait, err error) {
	if (err == nil) != (p.Image != nil) || (err == nil) != (p.Format != 0) {
		t.Fatalf("%v, %v", p, err)
	}
	if err != nil {
		return
	}
	if !bytes.Contains(data, p.Image) || p.Format == JPEG && p.Image[0] != 0xff {
		t.Error("not a part of what was read")
	}
}
