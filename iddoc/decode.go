package iddoc

import (
	"fmt"
	"math"
	"slices"
)

// Alphabet is what can stand in a machine-readable zone, in the order of [Cell].
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// Cell is how likely each character of [Alphabet] is in one place of a picture:
// natural logarithms. They need not add up to one: where all are low, nothing can
// be read there.
type Cell [len(Alphabet)]float64

const (
	// enough is by how much, as a logarithm, a reading must be likelier than the
	// next one to be taken: about ten times.
	enough = 2.3
	// certain is the same where it is to stand although a check digit says no.
	certain = 2.8
	// legible is how likely, as a logarithm, a character must be by itself.
	legible = -1.2
	// furthest is how much less likely than the likeliest a reading may be that is
	// taken because its check digits fit.
	furthest = 8
	// mostChanges is how many characters may be taken for another than the likeliest.
	mostChanges = 3
	// mostTries bounds the search.
	mostTries = 20000
	// oval is how much 0 and O may differ: drawings of OCR-B do not agree which of
	// them is the rounder. With rare it leaves two O less than enough likelier than two
	// 0, which the check digits may not tell apart: then neither is taken.
	oval = 2.5
	// rare is how much less likely O is than 0, before anything is seen, where a field
	// may have both: numbers are mostly figures, and many states leave that letter out.
	rare = 1.5
)

// Decoded is what lines of cells say.
type Decoded struct {
	// Lines are the likeliest lines that the layout allows and, if Fits, the check
	// digits.
	Lines []string
	// Sure says of each line that no other reading of it is nearly as likely. A line
	// that is not sure is not to be used.
	Sure []bool
	// Fits says that [ParseMRZ] takes the lines. It can be false for lines that are
	// sure: then the document is wrong, or was forged.
	Fits bool
	// Corrected is how many characters were taken for another than the likeliest,
	// because a check digit says so.
	Corrected int
}

// Read says that all lines are sure.
func (d *Decoded) Read() bool { return !slices.Contains(d.Sure, false) }

// spot is one place, with what can stand there, the likeliest first.
type spot struct {
	line, at int
	options  []option
	best     float64 // the logarithm of the likeliest
	checked  bool    // a check digit covers it
}

type option struct {
	c    byte
	cost float64 // how much less likely than the likeliest
}

// Decode finds the likeliest lines of a document of this size, letting check digits
// decide between characters that look alike. It never takes what was hardly seen:
// where two readings fit and are about as likely, or none fits, it says that the
// lines are not sure. It fails with [ErrLines] for cells of another shape.
func Decode(size Size, cells [][]Cell) (*Decoded, error) {
	count, characters := size.Shape()
	if count == 0 || len(cells) != count {
		return nil, fmt.Errorf("%w: %d lines of cells", ErrLines, len(cells))
	}
	d := &decoder{size: size, text: make([][]byte, count)}
	for i, line := range cells {
		if len(line) != characters {
			return nil, fmt.Errorf("%w: %d cells in a line", ErrLines, len(line))
		}
		d.text[i] = make([]byte, characters)
		for j := range line {
			s := newSpot(size, i, j, &line[j])
			d.spots = append(d.spots, s)
			d.text[i][j] = s.options[0].c
		}
	}
	d.fill()
	return d.decode(), nil
}

// fill takes what follows three fillers of a name for fillers, unless it is plainly
// something else: after a name there is nothing more (ICAO Doc 9303-3, 4.6).
func (d *decoder) fill() {
	line, from := nameOf(d.size)
	run := 0
	for i := range d.spots {
		s := &d.spots[i]
		if s.line != line || s.at < from {
			continue
		}
		at := slices.IndexFunc(s.options, func(o option) bool { return o.c == filler })
		switch {
		case run >= 3 && s.options[at].cost < enough:
			s.options = []option{{filler, 0}}
			d.text[s.line][s.at] = filler
		case s.options[0].c == filler:
			run++
		case run < 3:
			run = 0
		}
	}
}

// newSpot sorts what can stand in a place.
func newSpot(size Size, line, at int, cell *Cell) spot {
	allowed, checked := place(size, line, at)
	s := spot{line: line, at: at, checked: checked}
	score := *cell
	s.best = round(&score, allowed('0'), allowed('O'))
	for i, v := range score {
		if math.IsNaN(v) {
			v = math.Inf(-1)
		}
		if allowed(Alphabet[i]) {
			s.best = max(s.best, v)
			s.options = append(s.options, option{Alphabet[i], -max(v, -1e6)})
		}
	}
	slices.SortStableFunc(s.options, func(a, b option) int {
		switch {
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return 0
	})
	least := s.options[0].cost
	for i := range s.options {
		s.options[i].cost -= least
	}
	return s
}

// round has 0 and O, whichever drawing of OCR-B it is, count alike: where only one of
// them may stand, the other is taken for it. It returns how likely it is either of them,
// although it may be open which.
func round(score *Cell, figure, letter bool) (either float64) {
	zero, o := &score[0], &score['O'-'A'+10]
	if !figure && !letter {
		return math.Inf(-1)
	}
	either = math.Log(math.Exp(*zero) + math.Exp(*o))
	switch {
	case !letter:
		*zero = either
	case !figure:
		*o = either
	default:
		*zero, *o = max(*zero, *o-oval), max(*o, *zero-oval)-rare
	}
	return either
}

// clear says that a place can be read by itself.
func (s *spot) clear(by float64) bool {
	return s.best >= legible && (len(s.options) < 2 || s.options[1].cost >= by)
}

// decoder looks for readings whose check digits fit.
type decoder struct {
	size  Size
	spots []spot
	text  [][]byte
	moves []move // by cost

	tries   int
	changed []move
	found   []reading
}

// move is taking a character for another.
type move struct {
	spot *spot
	option
}

// reading is lines that fit.
type reading struct {
	cost  float64
	moves []move
}

func (d *decoder) decode() *Decoded {
	for i := range d.spots {
		if s := &d.spots[i]; s.checked {
			for _, o := range s.options[1:] {
				if o.cost <= furthest {
					d.moves = append(d.moves, move{s, o})
				}
			}
		}
	}
	slices.SortStableFunc(d.moves, func(a, b move) int { return int(math.Copysign(1, a.cost-b.cost)) })
	d.search(0, 0)
	out := &Decoded{Sure: make([]bool, len(d.text))}
	sure := d.settle(out)
	for i := range d.text {
		out.Lines = append(out.Lines, string(d.text[i]))
		out.Sure[i] = true
	}
	for i := range d.spots {
		s := &d.spots[i]
		if s.checked && !sure || !s.checked && !s.clear(enough) {
			out.Sure[s.line] = false
		}
	}
	return out
}

// settle takes the likeliest reading that fits, and says whether it is sure, or
// whether what does not fit is.
func (d *decoder) settle(out *Decoded) (sure bool) {
	if len(d.found) == 0 {
		for i := range d.spots {
			if s := &d.spots[i]; s.checked && !s.clear(certain) {
				return false
			}
		}
		return true
	}
	slices.SortStableFunc(d.found, func(a, b reading) int { return int(math.Copysign(1, a.cost-b.cost)) })
	best := d.found[0]
	out.Fits, out.Corrected = true, len(best.moves)
	for _, m := range best.moves {
		d.text[m.spot.line][m.spot.at] = m.c
	}
	return d.tries < mostTries && (len(d.found) < 2 || d.found[1].cost-best.cost >= enough) && d.legible()
}

// legible says that no more places than check digits can vouch for were unreadable.
func (d *decoder) legible() bool {
	dim := 0
	for i := range d.spots {
		if s := &d.spots[i]; s.checked && s.best < legible {
			dim++
		}
	}
	return dim <= 2
}

// search tries all sets of moves that are likely enough, from the move numbered
// from on.
func (d *decoder) search(from int, cost float64) {
	d.tries++
	if d.fits() {
		d.found = append(d.found, reading{cost, slices.Clone(d.changed)})
	}
	if len(d.changed) == mostChanges {
		return
	}
	for i := from; i < len(d.moves) && d.tries < mostTries; i++ {
		m := d.moves[i]
		if cost+m.cost > d.limit() {
			return
		}
		if slices.ContainsFunc(d.changed, func(c move) bool { return c.spot == m.spot }) {
			continue
		}
		old := d.text[m.spot.line][m.spot.at]
		d.text[m.spot.line][m.spot.at] = m.c
		d.changed = append(d.changed, m)
		d.search(i+1, cost+m.cost)
		d.changed = d.changed[:len(d.changed)-1]
		d.text[m.spot.line][m.spot.at] = old
	}
}

// limit is how unlikely a reading may be to matter still.
func (d *decoder) limit() float64 {
	limit := float64(furthest)
	for _, r := range d.found {
		limit = min(limit, r.cost+enough)
	}
	return limit
}

func (d *decoder) fits() bool {
	lines := make([]string, len(d.text))
	for i := range d.text {
		lines[i] = string(d.text[i])
	}
	_, err := ParseMRZ(lines)
	return err == nil
}
