package mrzread

import (
	"math"
	"slices"

	"github.com/facelatch/facelatch/iddoc"
)

// zone is rows that may be the lines of a document of a size, from the top or, where
// the page stands on its head, from the foot.
type zone struct {
	size iddoc.Size
	rows []*row
	off  float64 // how unlike the size the rows are
}

// mostZones is how many zones of a picture are looked at, the likeliest first.
const mostZones = 6

// zones puts rows that lie below each other, at one pitch, together.
func (f *finder) zones(rows []*row) (all []zone) {
	below := make(map[*row][]*row)
	for _, a := range rows {
		for _, b := range rows {
			if a != b && f.follows(a, b) {
				below[a] = append(below[a], b)
			}
		}
	}
	for _, a := range rows {
		for _, b := range below[a] {
			all = append(all, sized(iddoc.TD2, a, b), sized(iddoc.TD3, a, b))
			all = append(all, sized(iddoc.TD1, a, b, a.beyond(b)), sized(iddoc.TD1, b.beyond(a), a, b))
			for _, c := range below[b] {
				all = append(all, sized(iddoc.TD1, a, b, c))
			}
		}
	}
	all = slices.DeleteFunc(all, func(z zone) bool { return z.off > 8 })
	slices.SortStableFunc(all, func(a, b zone) int { return int(math.Copysign(1, a.off-b.off)) })
	return all[:min(len(all), mostZones)]
}

// sized says how far rows are from those of a size: the mean number of characters
// that are missing or too many.
func sized(size iddoc.Size, rows ...*row) zone {
	_, n := size.Shape()
	z := zone{size: size, rows: rows}
	for _, r := range rows {
		span := r.highest - r.lowest + 1
		seen := len(r.seen)
		if r.seen == nil {
			seen = n - 8
		}
		z.off += (math.Abs(float64(span-n)) + 0.5*math.Abs(float64(seen-n))) / float64(len(rows))
	}
	return z
}

// follows says that a row lies below another, at a distance that lines have.
func (f *finder) follows(a, b *row) bool {
	i := float64(a.lowest+a.highest) / 2
	j, gap := a.nearest(b, i)
	if j < float64(b.lowest) || j > float64(b.highest) {
		return false
	}
	step := a.step(i)
	cross := step.x*gap.y - step.y*gap.x // above 0 where b is on the right of the way of a, which is below
	far := gap.length() / a.pitch
	return cross > 0 && far > 1.1 && far < 3.8 && ratio(a.pitch, b.pitch) < 1.25
}

// beyond is the row that should lie as far beyond another as that is away: a line of
// a card in which too little was seen for a row.
func (r *row) beyond(other *row) *row {
	var marks []mark
	for i := r.lowest; i <= r.highest; i++ {
		j, _ := r.nearest(other, float64(i))
		p := other.at(j)
		marks = append(marks, mark{j, p.plus(p.plus(r.at(float64(i)), -1), 1)})
	}
	c, _ := leastSquares(marks, 2)
	return &row{curve: c, lowest: other.lowest, highest: other.highest, pitch: other.pitch, height: other.height}
}

// nearest is the index of another row that is across from an index of this one, and
// the way there.
func (r *row) nearest(other *row, i float64) (j float64, gap point) {
	p, step := r.at(i), r.step(i)
	j = float64(other.lowest+other.highest) / 2
	for range 6 {
		gap = other.at(j).plus(p, -1)
		s := other.step(j)
		along := s.x*step.x + s.y*step.y
		if along == 0 {
			break
		}
		move := (gap.x*step.x + gap.y*step.y) / along
		j -= max(-30, min(30, move))
	}
	return j, other.at(j).plus(p, -1)
}

func ratio(a, b float64) float64 { return max(a, b) / min(a, b) }
