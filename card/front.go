package card

import "strings"

// colour marks the kind. Its contrast against white is at least 9:1, and words
// say what it says.
func (k Kind) colour() colour {
	if k == FacePass {
		return colour{11, 74, 92}
	}
	return colour{74, 46, 96}
}

var (
	ink   = colour{17, 17, 17}
	dim   = colour{70, 70, 70} // 9:1 against white.
	white = colour{255, 255, 255}
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
	p.fill(white, x, y, Width, Height)
	p.code(c.Code, x+codeX, y+codeY, CodeSide)
	p.fill(c.Kind.colour(), x+bandX, y, Width-bandX, band)
	head := &column{pdf: p.pdf, x: x + columnX, y: y + 1.6, width: Width - columnX - margin}
	head.put(c.Kind.name().en, style{15, true, white}, 1)
	head.put(c.Kind.name().zh, style{14, true, white}, 1)

	body := &column{pdf: p.pdf, x: head.x, y: y + band + margin - 0.8, width: head.width}
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

func (e entry) styles(scale float64) (label, value style) {
	return style{max(least, min(8.5, 8.5*scale)), false, dim}, style{max(least, e.size*scale), true, ink}
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
func (c *column) fitEntry(e entry, s style) (style, []string) {
	for lines := 1; lines < e.lines; lines++ {
		if fitted, out := c.fit(e.value, s, lines); fitted.size >= s.size*5/6 && !strings.HasSuffix(out[len(out)-1], ellipsis) {
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
			total += label.leading() - labelSqueeze
		}
		fitted, lines := c.fitEntry(e, value)
		total += float64(len(lines))*fitted.leading() + entryGap*scale
	}
	return total - entryGap*scale
}
