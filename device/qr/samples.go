package qr

import (
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// samples is what one attempt at a code takes from a picture, which may show a
// person and no code at all. Each slice but sums has a value for every module.
type samples struct {
	n      int       // Modules along a side.
	levels []float64 // Luma at the centre of each module.
	sharp  []float64 // The same, sharpened.
	sums   []float64 // Over all modules above and to the left; one row and column more.
	dark   []bool
	bits   *gozxing.BitMatrix
}

func newSamples(n int) *samples {
	bits, _ := gozxing.NewSquareBitMatrix(n) // Fails below 1 only; sizes gives 21 to 177.
	return &samples{
		n: n, levels: make([]float64, n*n), sharp: make([]float64, n*n),
		sums: make([]float64, (n+1)*(n+1)), dark: make([]bool, n*n), bits: bits,
	}
}

// wipe clears all that was taken.
func (s *samples) wipe() {
	clear(s.levels)
	clear(s.sharp)
	clear(s.sums)
	clear(s.dark)
	s.bits.Clear()
}

// read takes the luma at the centre of each module, and decodes; when that fails,
// it does so again with each module sharpened against its neighbours, which a
// lens has blurred into it. It clears the samples when it is done.
func (s *samples) read(g *grid, pic grey) (string, bool) {
	defer s.wipe()
	for i := range s.levels {
		s.levels[i] = pic.at(g.at(float64(i%s.n)+0.5, float64(i/s.n)+0.5))
	}
	s.threshold(s.levels)
	if text, ok := s.decode(); ok {
		return text, true
	}
	s.sharpen()
	s.threshold(s.sharp)
	return s.decode()
}

func (s *samples) sharpen() {
	n := s.n
	copy(s.sharp, s.levels)
	for i := range s.levels {
		x, y := i%n, i/n
		if x == 0 || y == 0 || x == n-1 || y == n-1 {
			continue
		}
		around := s.levels[i-1] + s.levels[i+1] + s.levels[i-n] + s.levels[i+n]
		s.sharp[i] += 0.8 * (s.levels[i] - around/4)
	}
}

// threshold calls a module dark that is below the mean of a square of modules
// around it.
func (s *samples) threshold(levels []float64) {
	const reach = 7
	n, sums := s.n, s.sums
	for y := range n {
		for x := range n {
			sums[(y+1)*(n+1)+x+1] = levels[y*n+x] + sums[y*(n+1)+x+1] + sums[(y+1)*(n+1)+x] - sums[y*(n+1)+x]
		}
	}
	for i := range s.dark {
		x0, y0 := max(i%n-reach, 0), max(i/n-reach, 0)
		x1, y1 := min(i%n+reach+1, n), min(i/n+reach+1, n)
		mean := (sums[y1*(n+1)+x1] - sums[y0*(n+1)+x1] - sums[y1*(n+1)+x0] + sums[y0*(n+1)+x0]) / float64((x1-x0)*(y1-y0))
		s.dark[i] = levels[i] < mean
	}
}

// decode corrects errors and reads the text. The library panics on some damaged
// codes; that is a code that cannot be read.
func (s *samples) decode() (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	s.bits.Clear() // An attempt leaves it unmasked.
	for i, d := range s.dark {
		if d {
			s.bits.Set(i%s.n, i/s.n)
		}
	}
	result, err := decoder.NewDecoder().Decode(s.bits, nil)
	if err != nil {
		return "", false
	}
	return result.GetText(), true
}
