package public

import (
	"errors"
	"fmt"
	"html/template"
	"strings"
)

// ErrPictogram is returned for a drawing that there is not.
var ErrPictogram = errors.New("there is no such pictogram")

// Drawing returns what is inside of a pictogram, as SVG on a square of 200 units:
// thick lines in the colour of the text, and one flat surface of the class "fill"
// behind them. They are those of the kiosk and of the enrolment page, so that a
// sign and a screen show the same; a test compares them with
// web/src/shared/pictures.ts. Only "phone" and "save" are drawn here alone.
//
// "plain", "phone", "pin" and "face" are the ways in. It fails with
// [ErrPictogram].
func Drawing(name string) (string, error) {
	switch name {
	case "plain":
		return card(52, 48) + `<path d="M40 150c10-12 26-12 36-4l24 14h34c12 0 12-16 0-18H108"/>`, nil
	case "face", "faced":
		return `<g transform="translate(-40 10)">` + card(52, 68) + `</g><circle cx="150" cy="86" r="34" class="fill"/><path d="M139 80v4M161 80v4M139 98q11 9 22 0M106 164c4-24 20-36 44-36s40 12 44 36"/>`, nil
	case "pin", "keys":
		return `<rect x="46" y="20" width="108" height="160" rx="14" class="fill"/>` + keypad(), nil
	case "phone":
		return `<rect x="52" y="14" width="96" height="172" rx="16" class="fill"/><path d="M88 166h24"/>` + squares(70, 50, 20), nil
	case "square":
		return `<path d="M24 60V30a6 6 0 0 1 6-6h30M140 24h30a6 6 0 0 1 6 6v30M176 140v30a6 6 0 0 1-6 6h-30M60 176H30a6 6 0 0 1-6-6v-30" stroke-width="13"/>` + squares(55, 55, 30), nil
	case "pass":
		return `<g transform="translate(-80 -80) scale(1.8)">` + card(52, 68) + `</g>`, nil
	case "globe":
		return `<circle cx="100" cy="100" r="76"/><path d="M24 100h152M100 24c-50 50-50 102 0 152 50-50 50-102 0-152z"/>`, nil
	case "erase":
		return `<path d="M74 46h96a8 8 0 0 1 8 8v92a8 8 0 0 1-8 8H74L24 100z"/><path d="M102 80l40 40M142 80l-40 40"/>`, nil
	case "hand":
		return `<path d="M64 120V58a11 11 0 0 1 22 0v36V40a11 11 0 0 1 22 0v54-44a11 11 0 0 1 22 0v50-30a11 11 0 0 1 22 0v52c0 36-20 54-48 54-30 0-42-16-54-42l-14-30c-4-10 8-18 16-8z" class="fill"/>`, nil
	case "done":
		return `<path d="M58 104l30 30 56-66" stroke-width="16"/>`, nil
	case "back":
		return `<path d="M120 40L60 100l60 60"/>`, nil
	case "save":
		return `<path d="M100 28v92M62 84l38 38 38-38" stroke-width="12"/><path d="M34 132v34h132v-34" stroke-width="12"/>`, nil
	case "lock":
		return `<path d="M62 92V66a38 38 0 0 1 76 0v26"/><rect x="44" y="92" width="112" height="84" rx="14" class="fill"/><circle cx="100" cy="126" r="9"/><path d="M100 135v18"/>`, nil
	}
	return "", fmt.Errorf("%w: %q", ErrPictogram, name)
}

// Drawings are the names of the drawings that the pages of doors and stations
// have, too, as web/src/shared/pictures.ts calls them.
func Drawings() []string {
	return []string{"plain", "faced", "keys", "square", "pass", "globe", "erase", "hand", "done", "back", "lock"}
}

// Pictogram returns a drawing as SVG, for HTML. What it shows stands beside it in
// words, so it is hidden from who has the page read aloud.
func Pictogram(name string) (template.HTML, error) {
	inside, err := Drawing(name)
	if err != nil {
		return "", err
	}
	return template.HTML(`<svg class="pictogram" viewBox="0 0 200 200" fill="none" stroke="currentColor" stroke-width="7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + inside + `</svg>`), nil
}

// card is a pass, its upper left corner at x, y.
func card(x, y int) string {
	return fmt.Sprintf(`<rect x="%d" y="%d" width="96" height="64" rx="9" class="fill"/>%s<path d="M%d %dh20M%d %dh14"/>`,
		x, y, squares(x+13, y+14, 12), x+62, y+22, x+62, y+40)
}

// squares are a few modules of a code, s units wide.
func squares(x, y, s int) string {
	var b strings.Builder
	for _, at := range [][2]int{{0, 0}, {2, 0}, {0, 2}, {1, 1}, {2, 2}} {
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="currentColor" stroke="none"/>`, x+at[0]*s, y+at[1]*s, s, s)
	}
	return b.String()
}

// keypad is twelve keys.
func keypad() string {
	var b strings.Builder
	for row := range 4 {
		for column := range 3 {
			fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="7" fill="currentColor" stroke="none"/>`, 72+column*28, 56+row*30)
		}
	}
	return b.String()
}
