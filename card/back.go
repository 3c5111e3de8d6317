package card

// back draws the side with words, its upper left corner at x, y. The statements
// share one size: the largest at which all of them fit.
func (p *printer) back(c *Card, x, y float64) {
	const (
		side = 4.2
		top  = 7.0 // The height of the coloured band.
		room = Height - top - 2*1.9
	)
	p.doc.Fill(white, x, y, Width, Height)
	p.doc.Fill(c.Kind.colour(), x, y, Width, top)
	p.heading(c, x+side, y+1.5, Width-2*side)

	col := &column{doc: p.doc, x: x + side, y: y + top + 1.9, width: Width - 2*side}
	statements := c.back()
	size := col.sizeFor(statements, room)
	height, _ := col.heightOfAll(statements, size)
	gap := statementGap + max(0, room-height)/float64(len(statements))
	for _, s := range statements {
		col.put(s.en, style(size, true, ink), 3)
		col.put(s.zh, style(size, false, ink), 3)
		col.y += gap
	}
}

const statementGap = 1.1

// sizeFor is the largest size at which the statements fit, or up to a twelfth
// less where that saves a line: a last line of one word reads badly.
func (c *column) sizeFor(statements []phrase, room float64) float64 {
	size := 11.0
	height, lines := c.heightOfAll(statements, size)
	for size > least && height > room {
		size -= 0.1
		height, lines = c.heightOfAll(statements, size)
	}
	best := size
	for smaller := size - 0.1; smaller > max(least, size*11/12); smaller -= 0.1 {
		if _, n := c.heightOfAll(statements, smaller); n < lines {
			best, lines = smaller, n
		}
	}
	return best
}

// heading names the pass and, at the right, its short id.
func (p *printer) heading(c *Card, x, y, width float64) {
	s := style(9.5, true, white)
	id := p.doc.Wide(c.ID, s)
	p.doc.Set(c.ID, s, x+width-id, y, id+1, 1)
	left := &column{doc: p.doc, x: x, y: y, width: width - id - 3}
	left.put(c.Kind.name().en+"  "+c.Kind.name().zh, s, 1)
}

// heightOfAll is how much room the statements take at a size, and in how many
// lines.
func (c *column) heightOfAll(statements []phrase, size float64) (height float64, lines int) {
	height = -statementGap
	for _, s := range statements {
		en, enLines := c.fit(s.en, style(size, true, ink), 3)
		zh, zhLines := c.fit(s.zh, style(size, false, ink), 3)
		height += float64(len(enLines))*en.Line() + float64(len(zhLines))*zh.Line() + statementGap
		lines += len(enLines) + len(zhLines)
	}
	return height, lines
}
