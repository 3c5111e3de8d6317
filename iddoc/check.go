package iddoc

// filler stands where a line has nothing to say.
const filler = '<'

// value returns what a character counts in a check digit: ICAO Doc 9303-3, 4.9.
// It is -1 for one that no machine-readable zone has.
func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c == filler:
		return 0
	}
	return -1
}

// CheckDigit returns the check digit of a field, '0' to '9': the sum of its
// characters' values weighted 7, 3, 1 in turn, modulo 10 (ICAO Doc 9303-3, 4.9).
// It returns 0, which is no digit, if a character is none of A to Z, 0 to 9 and <.
func CheckDigit(field string) byte {
	sum := 0
	for i := range len(field) {
		v := value(field[i])
		if v < 0 {
			return 0
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return '0' + byte(sum%10)
}

// matches says whether a check digit is that of a field. An optional field that is
// empty may have a filler in the place of its digit.
func matches(field string, digit byte, optional bool) bool {
	if optional && digit == filler {
		return isEmpty(field)
	}
	return CheckDigit(field) == digit
}

func isEmpty(field string) bool {
	for i := range len(field) {
		if field[i] != filler {
			return false
		}
	}
	return true
}
