package iddoc

import (
	"errors"
	"math"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

var specimen = []string{
	"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
	"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
}

// seen is what a reader that sees well makes of lines.
func seen(lines []string) [][]Cell {
	cells := make([][]Cell, len(lines))
	for i, line := range lines {
		cells[i] = make([]Cell, len(line))
		for j := range line {
			for k := range Alphabet {
				cells[i][j][k] = -9
			}
			cells[i][j].set(line[j], -0.01)
		}
	}
	return cells
}

func (c *Cell) set(char byte, score float64) {
	for k := range Alphabet {
		if Alphabet[k] == char {
			c[k] = score
		}
	}
}

func TestDecode(t *testing.T) {
	clean := seen(specimen)
	eight := seen(specimen) // 8 of the number taken for a B, which is likelier
	eight[1][1].set('B', -0.2)
	eight[1][1].set('8', -1.8)
	letter := seen(specimen) // a name in which two letters are about as likely
	letter[0][6].set('P', -0.7)
	letter[0][6].set('R', -0.7)
	figure := seen(specimen) // a date in which no other figure is likely: the check digit cannot decide
	figure[1][13].set('1', -0.01)
	figure[1][13].set('7', -9)
	alike := seen(specimen) // 8 and S count the same
	alike[1][4].set('9', -9)
	alike[1][1].set('S', -1)
	alike[1][1].set('8', -1)
	blank := seen(specimen)
	for j := 21; j < 27; j++ {
		blank[1][j] = Cell{}
		for k := range blank[1][j] {
			blank[1][j][k] = -5
		}
	}
	round := seen(specimen) // each 0 drawn as O is
	for at := range specimen[1] {
		if specimen[1][at] == '0' {
			round[1][at].set('0', -9)
			round[1][at].set('O', -0.01)
		}
	}
	pair := seen([]string{specimen[0], "L89OO2C361UTO7408122F1204159ZE184226B<<<<<10"}) // two O, for which two 0 have the same check digits
	filled := seen(specimen)                                                            // a filler after the name that could be a K
	filled[0][40].set('<', -1.1)
	filled[0][40].set('K', -0.5)
	after := seen(specimen) // a letter after the name that is plainly one
	after[0][40].set('<', -6)
	after[0][40].set('K', -0.01)
	for name, test := range map[string]struct {
		cells       [][]Cell
		first, last bool
		fits        bool
		corrected   int
	}{
		"clean": {clean, true, true, true, 0}, "corrected": {eight, true, true, true, 1}, "letter": {letter, false, true, true, 0},
		"wrong figure": {figure, true, true, false, 0}, "alike": {alike, true, false, false, 0}, "blank": {blank, true, false, false, 0},
		"round": {round, true, true, true, 1}, "filled": {filled, true, true, true, 0}, "pair": {pair, true, false, false, 0},
	} {
		d, err := Decode(TD3, test.cells)
		if err != nil {
			t.Fatal(err)
		}
		if d.Sure[0] != test.first || d.Sure[1] != test.last || d.Sure[1] && (d.Fits != test.fits || d.Corrected != test.corrected) {
			t.Errorf("%s: %q, sure %v, fits %t, %d corrected", name, d.Lines, d.Sure, d.Fits, d.Corrected)
		}
		if d.Read() && d.Fits && (d.Lines[0] != specimen[0] || d.Lines[1] != specimen[1]) {
			t.Errorf("%s: read as %q", name, d.Lines)
		}
	}
	if d, err := Decode(TD3, after); err != nil || d.Lines[0][40] != 'K' {
		t.Errorf("a plain letter after the name: %q, %v", d.Lines, err)
	}
	if _, err := Decode(TD1, clean); !errors.Is(err, ErrLines) {
		t.Error("two lines for a card:", err)
	}
	if _, err := Decode(0, nil); !errors.Is(err, ErrLines) {
		t.Error("no size:", err)
	}
}

// FuzzDecode: whatever was seen, the lines have the right shape, those that are said
// to fit do, and what was clearly seen is what is read.
func FuzzDecode(f *testing.F) {
	f.Add(byte(3), []byte("some scores"))
	f.Add(byte(1), []byte{})
	f.Fuzz(func(t *testing.T, size byte, scores []byte) {
		count, characters := Size(size).Shape()
		cells := make([][]Cell, count)
		at := 0
		for i := range cells {
			cells[i] = make([]Cell, characters)
			for j := range cells[i] {
				for k := range cells[i][j] {
					cells[i][j][k] = -8
					if len(scores) > 0 {
						cells[i][j][k] = -float64(scores[at%len(scores)]) / 16
						at += 1 + k%2
					}
				}
			}
		}
		if count > 0 {
			cells[0][0][0] = math.NaN()
		}
		d, err := Decode(Size(size), cells)
		if err != nil {
			if count > 0 {
				t.Fatal(err)
			}
			return
		}
		if len(d.Lines) != count || len(d.Sure) != count || d.Corrected > mostChanges {
			t.Fatalf("%+v", d)
		}
		if _, err := ParseMRZ(d.Lines); (err == nil) != d.Fits {
			t.Fatalf("fits %t: %v", d.Fits, err)
		}
	})
}

func TestDecodeCorpus(t *testing.T) { testenv.Corpus(t, "FuzzDecode") }
