package card

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// substitute stands for a character that cannot be printed, where the font has
// it; otherwise a question mark does.
const substitute = '□'

// highest is the last character that the library can set: it keeps glyphs by
// their UTF-16 unit.
const highest = 0xFFFF

// Unprintable returns the characters of cards that PDF prints a substitute for,
// sorted, each once. It fails with ErrFont.
func Unprintable(fonts Fonts, cards ...Card) (string, error) {
	g, err := readGlyphs(fonts)
	if err != nil {
		return "", err
	}
	for i := range cards {
		g.clean(&cards[i])
	}
	missing := slices.Sorted(func(yield func(rune) bool) {
		for r, has := range g.known {
			if !has && !yield(r) {
				return
			}
		}
	})
	return string(missing), nil
}

// glyphs knows which characters both fonts have.
type glyphs struct {
	fonts  []*sfnt.Font
	buffer sfnt.Buffer
	known  map[rune]bool
	// instead is printed for what they lack.
	instead rune
}

func readGlyphs(fonts Fonts) (*glyphs, error) {
	g := &glyphs{known: make(map[rune]bool)}
	for _, data := range [][]byte{fonts.Regular, fonts.Bold} {
		if !isTrueType(data) {
			return nil, fmt.Errorf("%w: not a whole TrueType file", ErrFont)
		}
		f, err := sfnt.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFont, err)
		}
		g.fonts = append(g.fonts, f)
	}
	g.instead = '?'
	if g.look(substitute) {
		g.instead = substitute
	}
	return g, nil
}

// has remembers what it found.
func (g *glyphs) has(r rune) bool {
	has, asked := g.known[r]
	if asked {
		return has
	}
	has = g.look(r)
	g.known[r] = has
	return has
}

func (g *glyphs) look(r rune) bool {
	for _, f := range g.fonts {
		if i, err := f.GlyphIndex(&g.buffer, r); err != nil || i == 0 {
			return false
		}
	}
	return r <= highest
}

// clean returns a card in which every character can be printed. It shares
// nothing with c that it changes.
func (g *glyphs) clean(c *Card) Card {
	out := *c
	out.Site, out.ID, out.Contact = g.text(c.Site), g.text(c.ID), g.text(c.Contact)
	out.Zones, out.Hours = g.texts(c.Zones), g.texts(c.Hours)
	return out
}

func (g *glyphs) texts(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = g.text(text)
	}
	return out
}

// text puts a substitute in the place of each character that cannot be printed.
// What only changes how its neighbour looks is left out.
func (g *glyphs) text(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r):
			return -1
		case g.has(r):
			return r
		}
		return g.instead
	}, s)
}
