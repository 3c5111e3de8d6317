package report

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/facelatch/facelatch/internal/typeset"
)

// Where things stand on a page, in millimetres.
const (
	margin  = 18.0
	column  = 210 - 2*margin
	lowest  = 297 - margin
	between = 3.0
	plotTop = column * float64(plotHeight) / float64(plotWidth)
)

// flow sets one thing below the other, and begins pages.
type flow struct {
	doc  *typeset.Document
	y    float64
	page int
}

// PDF is the report on paper, of A4. Its bytes depend on nothing else but the
// fonts.
func (r Report) PDF(fonts typeset.Fonts) ([]byte, error) {
	doc, err := typeset.New(fonts, r.Title, r.Made.Date)
	if err != nil {
		return nil, err
	}
	f := &flow{doc: doc}
	f.next()
	f.text(r.Title, typeset.Style{Size: 18, Bold: true})
	for _, s := range r.Sections {
		f.heading(s.Heading)
		for _, t := range s.Text {
			f.text(t, typeset.Style{Size: 10})
		}
		for _, t := range s.Tables {
			f.table(t)
		}
		for _, p := range s.Plots {
			if err := f.plot(p); err != nil {
				return nil, fmt.Errorf("draw %q: %w", p.Caption, err)
			}
		}
	}
	f.heading("What made this")
	f.table(Table{Rows: r.madeRows()})
	return doc.Bytes()
}

// next begins a page.
func (f *flow) next() {
	f.doc.AddPage(typeset.A4())
	f.page++
	f.y = margin
	f.doc.Put([]string{fmt.Sprint(f.page)}, typeset.Style{Size: 8}, margin, lowest+4, column)
}

// room begins a page if there is not so much left of this one.
func (f *flow) room(height float64) {
	if f.y+height > lowest {
		f.next()
	}
}

func (f *flow) heading(text string) {
	f.room(40)
	f.y += between
	f.text(text, typeset.Style{Size: 13, Bold: true})
}

// manyLines is more than a page has.
const manyLines = 1000

// text sets a text line by line, over as many pages as it takes.
func (f *flow) text(text string, s typeset.Style) {
	_, lines := f.doc.Fit(text, s, column, manyLines)
	for _, line := range lines {
		f.room(s.Line())
		f.doc.Put([]string{line}, s, margin, f.y, column)
		f.y += s.Line()
	}
	f.y += between / 2
}

// plot draws a plot with its caption below.
func (f *flow) plot(p Plot) error {
	made, err := p.make()
	if err != nil {
		return err
	}
	f.room(plotTop + 15)
	c := newPaper(f.doc, margin, f.y, column)
	made.Draw(inset(draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{Max: vg.Point{X: plotWidth, Y: plotHeight}}}))
	f.y += plotTop + 1
	f.text(p.Caption, typeset.Style{Size: 9})
	return nil
}
