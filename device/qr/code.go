package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"github.com/skip2/go-qrcode"
)

// QuietZone is the white border that a reader needs around a code, in modules
// (ISO/IEC 18004, 9.1).
const QuietZone = 4

// Level is how much of a code may be lost before it cannot be read.
type Level int

const (
	// LevelL recovers 7 % of a code. It makes the largest modules, which is what
	// cheap cameras need most.
	LevelL Level = iota
	// LevelM recovers 15 %, for codes that will be scratched.
	LevelM
)

// ErrTooLong means that a text does not fit the largest code of its level.
var ErrTooLong = errors.New("the text is too long for a QR code")

// Code is a QR code as modules, without its quiet zone.
type Code struct {
	size    int
	version int
	dark    []bool
}

// Encode makes the smallest code of the level that holds the text. Of the
// characters 0-9, A-Z, space and $%*+-./: two take eleven bits; any other
// character makes its surroundings take eight each.
func Encode(text string, level Level) (*Code, error) {
	recovery := qrcode.Low
	if level == LevelM {
		recovery = qrcode.Medium
	}
	q, err := qrcode.New(text, recovery)
	if err != nil {
		return nil, fmt.Errorf("%w: %d bytes (%v)", ErrTooLong, len(text), err)
	}
	return codeOf(q), nil
}

// EncodeAs makes a code of a version, 1 to 40, that holds the text: at the highest
// level that it has room for, so that little of it is padding. It fails with
// [ErrTooLong].
func EncodeAs(text string, version int) (*Code, error) {
	for _, recovery := range []qrcode.RecoveryLevel{qrcode.Highest, qrcode.High, qrcode.Medium, qrcode.Low} {
		if q, err := qrcode.NewWithForcedVersion(text, version, recovery); err == nil {
			return codeOf(q), nil
		}
	}
	return nil, fmt.Errorf("%w of version %d: %d bytes", ErrTooLong, version, len(text))
}

func codeOf(q *qrcode.QRCode) *Code {
	q.DisableBorder = true
	rows := q.Bitmap()
	c := &Code{size: len(rows), version: q.VersionNumber, dark: make([]bool, 0, len(rows)*len(rows))}
	for _, row := range rows {
		c.dark = append(c.dark, row...)
	}
	return c
}

// Size is the number of modules along a side, without the quiet zone: 17 + 4
// times the version.
func (c *Code) Size() int { return c.size }

// Version is the code's version, 1 to 40.
func (c *Code) Version() int { return c.version }

// Dark is whether the module in column x and row y is dark. Everything outside
// is light, so that the quiet zone needs no case of its own.
func (c *Code) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < c.size && y < c.size && c.dark[y*c.size+x]
}

// Run is a stretch of dark modules: Length of them in row Y from column X on.
type Run struct{ X, Y, Length int }

// Runs returns the dark modules as stretches, row by row, for drawing them
// without seams between neighbours.
func (c *Code) Runs() []Run {
	var out []Run
	for y := range c.size {
		for x := 0; x < c.size; x++ {
			from := x
			for c.Dark(x, y) {
				x++
			}
			if x > from {
				out = append(out, Run{X: from, Y: y, Length: x - from})
			}
		}
	}
	return out
}

// PNG draws the code with its quiet zone in black on white, each module a square
// of px pixels (at least 1). Every module has the same size, so the picture's is
// px times Size+2*QuietZone.
func (c *Code) PNG(px int) ([]byte, error) {
	px = max(px, 1)
	side := px * (c.size + 2*QuietZone)
	m := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for i := range m.Pix {
		if c.Dark(i%side/px-QuietZone, i/side/px-QuietZone) {
			m.Pix[i] = 1
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// SVG draws the code with its quiet zone as one path on a white ground, mm
// millimetres along a side.
func (c *Code) SVG(mm float64) []byte {
	side := strconv.Itoa(c.size + 2*QuietZone)
	length := strconv.FormatFloat(mm, 'f', -1, 64)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="0 0 %s %s" shape-rendering="crispEdges">`+"\n",
		length, length, side, side)
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n" + `<path fill="#000" d="`)
	for _, r := range c.Runs() {
		fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", r.X+QuietZone, r.Y+QuietZone, r.Length, r.Length)
	}
	b.WriteString(`"/>` + "\n</svg>\n")
	return b.Bytes()
}
