package card

import (
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/typeset"
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
type Fonts = typeset.Fonts

// PDF lays cards out for printing. The same arguments give the same bytes: made
// is the date that the file carries, and nothing else in it depends on the time.
// Characters that the fonts do not have are printed as a hollow square;
// Unprintable says which.
//
// It returns [typeset.ErrFont] or [ErrCard] with a detail.
func PDF(layout Layout, fonts Fonts, made time.Time, cards ...Card) (data []byte, err error) {
	for i := range cards {
		if err := cards[i].valid(); err != nil {
			return nil, err
		}
	}
	if len(cards) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrCard)
	}
	// The library panics where it meets what it did not expect in a font.
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("%w: %v", typeset.ErrFont, r)
		}
	}()
	doc, err := typeset.New(fonts, "Pass", made)
	if err != nil {
		return nil, err
	}
	printable := make([]Card, len(cards))
	for i := range cards {
		printable[i] = cards[i].clean()
	}
	p := &printer{doc}
	if layout == Sheet {
		p.sheets(printable)
	} else {
		p.singles(printable)
	}
	return doc.Bytes()
}

// printer draws cards at places.
type printer struct{ doc *typeset.Document }

func (p *printer) singles(cards []Card) {
	for i := range cards {
		p.doc.AddPage(typeset.Size{Width: Width, Height: Height})
		p.front(&cards[i], 0, 0)
		p.doc.AddPage(typeset.Size{Width: Width, Height: Height})
		p.back(&cards[i], 0, 0)
	}
}
