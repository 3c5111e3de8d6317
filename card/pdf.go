package card

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/facelatch/facelatch/device/qr"
)

// Layout is how cards are put on paper.
type Layout int

const (
	// Single gives each card two pages of its own size, front and back, for a
	// printer of cards.
	Single Layout = iota + 1
	// Sheet puts four cards on a page of A4, each with its back beside its front,
	// to be cut out and folded.
	Sheet
)

// Fonts are the TrueType files of one family. Only the glyphs that are used get
// into the PDF.
type Fonts struct{ Regular, Bold []byte }

// PDF lays cards out for printing. The same arguments give the same bytes: made
// is the date that the file carries, and nothing else in it depends on the time.
// Characters that the fonts do not have are printed as a hollow square;
// Unprintable says which.
//
// It returns ErrFont or ErrCard with a detail.
func PDF(layout Layout, fonts Fonts, made time.Time, cards ...Card) ([]byte, error) {
	for i := range cards {
		if err := cards[i].valid(); err != nil {
			return nil, err
		}
	}
	if len(cards) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrCard)
	}
	g, err := readGlyphs(fonts)
	if err != nil {
		return nil, err
	}
	printable := make([]Card, len(cards))
	for i := range cards {
		printable[i] = g.clean(&cards[i])
	}
	return render(layout, fonts, made, printable)
}

// render draws cards of which every character can be printed. The library
// panics where it meets what it did not expect in a font.
func render(layout Layout, fonts Fonts, made time.Time, cards []Card) (data []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("%w: %v", ErrFont, r)
		}
	}()
	pdf, err := document(layout, fonts, made)
	if err != nil {
		return nil, err
	}
	p := &printer{pdf: pdf}
	if layout == Sheet {
		p.sheets(cards)
	} else {
		p.singles(cards)
	}
	var out bytes.Buffer
	if err := pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFont, err)
	}
	return out.Bytes(), nil
}

// document is an empty PDF of millimetres with both fonts.
func document(layout Layout, fonts Fonts, made time.Time) (*fpdf.Fpdf, error) {
	setup := fpdf.InitType{OrientationStr: "L", UnitStr: "mm", Size: fpdf.SizeType{Wd: Height, Ht: Width}}
	if layout == Sheet {
		setup = fpdf.InitType{OrientationStr: "P", UnitStr: "mm", SizeStr: "A4"}
	}
	pdf := fpdf.NewCustom(&setup)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(made.UTC())
	pdf.SetModificationDate(made.UTC())
	pdf.SetProducer("Facelatch", true)
	pdf.SetTitle("Pass", true)
	pdf.AddUTF8FontFromBytes(family, "", fonts.Regular)
	pdf.AddUTF8FontFromBytes(family, "B", fonts.Bold)
	if pdf.Err() {
		return nil, fmt.Errorf("%w: %w", ErrFont, pdf.Error())
	}
	return pdf, nil
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

// printer draws cards at places.
type printer struct{ pdf *fpdf.Fpdf }

func (p *printer) singles(cards []Card) {
	for i := range cards {
		p.pdf.AddPage()
		p.front(&cards[i], 0, 0)
		p.pdf.AddPage()
		p.back(&cards[i], 0, 0)
	}
}

// code draws a QR code as one filled path, so that no seams show between modules.
func (p *printer) code(c *qr.Code, x, y, side float64) {
	module := side / float64(c.Size()) * p.pdf.GetConversionRatio()
	_, pageHeight := p.pdf.GetPageSize()
	left := x * p.pdf.GetConversionRatio()
	top := (pageHeight - y) * p.pdf.GetConversionRatio()
	p.pdf.SetFillColor(0, 0, 0)
	var path strings.Builder
	for _, r := range c.Runs() {
		fmt.Fprintf(&path, "%.4f %.4f %.4f %.4f re\n",
			left+float64(r.X)*module, top-float64(r.Y+1)*module, float64(r.Length)*module, module)
	}
	p.pdf.RawWriteStr(path.String() + "f\n")
}

func (p *printer) fill(c colour, x, y, w, h float64) {
	p.pdf.SetFillColor(c.r, c.g, c.b)
	p.pdf.Rect(x, y, w, h, "F")
}
