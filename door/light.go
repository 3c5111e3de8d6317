package door

import (
	"time"

	"github.com/facelatch/facelatch/face"
)

// Light is a colour that a screen has while the camera looks, by name. The page knows
// its own shades for them.
type Light string

// light is a colour, and about what a screen throws on a face with it.
type light struct {
	name   Light
	colour [3]float64
}

// palette are the colours: soft, so that black text can be read on all of them.
func palette() []light {
	return []light{
		{"rose", [3]float64{1, 0.72, 0.72}},
		{"lime", [3]float64{0.78, 1, 0.66}},
		{"sky", [3]float64{0.66, 0.82, 1}},
		{"sand", [3]float64{1, 0.93, 0.62}},
		{"mint", [3]float64{0.62, 1, 0.93}},
		{"lilac", [3]float64{0.87, 0.72, 1}},
	}
}

// Lights returns the names of every colour.
func Lights() (names []Light) {
	for _, l := range palette() {
		names = append(names, l.name)
	}
	return names
}

// lights are the colours of a look so far, which follow from what was drawn: each for
// [LightTime], and never the same twice in a row.
func lights(draw uint64, began, now time.Time) (all []face.Prompted) {
	colours := palette()
	at := int(draw % uint64(len(colours)))
	for from := time.Duration(0); from <= now.Sub(began); from += LightTime {
		// Knuth's generator for 64 bits (The Art of Computer Programming, vol. 2, 3.3.4).
		draw = draw*6364136223846793005 + 1442695040888963407
		all = append(all, face.Prompted{Prompt: face.Light, From: from, Until: min(from+LightTime, now.Sub(began)), Colour: colours[at].colour})
		at = (at + 1 + int(draw>>33)%(len(colours)-1)) % len(colours)
	}
	return all
}

// light is the screen's colour now, and when the next one comes.
func (s *step) light() (name Light, until time.Time) {
	a := s.showing.asking
	if s.state != Looking || a == nil || !a.light {
		return "", until
	}
	shown := lights(a.draw, a.began, s.now)
	last := shown[len(shown)-1]
	for _, l := range palette() {
		if l.colour == last.Colour {
			name = l.name
		}
	}
	return name, a.began.Add(last.From + LightTime)
}
