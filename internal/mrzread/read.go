package mrzread

import (
	"math"

	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread/ocrb"
)

const (
	// beside is how many cells on either side of a row are looked at, to find where
	// its lines begin.
	beside = 4
	// unlike is the mean score below which a zone is no print in OCR-B.
	unlike = -1.1
)

// page reads the best zone of a page, nil if it has none.
func (r *Reader) page(levels *ocrb.Levels, f *finder) (best *Reading) {
	for _, z := range f.zones(f.rows()) {
		if s, against, ok := r.begin(levels, z); ok {
			best = better(best, r.zone(levels, z.size, s, f.turns(against)))
			if best != nil && best.sure() && best.Fits {
				return best
			}
		}
	}
	return best
}

// turns is by how many quarters clockwise the page is turned.
func (f *finder) turns(against bool) (n int) {
	if f.upright {
		n = 1
	}
	if against {
		n += 2
	}
	return n
}

// begin finds out which way up a zone is, and where its lines begin.
func (r *Reader) begin(levels *ocrb.Levels, z zone) (s *sheet, against, ok bool) {
	capital := 0.0
	for _, row := range z.rows {
		capital = max(capital, row.height)
	}
	_, columns := z.size.Shape()
	var best float64
	for _, turned := range []bool{false, true} {
		try := &sheet{columns: columns, capital: capital}
		sum := 0.0
		for i := range z.rows {
			row := z.rows[i]
			if turned {
				row = z.rows[len(z.rows)-1-i]
			}
			t, score := r.window(levels, row, columns, capital, turned)
			try.tracks, sum = append(try.tracks, t), sum+score/float64(len(z.rows))
		}
		if s == nil || sum > best {
			s, best, against = try, sum, turned
		}
	}
	gap := s.tracks[1].place(float64(columns)/2).plus(s.tracks[0].place(float64(columns)/2), -1)
	s.height = capital / gap.length()
	return s, against, best > 2*unlike
}

// window finds where a line of so many characters begins in a row, and how likely
// its characters are.
func (r *Reader) window(levels *ocrb.Levels, row *row, columns int, capital float64, against bool) (t track, score float64) {
	low, high := row.lowest-beside, row.highest+beside
	for high-low+1 < columns+2 {
		low, high = low-1, high+1
	}
	scores := make([]ocrb.Scores, high-low+1)
	t = track{row: row, against: against, first: low}
	if against {
		t.first = high
	}
	for c := range scores {
		along := t.along(float64(c))
		var patch ocrb.Patch
		levels.Sample(cell(t.place(float64(c)), along, square(along, capital)), &patch)
		scores[c] = r.net.Classify(&patch)
		clear(patch[:])
	}
	start, best := 0, math.Inf(-1)
	for s := 0; s+columns <= len(scores); s++ {
		if w := worth(scores, s, columns) + t.covers(s, columns); w > best {
			start, best = s, w
		}
	}
	t.first = int(t.index(float64(start)))
	for _, c := range scores[start : start+columns] {
		score += max(bestInk(&c), -4) / float64(columns)
	}
	return t, score
}

// covers counts in favour of a line the pieces of the row that are in it: a pattern in
// the ground can look like ink, but seldom stands at the pitch.
func (t *track) covers(start, columns int) (sum float64) {
	for c := start; c < start+columns; c++ {
		if _, seen := t.seen[int(t.index(float64(c)))]; seen {
			sum += 8
		}
	}
	return sum
}

// worth is how well a line fits that begins at a cell: ink in each of its cells, and
// none beside them.
func worth(scores []ocrb.Scores, start, columns int) (sum float64) {
	for i := range scores {
		blank, ink := blankScore(&scores[i])
		if i >= start && i < start+columns {
			sum += ink
		} else if i >= start-2 && i < start+columns+2 {
			sum += blank
		}
	}
	return sum
}

// zone looks closer, and reads.
func (r *Reader) zone(levels *ocrb.Levels, size iddoc.Size, s *sheet, turns int) *Reading {
	if !s.plausible() {
		return nil
	}
	r.scale(levels, s)
	for range 2 {
		r.refine(levels, s)
	}
	r.scale(levels, s)
	cells := make([][]iddoc.Cell, len(s.tracks))
	sum := 0.0
	for line := range s.tracks {
		cells[line] = make([]iddoc.Cell, s.columns)
		looks := [][]ocrb.Scores{}
		for _, d := range [][2]float64{{0, 0}, {-0.05, 0}, {0.05, 0}, {0, -0.05}, {0, 0.05}} {
			looks = append(looks, r.scores(levels, s, line, d[0], d[1]))
		}
		for c := range s.columns {
			cells[line][c] = mean(looks, c)
			best := math.Inf(-1)
			for _, v := range cells[line][c] {
				best = max(best, v)
			}
			sum += best / float64(s.columns*len(s.tracks))
		}
	}
	if sum < unlike {
		return nil
	}
	d, err := iddoc.Decode(size, cells)
	if err != nil {
		return nil
	}
	return &Reading{Size: size, Lines: d.Lines, Sure: d.Sure, Fits: d.Fits, Corrected: d.Corrected, Turns: turns, score: sum}
}

// mean is the mean of several looks at a cell.
func mean(looks [][]ocrb.Scores, column int) (out iddoc.Cell) {
	for k := range out {
		for _, l := range looks {
			out[k] += float64(l[column][k]) / float64(len(looks))
		}
	}
	return out
}

// plausible says that lines lie below each other, and begin about where the others
// do.
func (s *sheet) plausible() bool {
	for i := range s.tracks[1:] {
		for _, c := range []float64{0, float64(s.columns - 1)} {
			along := s.tracks[i].along(c)
			gap := s.tracks[i+1].place(c).plus(s.tracks[i].place(c), -1)
			lean := (gap.x*along.x + gap.y*along.y) / along.length()
			if math.Abs(lean) > 0.6*gap.length() {
				return false
			}
		}
	}
	return true
}

// scale tries other heights of letters.
func (r *Reader) scale(levels *ocrb.Levels, s *sheet) {
	base, best, height := s.height, math.Inf(-1), s.height
	for _, k := range []float64{0.88, 0.94, 1, 1.06, 1.13} {
		s.height = base * k
		sum := 0.0
		for line := range s.tracks {
			for c := 0; c < s.columns; c += 2 {
				scores := r.look(levels, s, line, float64(c), 0, 0)
				sum += max(bestInk(&scores), -4)
			}
		}
		if sum > best {
			best, height = sum, s.height
		}
	}
	s.height = height
}

// refine moves each line to where its characters are likeliest.
func (r *Reader) refine(levels *ocrb.Levels, s *sheet) {
	moved := make([]curve, len(s.tracks))
	for line := range s.tracks {
		var marks []mark
		for c := range s.columns {
			column := float64(c)
			best, at := -0.7, point{}
			found := false
			for _, d := range [][2]float64{{0, 0}, {-0.09, 0}, {0.09, 0}, {0, -0.09}, {0, 0.09}} {
				scores := r.look(levels, s, line, column, d[0], d[1])
				if v := bestInk(&scores); v > best+0.02 {
					best, found = v, true
					at = point{}.plus(s.tracks[line].along(column), d[0]).plus(s.down(line, column), d[1])
				}
			}
			if found {
				marks = append(marks, mark{column, at})
			}
		}
		if len(marks) < 8 {
			continue
		}
		if c, ok := leastSquares(marks, 2); ok {
			moved[line] = c
		}
	}
	for line := range moved {
		s.tracks[line].add(moved[line], s.columns)
	}
}

// add moves a line by a curve more.
func (t *track) add(c curve, columns int) {
	var marks []mark
	for i := range columns {
		marks = append(marks, mark{float64(i), t.shift.at(float64(i)).plus(c.at(float64(i)), 1)})
	}
	if sum, ok := leastSquares(marks, 2); ok {
		t.shift = sum
	}
}
