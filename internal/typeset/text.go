package typeset

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Style is how a text is set.
type Style struct {
	// Size is in points; Least is what it may shrink to where a text needs it, or 0
	// for Size.
	Size, Least float64
	Bold        bool
	Colour      Colour
	// Leading is the distance of two lines by the size; 0 is 1.25.
	Leading float64
	// Centred sets lines in the middle of their width.
	Centred bool
	// Balanced makes lines about as long as each other, so that none of one word is
	// left over at the end.
	Balanced bool
}

const pointsPerMillimetre = 72 / 25.4

func (s Style) leading() float64 {
	factor := s.Leading
	if factor == 0 {
		factor = 1.25
	}
	return s.Size * factor / pointsPerMillimetre
}

// ascent is how far letters rise above their line, in millimetres.
func (s Style) ascent() float64 { return s.Size * 0.88 / pointsPerMillimetre }

func (d *Document) use(s Style) {
	weight := ""
	if s.Bold {
		weight = "B"
	}
	d.pdf.SetFont(family, weight, s.Size)
	d.pdf.SetTextColor(s.Colour.R, s.Colour.G, s.Colour.B)
}

// Set sets a text in lines of a width below each other, the first with its top at
// y, all in millimetres, and returns how high they are. Line feeds end lines. A
// text that takes more than so many lines is set smaller, down to its least size;
// one that does not fit then either is an error, not a cut: what a sign or a form
// says must be said.
func (d *Document) Set(text string, s Style, x, y, width float64, lines int) (height float64) {
	fitted, broken := d.fit(text, s, width, lines)
	if len(broken) > lines {
		d.fail(fmt.Errorf("%w: %q", ErrRoom, shortened(text)))
		return 0
	}
	d.use(fitted)
	for i, line := range broken {
		at := x
		if s.Centred {
			at += (width - d.pdf.GetStringWidth(line)) / 2
		}
		d.pdf.Text(at, y+float64(i)*fitted.leading()+fitted.ascent(), line)
	}
	return float64(len(broken)) * fitted.leading()
}

// Height returns what Set would return, and sets nothing.
func (d *Document) Height(text string, s Style, width float64, lines int) float64 {
	fitted, broken := d.fit(text, s, width, lines)
	return float64(len(broken)) * fitted.leading()
}

// fit breaks the text, in the largest size in which it takes no more lines than
// there may be; in the least, if there is none.
func (d *Document) fit(text string, s Style, width float64, lines int) (Style, []string) {
	const step = 0.25
	text = d.glyphs.clean(text)
	for {
		d.use(s)
		broken := d.broken(text, width)
		if len(broken) <= lines || s.Least == 0 || s.Size <= s.Least {
			return s, d.balance(text, s, width, broken)
		}
		s.Size = max(s.Least, s.Size-step)
	}
}

// broken breaks a text in the style in use.
func (d *Document) broken(text string, width float64) (lines []string) {
	for part := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrap(part, func(t string) bool { return d.pdf.GetStringWidth(t) <= width })...)
	}
	return lines
}

// balance breaks a text again within the least width that takes no more lines.
func (d *Document) balance(text string, s Style, width float64, lines []string) []string {
	if !s.Balanced || len(lines) < 2 {
		return lines
	}
	for narrow := width / 2; narrow < width; narrow += width / 50 {
		if again := d.broken(text, narrow); len(again) == len(lines) {
			return again
		}
	}
	return lines
}

// shortened is a text for an error.
func shortened(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
