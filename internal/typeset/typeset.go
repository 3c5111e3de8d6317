// Package typeset sets texts in Chinese and English on pages of a PDF, with
// drawings and codes beside them, so that they fit.
//
// It prints what it is given and never fetches, reads or keeps anything. The same
// calls give the same bytes: the date that a file carries is an argument.
package typeset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/facelatch/facelatch/device/qr"
)

// Errors of this package.
var (
	// ErrFont means that a font is missing or is not a TrueType font.
	ErrFont = errors.New("the font cannot be used")
	// ErrRoom means that a text does not fit its place at the least size.
	ErrRoom = errors.New("there is no room for a text")
	// ErrDrawing means that a drawing is not of the kind that can be drawn.
	ErrDrawing = errors.New("this cannot be drawn")
)

// Fonts are the TrueType files of one family. Only the glyphs that are used get
// into the PDF.
type Fonts struct{ Regular, Bold []byte }

// Size is that of a page in millimetres.
type Size struct{ Width, Height float64 }

// A4 and A5 are upright (ISO 216).
func A4() Size { return Size{210, 297} }

// A5 is half of it.
func A5() Size { return Size{148, 210} }

// Colour is red, green and blue, 0 to 255.
type Colour struct{ R, G, B int }

const family = "text"

// Document is a PDF in the making. It is not safe for concurrent use. The first
// thing that goes wrong is kept, and returned by Bytes.
type Document struct {
	pdf    *fpdf.Fpdf
	glyphs *glyphs
	err    error
}

// New begins a document without pages, with a title and the date that it carries.
// It fails with [ErrFont].
func New(fonts Fonts, title string, made time.Time) (*Document, error) {
	g, err := readGlyphs(fonts)
	if err != nil {
		return nil, err
	}
	pdf := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "mm", SizeStr: "A4"})
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(made.UTC())
	pdf.SetModificationDate(made.UTC())
	pdf.SetProducer("Facelatch", true)
	pdf.SetTitle(title, true)
	pdf.AddUTF8FontFromBytes(family, "", fonts.Regular)
	pdf.AddUTF8FontFromBytes(family, "B", fonts.Bold)
	if pdf.Err() {
		return nil, fmt.Errorf("%w: %w", ErrFont, pdf.Error())
	}
	return &Document{pdf: pdf, glyphs: g}, nil
}

// AddPage begins a page.
func (d *Document) AddPage(s Size) {
	d.pdf.AddPageFormat("P", fpdf.SizeType{Wd: s.Width, Ht: s.Height})
}

// fail remembers the first thing that went wrong.
func (d *Document) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// Bytes returns the finished PDF. It fails with the errors of this package.
func (d *Document) Bytes() (data []byte, err error) {
	// The library panics where it meets what it did not expect in a font.
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("%w: %v", ErrFont, r)
		}
	}()
	if d.err != nil {
		return nil, d.err
	}
	var out bytes.Buffer
	if err := d.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFont, err)
	}
	return out.Bytes(), nil
}

// Fill paints a rectangle: x and y are its upper left corner, in millimetres, as
// are width and height.
func (d *Document) Fill(c Colour, x, y, w, h float64) {
	d.pdf.SetFillColor(c.R, c.G, c.B)
	d.pdf.Rect(x, y, w, h, "F")
}

// Frame draws the outline of a rectangle with round corners, all in millimetres.
func (d *Document) Frame(c Colour, x, y, w, h, radius, line float64) {
	d.pdf.SetDrawColor(c.R, c.G, c.B)
	d.pdf.SetLineWidth(line)
	d.pdf.RoundedRect(x, y, w, h, radius, "1234", "D")
}

// Rule draws a line of a width, from one point to another, all in millimetres; dash
// is the length of its strokes and of the gaps between them, none for a whole line.
func (d *Document) Rule(c Colour, width, x1, y1, x2, y2 float64, dash ...float64) {
	d.pdf.SetDrawColor(c.R, c.G, c.B)
	d.pdf.SetLineWidth(width)
	d.pdf.SetDashPattern(dash, 0)
	d.pdf.Line(x1, y1, x2, y2)
	d.pdf.SetDashPattern(nil, 0)
}

// Code draws a QR code, black on what is there, as one path, so that no seams show
// between modules. The side is without the quiet zone, which is the caller's to
// keep free.
func (d *Document) Code(c *qr.Code, x, y, side float64) {
	k := d.pdf.GetConversionRatio()
	module := side / float64(c.Size()) * k
	_, height := d.pdf.GetPageSize()
	left, top := x*k, (height-y)*k
	d.pdf.SetFillColor(0, 0, 0)
	var path strings.Builder
	for _, r := range c.Runs() {
		fmt.Fprintf(&path, "%.4f %.4f %.4f %.4f re\n",
			left+float64(r.X)*module, top-float64(r.Y+1)*module, float64(r.Length)*module, module)
	}
	d.pdf.RawWriteStr(path.String() + "f\n")
}

// isTrueType is whether the file begins as one and holds all the tables of its
// directory (OpenType specification, table directory). The library does not look,
// and sets blank letters with a file that is cut off.
func isTrueType(font []byte) bool {
	const head, entry = 12, 16
	if len(font) < head || !bytes.HasPrefix(font, []byte{0, 1, 0, 0}) {
		return false
	}
	tables := font[head:]
	for range binary.BigEndian.Uint16(font[4:]) {
		if len(tables) < entry {
			return false
		}
		offset, length := binary.BigEndian.Uint32(tables[8:]), binary.BigEndian.Uint32(tables[12:])
		if uint64(offset)+uint64(length) > uint64(len(font)) {
			return false
		}
		tables = tables[entry:]
	}
	return true
}
