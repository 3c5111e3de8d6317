// Package ocrb tells the characters of OCR-B apart, the print of machine-readable
// zones: 0 to 9, A to Z and the filler.
//
// It samples the cell of one character from a picture, whose place the caller
// knows, and returns how likely each character is. A small network does it (two
// hidden layers), which internal/mrzread/train taught with drawn lines alone: no
// document of anybody was used.
//
// It never looks for lines, knows nothing of what they say, and keeps nothing.
package ocrb

import "math"

// Characters are what a cell can hold, in the order of [Scores]. The space stands
// for a cell with nothing in it, or with anything else.
const Characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ< "

// Classes is how many characters there are.
const Classes = len(Characters)

// The size of a patch, and what of a cell it shows: 1.2 pitches by 1.4 heights.
const (
	Cols, Rows = 18, 24
	wide, high = 1.2, 1.4
)

// Patch is what one cell looks like, in rows from the top: mean 0, deviation 1,
// light positive.
type Patch [Rows * Cols]float32

// Scores are natural logarithms of how likely each of [Characters] is.
type Scores [Classes]float32

// Best returns the most likely character and its score.
func (s *Scores) Best() (c byte, score float32) {
	best := 0
	for i := range s {
		if s[i] > s[best] {
			best = i
		}
	}
	return Characters[best], s[best]
}

// Place is where the cell of a character is in a picture, in pixels: its middle,
// the way to the next character's, and the way from the top of a capital letter to
// its foot.
type Place struct{ X, Y, AlongX, AlongY, DownX, DownY float64 }

// Sample cuts out a cell. Outside of the picture its nearest pixels count.
func (l *Levels) Sample(p Place, out *Patch) {
	step := math.Min(math.Hypot(p.AlongX, p.AlongY)*wide/Cols, math.Hypot(p.DownX, p.DownY)*high/Rows)
	g := l.pick(step)
	k := 1 / float64(g.scale)
	sum, squares := 0.0, 0.0
	for row := range Rows {
		v := ((float64(row)+0.5)/Rows - 0.5) * high
		for col := range Cols {
			u := ((float64(col)+0.5)/Cols - 0.5) * wide
			s := g.at((p.X+u*p.AlongX+v*p.DownX)*k, (p.Y+u*p.AlongY+v*p.DownY)*k)
			sum, squares = sum+s, squares+s*s
			out[row*Cols+col] = float32(s)
		}
	}
	mean := sum / (Rows * Cols)
	deviation := math.Sqrt(math.Max(squares/(Rows*Cols)-mean*mean, 4))
	for i := range out {
		out[i] = float32((float64(out[i]) - mean) / deviation)
	}
}
