package picturetest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// PNGChunk is one chunk of a PNG file, with its checksum.
func PNGChunk(kind string, content []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, kind...), content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// PNGWith puts a chunk in after the header of a PNG file.
func PNGWith(file []byte, kind string, content []byte) []byte {
	const afterHeader = 8 + 25
	return slices.Insert(slices.Clone(file), afterHeader, PNGChunk(kind, content)...)
}

// InterlacedPNG encodes 16-bit RGBA in seven passes (Adam7). With a nil drawing
// everything is black, which is quick for very large pictures.
func InterlacedPNG(w, h int, d Draw) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	head = append(head, 16, 6, 0, 0, 1)
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	for _, p := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		for y := p[1]; y < h && p[0] < w; y += p[3] {
			_, _ = z.Write(interlacedRow(p[0], y, p[2], w, d))
		}
	}
	_ = z.Close()
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), PNGChunk("IHDR", head), PNGChunk("IDAT", data.Bytes()), PNGChunk("IEND", nil))
}

func interlacedRow(x0, y, step, w int, d Draw) []byte {
	row := make([]byte, 1, 1+8*((w-x0+step-1)/step)) // The first byte: no filter.
	for x := x0; x < w; x += step {
		px := [8]byte{6: 255, 7: 255}
		if d != nil {
			r, g, b := d(x, y)
			px = [8]byte{r, r, g, g, b, b, 255, 255}
		}
		row = append(row, px[:]...)
	}
	return row
}

// APNG is a PNG file that declares an animation.
func APNG(file []byte) []byte {
	return PNGWith(file, "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})
}

// HeaderPNG is a PNG file of w by h pixels that ends after its header.
func HeaderPNG(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), PNGChunk("IHDR", append(head, 8, 2, 0, 0, 0)))
}
