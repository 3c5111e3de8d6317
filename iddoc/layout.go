package iddoc

// What can stand in a place.
func isLetter(c byte) bool   { return c >= 'A' && c <= 'Z' || c == filler }
func isFigure(c byte) bool   { return c >= '0' && c <= '9' }
func isDate(c byte) bool     { return isFigure(c) || c == filler }
func isAny(c byte) bool      { return value(c) >= 0 }
func isSex(c byte) bool      { return c == 'M' || c == 'F' || c == 'X' || c == filler }
func isCapital(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isCard(c byte) bool     { return c == 'A' || c == 'C' || c == 'I' || c == 'V' }
func isBook(c byte) bool     { return c == 'P' || c == 'V' }
func isOptional(c byte) bool { return isFigure(c) || c == filler }

// field is a run of places that may hold the same, up to end.
type field struct {
	end     int
	allowed func(byte) bool
	checked bool // a check digit covers it
}

// layouts are the lines of each size: ICAO Doc 9303, parts 4 to 6, 4.2.2. They begin
// with what kind of document it is, by which a passport of 44 characters is not taken
// for a card of 36; visas (part 7) have both lengths.
var layouts = map[Size][][]field{
	TD1: {
		{{1, isCard, false}, {2, isLetter, false}, {3, isCapital, false}, {5, isLetter, false}, {14, isAny, true}, {15, isOptional, true}, {30, isAny, true}},
		{{6, isDate, true}, {7, isFigure, true}, {8, isSex, false}, {14, isFigure, true}, {15, isFigure, true}, {16, isCapital, false}, {18, isLetter, false}, {29, isAny, true}, {30, isFigure, true}},
		{{1, isCapital, false}, {30, isLetter, false}},
	},
	TD2: {
		{{1, isCard, false}, {2, isLetter, false}, {3, isCapital, false}, {5, isLetter, false}, {6, isCapital, false}, {36, isLetter, false}},
		{{9, isAny, true}, {10, isOptional, true}, {11, isCapital, false}, {13, isLetter, false}, {19, isDate, true}, {20, isFigure, true}, {21, isSex, false}, {27, isFigure, true}, {28, isFigure, true}, {35, isAny, true}, {36, isFigure, true}},
	},
	TD3: {
		{{1, isBook, false}, {2, isLetter, false}, {3, isCapital, false}, {5, isLetter, false}, {6, isCapital, false}, {44, isLetter, false}},
		{{9, isAny, true}, {10, isFigure, true}, {11, isCapital, false}, {13, isLetter, false}, {19, isDate, true}, {20, isFigure, true}, {21, isSex, false}, {27, isFigure, true}, {28, isFigure, true}, {42, isAny, true}, {43, isOptional, true}, {44, isFigure, true}},
	},
}

// place says what can stand in a place, and whether a check digit covers it.
func place(size Size, line, at int) (allowed func(byte) bool, checked bool) {
	for _, f := range layouts[size][line] {
		if at < f.end {
			return f.allowed, f.checked
		}
	}
	return isAny, false
}

// nameOf says in which line the name stands, and from which place on, to the line's end.
func nameOf(size Size) (line, from int) {
	if size == TD1 {
		return 2, 0
	}
	return 0, 5
}
