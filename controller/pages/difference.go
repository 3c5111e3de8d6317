package pages

import (
	"slices"
	"unicode"
)

// change is a piece of a text that stayed, came or went.
type change struct {
	Text string
	// Kind is "same", "new" or "old".
	Kind string
}

// maxPieces bounds the work of a difference: longer texts are shown as one that
// went and one that came.
const maxPieces = 1500

// difference returns how one text became another, piece by piece: a piece is a
// word with what follows it, or one Chinese character. It is nil where nothing
// changed.
func difference(before, after string) []change {
	if before == after {
		return nil
	}
	a, b := pieces(before), pieces(after)
	if len(a) > maxPieces || len(b) > maxPieces {
		return []change{{before, "old"}, {after, "new"}}
	}
	return walk(a, b, lengths(a, b))
}

// pieces splits a text.
func pieces(text string) (all []string) {
	begin, letters := 0, []rune(text)
	for i, c := range letters {
		next := i + 1
		if next == len(letters) || unicode.Is(unicode.Han, c) || unicode.Is(unicode.Han, letters[next]) || !word(c) && word(letters[next]) {
			all = append(all, string(letters[begin:next]))
			begin = next
		}
	}
	return all
}

func word(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// lengths is the table of the longest common part of each pair of ends.
func lengths(a, b []string) [][]int16 {
	table := make([][]int16, len(a)+1)
	for i := range table {
		table[i] = make([]int16, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// walk follows the table, and joins pieces of a kind that stand together.
func walk(a, b []string, table [][]int16) (all []change) {
	add := func(text, kind string) {
		if n := len(all); n > 0 && all[n-1].Kind == kind {
			all[n-1].Text += text
			return
		}
		all = append(all, change{text, kind})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add(a[i], "same")
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && table[i+1][j] >= table[i][j+1]:
			add(a[i], "old")
			i++
		default:
			add(b[j], "new")
			j++
		}
	}
	return all
}
