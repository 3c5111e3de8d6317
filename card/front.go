package card

import (
	"strings"

	"github.com/facelatch/facelatch/internal/typeset"
)

// colour marks the kind. Its contrast against white is at least 9:1, and words
// say what it says.
func (k Kind) colour() typeset.Colour {
	if k == FacePass {
		return typeset.Colour{R: 11, G: 74, B: 92}
	}
	return typeset.Colour{R: 74, G: 46, B: 96}
}

var (
	ink   = typeset.Colour{R: 17, G: 17, B: 17}
	dim   = typeset.Colour{R: 70, G: 70, B: 70} // 9:1 against white.
	white = typeset.Colour{R: 255, G: 255, B: 255}
)

const (
	codeX   = 4.2
	codeY   = (Height - CodeSide) / 2
	columnX = codeX + CodeSide + 3.8
	bandX   = columnX - 0.9
	band    = 15.0 // The height of the coloured band.
	margin  = 2.6
	room    = Height - band - 2*margin + 0.8 // Below the band.
	least   = 7.5                            // Points; nothing is set smaller.
)

// front draws the side with the code, its upper left corner at x, y.
func (p *printer) front(c *Card, x, y float64) {
	p.doc.Fill(white, x, y, Width, Height)
	p.doc.Code(c.Code, x+codeX, y+codeY, CodeSide)
	p.doc.Fill(c.Kind.colour(), x+bandX, y, Width-bandX, band)
	head := &column{doc: p.doc, x: x + columnX, y: y + 1.6, width: Width - columnX - margin}
	head.put(c.Kind.name().en, style(15, true, white), 1)
	head.put(c.Kind.name().zh, style(14, true, white), 1)

	body := &column{doc: p.doc, x: head.x, y: y + band + margin - 0.8, width: head.width}
	entries := c.entries()
	scale := 1.2
	for scale > 0.5 && body.heightOf(entries, scale) > room {
		scale -= 0.02
	}
	if spare := room - body.heightOf(entries, scale); spare > 0 {
		body.y += min(spare/2, 3.5)
	}
	for _, e := range entries {
		body.entry(e, scale)
	}
}

// entry is a value with a small label above it.
type entry struct {
	label phrase // Without texts: no label.
	value string
	size  float64 // Points at scale 1.
	lines int
}

func (c *Card) entries() []entry {
	out := []entry{
		{phrase{}, c.Site, 12, 2},
		{labelZones(), strings.Join(c.Zones, ", "), 10.5, 2},
	}
	span := entry{labelUntil(), lastDay(c.Until), 12, 1}
	if !c.From.IsZero() {
		span = entry{labelSpan(), day(c.From) + " –\n" + lastDay(c.Until), 10, 2}
	}
	if len(c.Hours) > 0 {
		out = append(out, entry{labelHours(), strings.Join(c.Hours, "\n"), 9, 4 - span.lines})
	}
	return append(out, span)
}

const (
	entryGap     = 0.9
	labelSqueeze = 0.6 // Label and value are set closer than lines.
)

func (e entry) styles(scale float64) (label, value typeset.Style) {
	return style(max(least, min(8.5, 8.5*scale)), false, dim), style(max(least, e.size*scale), true, ink)
}

// entry sets one, its label drawn near to it.
func (c *column) entry(e entry, scale float64) {
	label, value := e.styles(scale)
	if e.label.en != "" {
		c.put(e.label.en+" "+e.label.zh, label, 1)
		c.y -= labelSqueeze
	}
	fitted, lines := c.fitEntry(e, value)
	c.set(fitted, lines)
	c.y += entryGap * scale
}

// fitEntry prefers fewer lines to larger letters, within a sixth.
func (c *column) fitEntry(e entry, s typeset.Style) (typeset.Style, []string) {
	for lines := 1; lines < e.lines; lines++ {
		if fitted, out := c.fit(e.value, s, lines); fitted.Size >= s.Size*5/6 && !typeset.IsCut(out[len(out)-1]) {
			return fitted, out
		}
	}
	return c.fit(e.value, s, e.lines)
}

// heightOf is how much room entries take.
func (c *column) heightOf(entries []entry, scale float64) float64 {
	total := 0.0
	for _, e := range entries {
		label, value := e.styles(scale)
		if e.label.en != "" {
			total += label.Line() - labelSqueeze
		}
		fitted, lines := c.fitEntry(e, value)
		total += float64(len(lines))*fitted.Line() + entryGap*scale
	}
	return total - entryGap*scale
}
