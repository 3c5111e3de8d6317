package card

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
)

const (
	family   = "card"
	ellipsis = "…"
)

// style is how a text is set.
type style struct {
	size   float64 // Points.
	bold   bool
	colour colour
}

// colour is red, green and blue, 0 to 255.
type colour struct{ r, g, b int }

// leading is the distance of two lines in millimetres.
func (s style) leading() float64 { return s.size * 1.2 * 25.4 / 72 }

// ascent is how far letters rise above their line, in millimetres.
func (s style) ascent() float64 { return s.size * 0.88 * 25.4 / 72 }

func (s style) use(pdf *fpdf.Fpdf) {
	weight := ""
	if s.bold {
		weight = "B"
	}
	pdf.SetFont(family, weight, s.size)
	pdf.SetTextColor(s.colour.r, s.colour.g, s.colour.b)
}

// column sets lines below each other.
type column struct {
	pdf         *fpdf.Fpdf
	x, y, width float64 // Millimetres; y is the top of the next line.
}

// put sets a text in at most so many lines, smaller if it must be.
func (c *column) put(text string, s style, lines int) {
	c.set(c.fit(text, s, lines))
}

// set sets lines as they are.
func (c *column) set(s style, lines []string) {
	s.use(c.pdf)
	for _, line := range lines {
		c.pdf.Text(c.x, c.y+s.ascent(), line)
		c.y += s.leading()
	}
}

// fit breaks the text, at line feeds and where it must, and makes it smaller down to the least size while it takes
// too many lines; then it cuts it.
func (c *column) fit(text string, s style, lines int) (style, []string) {
	for {
		s.use(c.pdf)
		var out []string
		for part := range strings.SplitSeq(text, "\n") {
			out = append(out, wrap(part, func(t string) bool { return c.pdf.GetStringWidth(t) <= c.width })...)
		}
		if len(out) <= lines {
			return s, out
		}
		if s.size <= least {
			out = out[:lines]
			out[lines-1] = c.cut(out[lines-1])
			return s, out
		}
		s.size = max(least, s.size-0.5)
	}
}

// cut ends a line with an ellipsis.
func (c *column) cut(line string) string {
	for line != "" && c.pdf.GetStringWidth(line+ellipsis) > c.width {
		_, n := utf8.DecodeLastRuneInString(line)
		line = line[:len(line)-n]
	}
	return strings.TrimSpace(line) + ellipsis
}

// wrap breaks a text into lines that fit. Between words of letters it breaks at
// spaces; Chinese it breaks anywhere but before a closing mark. A word that does
// not fit by itself is broken too.
func wrap(text string, fits func(string) bool) []string {
	var lines []string
	line := ""
	for _, word := range words(text) {
		if fits(line + strings.TrimRight(word, " ")) {
			line += word
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimSpace(line))
		}
		line = word
		for !fits(strings.TrimSpace(line)) && utf8.RuneCountInString(line) > 1 {
			head := longest(line, fits)
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	if line = strings.TrimSpace(line); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// longest is the longest beginning of a word that fits, at least one character.
func longest(word string, fits func(string) bool) string {
	end := 0
	for i, r := range word {
		next := i + utf8.RuneLen(r)
		if end > 0 && !fits(word[:next]) {
			break
		}
		end = next
	}
	return word[:end]
}

// words splits a text where a line may end; each part keeps the spaces after it.
func words(text string) []string {
	var out []string
	from := 0
	var before rune
	for i, r := range text {
		if i > from && mayBreak(before, r) {
			out = append(out, text[from:i])
			from = i
		}
		before = r
	}
	return append(out, text[from:])
}

func mayBreak(before, after rune) bool {
	if strings.ContainsRune("，。、；：！？）」』》…", after) || strings.ContainsRune("（「『《", before) {
		return false
	}
	return before == ' ' && after != ' ' || unicode.Is(unicode.Han, after) || unicode.Is(unicode.Han, before) && after != ' '
}
