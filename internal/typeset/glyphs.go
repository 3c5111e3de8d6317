package typeset

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// substitute stands for a character that the fonts do not have, where they have
// it; otherwise a question mark does.
const substitute = '□'

// highest is the last character that the library can set: it keeps glyphs by
// their UTF-16 unit.
const highest = 0xFFFF

// glyphs knows which characters both fonts have.
type glyphs struct {
	fonts   []*sfnt.Font
	buffer  sfnt.Buffer
	known   map[rune]bool
	instead rune
}

// Unprintable returns the characters of texts that are set as a substitute, sorted,
// each once. It fails with [ErrFont].
func Unprintable(fonts Fonts, texts ...string) (string, error) {
	g, err := readGlyphs(fonts)
	if err != nil {
		return "", err
	}
	clear(g.known) // of the substitute
	for _, text := range texts {
		g.clean(text)
	}
	var missing []rune
	for r, has := range g.known {
		if !has {
			missing = append(missing, r)
		}
	}
	slices.Sort(missing)
	return string(missing), nil
}

func readGlyphs(fonts Fonts) (*glyphs, error) {
	g := &glyphs{known: make(map[rune]bool), instead: '?'}
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
	if g.has(substitute) {
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
	has = r <= highest
	for _, f := range g.fonts {
		i, err := f.GlyphIndex(&g.buffer, r)
		has = has && err == nil && i != 0
	}
	g.known[r] = has
	return has
}

// clean puts a substitute in the place of each character that cannot be set. What
// only changes how its neighbour looks is left out; line feeds stay.
func (g *glyphs) clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r):
			return -1
		case g.has(r):
			return r
		}
		return g.instead
	}, text)
}
