package mrzread

import (
	"math"

	"github.com/facelatch/facelatch/internal/mrzread/ocrb"
)

// track is one line as it is to be read: its characters' middles, from the first to
// the last. Those of a page on its head run against the row.
type track struct {
	*row
	first   int // the index of its first character
	against bool
	shift   curve // what looking closer added, by column
}

func (t *track) index(column float64) float64 {
	if t.against {
		return float64(t.first) - column
	}
	return float64(t.first) + column
}

func (t *track) place(column float64) point {
	return t.at(t.index(column)).plus(t.shift.at(column), 1)
}

func (t *track) along(column float64) point {
	return t.place(column+0.5).plus(t.place(column-0.5), -1)
}

// sheet is the lines of a zone while they are being read.
type sheet struct {
	tracks  []track
	columns int
	height  float64 // of capital letters, as a part of the way to the next line
	capital float64 // in pixels
}

// down is the way from the top to the foot of a capital letter: along the way from
// line to line, which leans where the page was photographed from the side.
func (s *sheet) down(line int, column float64) point {
	a, b := line, line+1
	if b == len(s.tracks) {
		a, b = line-1, line
	}
	gap := s.tracks[b].place(column).plus(s.tracks[a].place(column), -1)
	return point{gap.x * s.height, gap.y * s.height}
}

// square is down where nothing is known but the row itself.
func square(along point, capital float64) point {
	k := capital / along.length()
	return point{-along.y * k, along.x * k}
}

func cell(at, along, down point) ocrb.Place {
	return ocrb.Place{X: at.x, Y: at.y, AlongX: along.x, AlongY: along.y, DownX: down.x, DownY: down.y}
}

// scores classifies every cell of a line, moved by a part of the pitch and of the
// height.
func (r *Reader) scores(levels *ocrb.Levels, s *sheet, line int, dx, dy float64) []ocrb.Scores {
	out := make([]ocrb.Scores, s.columns)
	for c := range out {
		out[c] = r.look(levels, s, line, float64(c), dx, dy)
	}
	return out
}

func (r *Reader) look(levels *ocrb.Levels, s *sheet, line int, column, dx, dy float64) ocrb.Scores {
	t := &s.tracks[line]
	along, down := t.along(column), s.down(line, column)
	var patch ocrb.Patch
	levels.Sample(cell(t.place(column).plus(along, dx).plus(down, dy), along, down), &patch)
	scores := r.net.Classify(&patch)
	clear(patch[:])
	return scores
}

// blankScore is how likely, as a logarithm, a cell is empty, and ink that it is not.
func blankScore(s *ocrb.Scores) (blank, ink float64) {
	blank = float64(s[ocrb.Classes-1])
	return max(blank, -5), max(math.Log1p(-math.Exp(min(blank, -1e-4))), -5)
}

// bestInk is the best score of a character that is not blank.
func bestInk(s *ocrb.Scores) float64 {
	best := s[0]
	for _, v := range s[:ocrb.Classes-1] {
		best = max(best, v)
	}
	return float64(best)
}
