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
	// Cut ends a text that does not fit with an ellipsis.
	Cut bool
}

const pointsPerMillimetre = 72 / 25.4

// Line is the distance of two lines in millimetres.
func (s Style) Line() float64 {
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
// one that does not fit then either is an error, unless its style has it cut: what a
// sign or a form says must be said.
func (d *Document) Set(text string, s Style, x, y, width float64, lines int) (height float64) {
	fitted, broken := d.Fit(text, s, width, lines)
	if len(broken) > lines {
		d.fail(fmt.Errorf("%w: %q", ErrRoom, shortened(text)))
		return 0
	}
	return d.Put(broken, fitted, x, y, width)
}

// Put sets lines as Fit has broken them, and returns how high they are.
func (d *Document) Put(lines []string, s Style, x, y, width float64) (height float64) {
	d.use(s)
	for i, line := range lines {
		at := x
		if s.Centred {
			at += (width - d.pdf.GetStringWidth(line)) / 2
		}
		d.pdf.Text(at, y+float64(i)*s.Line()+s.ascent(), line)
	}
	return float64(len(lines)) * s.Line()
}

// Wide returns how wide a line is, in millimetres.
func (d *Document) Wide(line string, s Style) float64 {
	d.use(s)
	return d.pdf.GetStringWidth(d.glyphs.clean(line))
}

// Height returns what Set would return, and sets nothing.
func (d *Document) Height(text string, s Style, width float64, lines int) float64 {
	fitted, broken := d.Fit(text, s, width, lines)
	return float64(len(broken)) * fitted.Line()
}

// Fit breaks the text, in the largest size in which it takes no more lines than
// there may be; in the least, if there is none, and then cut if the style says so.
func (d *Document) Fit(text string, s Style, width float64, lines int) (Style, []string) {
	const step = 0.25
	text = d.glyphs.clean(text)
	for {
		d.use(s)
		broken := d.broken(text, width)
		switch {
		case len(broken) <= lines:
			return s, d.balance(text, s, width, broken)
		case s.Least != 0 && s.Size > s.Least:
		case s.Cut:
			return s, d.cut(broken[:lines], width)
		default:
			return s, broken
		}
		s.Size = max(s.Least, s.Size-step)
	}
}

// ellipsis stands for what was cut off.
const ellipsis = "…"

// IsCut says whether a text ends with the mark of one that was cut.
func IsCut(text string) bool { return strings.HasSuffix(text, ellipsis) }

// cut ends the last line with an ellipsis, in the style in use.
func (d *Document) cut(lines []string, width float64) []string {
	last := lines[len(lines)-1]
	for last != "" && d.pdf.GetStringWidth(last+ellipsis) > width {
		_, n := utf8.DecodeLastRuneInString(last)
		last = last[:len(last)-n]
	}
	lines[len(lines)-1] = strings.TrimSpace(last) + ellipsis
	return lines
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
	return string([]rune(text)[:most]) + ellipsis
}
