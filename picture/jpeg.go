package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOF0  = 0xc0 // baseline
	markerSOF2  = 0xc2 // progressive
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
)

// maxScans bounds the work that a progressive file may ask for: every scan may
// visit every block. Encoders write about ten.
const maxScans = 100

// jpegScan is what a walk over a file's segments found.
type jpegScan struct {
	frame       []byte // The first frame header's content.
	progressive bool
	adobeRGB    bool // An Adobe marker says that components are not YCbCr.
	orient      orientation
	scans       int
	ended       bool // The end marker was reached.
}

func jpegHeader(data []byte) (header, error) {
	s := jpegScan{orient: upright}
	s.walk(data[2:])
	if len(s.frame) < 6 || len(s.frame) < 6+3*int(s.frame[5]) {
		if !s.ended {
			return header{}, refuse(ErrTruncated, "the file ends before its size is given")
		}
		return header{}, refuse(ErrDamaged, "it has no frame header")
	}
	if s.scans > maxScans {
		return header{}, refuse(ErrUnsupported, "it has %d scans, the most is %d", s.scans, maxScans)
	}
	h := header{
		w:      int(binary.BigEndian.Uint16(s.frame[3:])),
		h:      int(binary.BigEndian.Uint16(s.frame[1:])),
		orient: s.orient,
		cutOff: !s.ended,
		leaves: s.progressive || s.copied(),
	}
	h.need = s.need(h.w, h.h)
	return h, nil
}

// walk visits the segments in the way that image/jpeg does, so that what it
// finds is what that decoder will act on: bytes between segments are skipped,
// and so is the entropy-coded data after a scan header.
func (s *jpegScan) walk(data []byte) {
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 || at+1 >= len(data) {
			return
		}
		marker := data[at+1]
		data = data[at+1:]
		switch {
		case marker == 0xff: // A fill byte: the next one may be the marker.
			continue
		case marker == 0x00, markerRST0 <= marker && marker <= markerRST7:
			data = data[1:]
			continue
		case marker == markerEOI:
			s.ended = true
			return
		}
		data = data[1:]
		if len(data) < 2 {
			return
		}
		n := int(binary.BigEndian.Uint16(data))
		if n < 2 || n > len(data) {
			return
		}
		s.segment(marker, data[2:n])
		data = data[n:]
	}
}

func (s *jpegScan) segment(marker byte, content []byte) {
	switch {
	case marker >= markerSOF0 && marker <= markerSOF2 && s.frame == nil:
		s.frame, s.progressive = content, marker == markerSOF2
	case marker == markerSOS:
		s.scans++
	case marker == markerAPP1 && s.orient == upright:
		if tiff, ok := bytes.CutPrefix(content, []byte("Exif\x00\x00")); ok {
			s.orient = exifOrientation(tiff)
		}
	case marker == markerAPP14 && len(content) >= 12 && bytes.HasPrefix(content, []byte("Adobe")):
		s.adobeRGB = s.adobeRGB || content[11] == 0
	}
}

// need estimates what image/jpeg allocates: a byte for each sample of each
// component, four more for its coefficient in a progressive file, and four for
// each pixel of a copy when the components are not YCbCr.
func (s *jpegScan) need(w, h int) int {
	n := int(s.frame[5])
	hMax, vMax := 1, 1
	for i := range n {
		hMax = max(hMax, int(s.frame[7+3*i]>>4))
		vMax = max(vMax, int(s.frame[7+3*i]&15))
	}
	mcusW, mcusH := (w+8*hMax-1)/(8*hMax), (h+8*vMax-1)/(8*vMax)
	samples := 0
	for i := range n {
		samples += 64 * mcusW * mcusH * int(s.frame[7+3*i]>>4) * int(s.frame[7+3*i]&15)
	}
	need := samples
	if s.progressive {
		need += 4 * samples
	}
	if s.copied() {
		need += 4 * w * h
	}
	return need
}

// copied is whether image/jpeg returns a copy of the planes, because their
// components are not YCbCr. Then it drops the planes as they are.
func (s *jpegScan) copied() bool {
	n := int(s.frame[5])
	namedRGB := n == 3 && s.frame[6] == 'R' && s.frame[9] == 'G' && s.frame[12] == 'B'
	return n == 4 || n == 3 && (s.adobeRGB || namedRGB)
}

func jpegPixels(data []byte) (image.Image, error) {
	r := lent{from: bytes.NewReader(data)}
	defer r.wipe()
	return jpeg.Decode(&r)
}

// lent reads for a decoder that forgets its buffer without clearing it. It keeps
// the buffer that it is asked to fill, which an [io.Reader] should not, until
// the decoder has returned, and clears it then.
type lent struct {
	from   io.Reader
	buffer []byte
}

func (l *lent) Read(p []byte) (int, error) {
	if cap(p) > len(l.buffer) {
		l.buffer = p[:cap(p)]
	}
	return l.from.Read(p)
}

func (l *lent) wipe() { clear(l.buffer) }
