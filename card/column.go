package card

import (
	"strings"
	"unicode"

	"github.com/facelatch/facelatch/internal/typeset"
)

// style is how a text of a card is set: smaller where it must be, down to the least
// size, and then cut.
func style(size float64, bold bool, colour typeset.Colour) typeset.Style {
	return typeset.Style{Size: size, Least: min(size, least), Bold: bold, Colour: colour, Leading: 1.2, Cut: true}
}

// column sets lines below each other.
type column struct {
	doc         *typeset.Document
	x, y, width float64 // Millimetres; y is the top of the next line.
}

// put sets a text in at most so many lines.
func (c *column) put(text string, s typeset.Style, lines int) {
	fitted, broken := c.fit(text, s, lines)
	c.set(fitted, broken)
}

// set sets lines as they are.
func (c *column) set(s typeset.Style, lines []string) {
	c.y += c.doc.Put(lines, s, c.x, c.y, c.width)
}

// fit breaks a text.
func (c *column) fit(text string, s typeset.Style, lines int) (typeset.Style, []string) {
	return c.doc.Fit(text, s, c.width, lines)
}

// Unprintable returns the characters of cards that PDF prints a substitute for,
// sorted, each once. It fails with [typeset.ErrFont].
func Unprintable(fonts Fonts, cards ...Card) (string, error) {
	var texts []string
	for _, c := range cards {
		texts = append(texts, c.Site, c.ID, c.Contact)
		texts = append(append(texts, c.Zones...), c.Hours...)
	}
	for i, text := range texts {
		texts[i] = oneLine(text)
	}
	return typeset.Unprintable(fonts, texts...)
}

// clean returns a card whose texts have one line each. It shares nothing with c that
// it changes.
func (c *Card) clean() Card {
	out := *c
	out.Site, out.ID, out.Contact = oneLine(c.Site), oneLine(c.ID), oneLine(c.Contact)
	out.Zones, out.Hours = make([]string, len(c.Zones)), make([]string, len(c.Hours))
	for i, zone := range c.Zones {
		out.Zones[i] = oneLine(zone)
	}
	for i, hours := range c.Hours {
		out.Hours[i] = oneLine(hours)
	}
	return out
}

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text)
}
