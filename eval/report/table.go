package report

import "github.com/facelatch/facelatch/internal/typeset"

// cell is how texts in a table are set.
func cell(bold bool) typeset.Style { return typeset.Style{Size: 7.5, Bold: bold} }

const gap = 2.0 // between columns

// table sets rows below each other, with the head again on every page.
func (f *flow) table(t Table) {
	widths := f.widths(t)
	row := func(cells []string, bold bool) {
		var set [][]string
		height := 0
		for i, text := range cells {
			_, lines := f.doc.Fit(text, cell(bold), widths[i], manyLines)
			set = append(set, lines)
			height = max(height, len(lines))
		}
		// A row that is higher than a page is cut there.
		height = min(height, int((lowest-margin)/cell(bold).Line())-4)
		x := margin
		for i, lines := range set {
			f.doc.Put(lines[:min(len(lines), height)], cell(bold), x, f.y, widths[i])
			x += widths[i] + gap
		}
		f.y += float64(height)*cell(bold).Line() + 0.8
		f.doc.Rule(typeset.Colour{R: 200, G: 200, B: 200}, 0.1, margin, f.y-0.4, margin+column, f.y-0.4)
	}
	if len(t.Head) > 0 {
		f.room(20)
		row(t.Head, true)
	}
	for _, cells := range t.Rows {
		lines := 1
		for i, text := range cells {
			_, broken := f.doc.Fit(text, cell(false), widths[i], manyLines)
			lines = max(lines, len(broken))
		}
		before := f.page
		f.room(float64(lines)*cell(false).Line() + 0.8)
		if f.page != before && len(t.Head) > 0 {
			row(t.Head, true)
		}
		row(cells, false)
	}
	f.y += between
}

// widths shares the column out: each gets what its longest cell takes, less where
// all together are too wide.
func (f *flow) widths(t Table) []float64 {
	rows := t.Rows
	if len(t.Head) > 0 {
		rows = append([][]string{t.Head}, rows...)
	}
	if len(rows) == 0 {
		return nil
	}
	widths := make([]float64, len(rows[0]))
	for _, cells := range rows {
		for i, text := range cells {
			widths[i] = max(widths[i], min(column*0.7, f.doc.Wide(text, cell(true))+0.5), 6)
		}
	}
	return share(widths, column-gap*float64(len(widths)-1))
}

// share cuts the widest down until all together fit, and leaves the narrow ones
// as they are.
func share(widths []float64, room float64) []float64 {
	for range widths {
		narrow, wide := 0.0, 0
		for _, w := range widths {
			if w*float64(len(widths)) <= room {
				narrow += w
			} else {
				wide++
			}
		}
		if wide == 0 {
			return widths
		}
		fair := (room - narrow) / float64(wide)
		for i, w := range widths {
			if w*float64(len(widths)) > room {
				widths[i] = min(w, fair)
			}
		}
	}
	return widths
}
