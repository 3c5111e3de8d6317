package iddoc

import (
	"errors"
	"fmt"
	"strings"
)

// Size is the size of a document, which says how its lines are laid out.
type Size uint8

const (
	// TD1 is a card: three lines of 30 characters.
	TD1 Size = 1
	// TD2 is a larger card or a visa-sized paper: two lines of 36.
	TD2 Size = 2
	// TD3 is a passport's page: two lines of 44.
	TD3 Size = 3
)

// String returns "TD1", "TD2" or "TD3".
func (s Size) String() string {
	if s < TD1 || s > TD3 {
		return "unknown"
	}
	return [...]string{"TD1", "TD2", "TD3"}[s-1]
}

// Shape returns how many lines a document of this size has, and how many
// characters each line. Both are 0 for a size that does not exist.
func (s Size) Shape() (lines, characters int) {
	switch s {
	case TD1:
		return 3, 30
	case TD2:
		return 2, 36
	case TD3:
		return 2, 44
	}
	return 0, 0
}

var (
	// ErrLines is returned for lines that no document of ours has: their number,
	// their length or a character.
	ErrLines = errors.New("not the lines of a passport, an identity card or a residence permit")
	// ErrCheckDigit is returned for a field that its check digit does not fit: it
	// was misread, mistyped, or the document is not what it should be.
	ErrCheckDigit = errors.New("a check digit does not fit")
	// ErrField is returned for a field that cannot be, whatever its check digit.
	ErrField = errors.New("a field cannot be read")
)

// FieldError says which field was wrong.
type FieldError struct {
	// Field is "document number", "date of birth", "date of expiry", "optional
	// data", "whole", "document code", "issuer", "nationality", "sex" or "name".
	Field string
	// Err is [ErrCheckDigit] or [ErrField].
	Err error
}

// Error names the field and never says what stands in it.
func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *FieldError) Unwrap() error { return e.Err }

// MRZ is what a machine-readable zone says, each check digit verified. It is about
// one person: whoever holds one clears it, and writes it nowhere.
type MRZ struct {
	Size Size
	// Code is the document code: "P", "ID", "AR" and such, one or two letters.
	Code string
	// Issuer and Nationality are of one to three letters: ICAO Doc 9303-3, 5.
	Issuer, Nationality string
	// Number is the document number, of 1 to 22 letters and digits.
	Number string
	// Surname and Given are as the zone has them: capital letters, single spaces.
	// Given is empty for a person of one name. Whole says that no character is
	// missing for sure; a name that fills its field may have been cut.
	Surname, Given string
	Whole          bool
	// Sex is "F", "M" or "" where it is not given.
	Sex string
	// Birth and Expiry are dates without a century.
	Birth, Expiry Date
	// Optional is what the issuer may fill in as it likes; it can be a personal
	// number. On a TD1 the two such fields are joined by a space.
	Optional string
}

// ParseMRZ reads the lines of a machine-readable zone, which have no spaces, and
// verifies every check digit. It fails with [ErrLines], or with a [*FieldError]
// for the first field that is wrong. It never corrects a character.
func ParseMRZ(lines []string) (*MRZ, error) {
	size, err := sizeOf(lines)
	if err != nil {
		return nil, err
	}
	m := &MRZ{Size: size}
	switch size {
	case TD1:
		err = m.td1(lines)
	case TD2:
		err = m.td2(lines)
	case TD3:
		err = m.td3(lines)
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// sizeOf returns the size that lines have the shape of.
func sizeOf(lines []string) (Size, error) {
	for _, size := range []Size{TD1, TD2, TD3} {
		count, characters := size.Shape()
		if len(lines) != count || len(lines[0]) != characters {
			continue
		}
		for i, line := range lines {
			if len(line) != characters {
				return 0, fmt.Errorf("%w: line %d has %d characters, not %d", ErrLines, i+1, len(line), characters)
			}
			for j := range len(line) {
				if value(line[j]) < 0 {
					return 0, fmt.Errorf("%w: character %d of line %d is none of A to Z, 0 to 9 and <", ErrLines, j+1, i+1)
				}
			}
		}
		return size, nil
	}
	return 0, fmt.Errorf("%w: three lines of 30 characters, two of 36, or two of 44", ErrLines)
}

// td1 reads a card: ICAO Doc 9303-5, 4.2.2.
func (m *MRZ) td1(l []string) error {
	number, optional, err := longNumber(l[0][5:14], l[0][14], l[0][15:30])
	if err != nil {
		return err
	}
	m.Number = number
	if err := m.middle(l[1][15:18], l[1][0:6], l[1][6], l[1][7], l[1][8:14], l[1][14]); err != nil {
		return err
	}
	if !matches(l[0][5:30]+l[1][0:7]+l[1][8:15]+l[1][18:29], l[1][29], false) {
		return &FieldError{"whole", ErrCheckDigit}
	}
	m.Optional = strings.TrimSpace(words(optional) + " " + words(l[1][18:29]))
	return m.edge(l[0][0:2], l[0][2:5], l[2])
}

// td2 reads a larger card: ICAO Doc 9303-6, 4.2.2.
func (m *MRZ) td2(l []string) error {
	number, optional, err := longNumber(l[1][0:9], l[1][9], l[1][28:35])
	if err != nil {
		return err
	}
	m.Number = number
	if err := m.middle(l[1][10:13], l[1][13:19], l[1][19], l[1][20], l[1][21:27], l[1][27]); err != nil {
		return err
	}
	if !matches(l[1][0:10]+l[1][13:20]+l[1][21:35], l[1][35], false) {
		return &FieldError{"whole", ErrCheckDigit}
	}
	m.Optional = words(optional)
	return m.edge(l[0][0:2], l[0][2:5], l[0][5:])
}

// td3 reads a passport's page: ICAO Doc 9303-4, 4.2.2.
func (m *MRZ) td3(l []string) error {
	if !matches(l[1][0:9], l[1][9], false) {
		return &FieldError{"document number", ErrCheckDigit}
	}
	m.Number = strings.TrimRight(l[1][0:9], "<")
	if m.Number == "" || strings.Contains(m.Number, "<<") {
		return &FieldError{"document number", ErrField}
	}
	if err := m.middle(l[1][10:13], l[1][13:19], l[1][19], l[1][20], l[1][21:27], l[1][27]); err != nil {
		return err
	}
	if !matches(l[1][28:42], l[1][42], true) {
		return &FieldError{"optional data", ErrCheckDigit}
	}
	if !matches(l[1][0:10]+l[1][13:20]+l[1][21:43], l[1][43], false) {
		return &FieldError{"whole", ErrCheckDigit}
	}
	m.Optional = words(l[1][28:42])
	return m.edge(l[0][0:2], l[0][2:5], l[0][5:])
}

// longNumber reads a document number, which on a card may go on in the optional
// data: then its check digit is a filler, and the last character before the next
// filler is the check digit of the whole number (ICAO Doc 9303-5, note j).
func longNumber(field string, digit byte, optional string) (number, rest string, err error) {
	if digit == filler && !isEmpty(field) {
		more, after, found := strings.Cut(optional, "<")
		if !found || len(more) < 2 {
			return "", "", &FieldError{"document number", ErrField}
		}
		field, digit, optional = field+more[:len(more)-1], more[len(more)-1], after
	}
	if !matches(field, digit, false) {
		return "", "", &FieldError{"document number", ErrCheckDigit}
	}
	number = strings.TrimRight(field, "<")
	if number == "" || strings.Contains(number, "<<") {
		return "", "", &FieldError{"document number", ErrField}
	}
	return number, optional, nil
}

// middle reads what stands alike in all sizes: dates, sex and nationality.
func (m *MRZ) middle(nationality, birth string, birthDigit, sex byte, expiry string, expiryDigit byte) (err error) {
	if !matches(birth, birthDigit, false) {
		return &FieldError{"date of birth", ErrCheckDigit}
	}
	if m.Birth, err = parseDate(birth, true); err != nil {
		return &FieldError{"date of birth", ErrField}
	}
	if !matches(expiry, expiryDigit, false) {
		return &FieldError{"date of expiry", ErrCheckDigit}
	}
	if m.Expiry, err = parseDate(expiry, false); err != nil {
		return &FieldError{"date of expiry", ErrField}
	}
	switch sex {
	case 'F', 'M':
		m.Sex = string(sex)
	case filler, 'X':
	default:
		return &FieldError{"sex", ErrField}
	}
	if m.Nationality, err = state(nationality); err != nil {
		return &FieldError{"nationality", err}
	}
	return nil
}

// edge reads what stands before and after: kind of document, issuer and name.
func (m *MRZ) edge(code, issuer, name string) (err error) {
	m.Code = strings.TrimRight(code, "<")
	if m.Code == "" || strings.ContainsAny(m.Code, "<0123456789") {
		return &FieldError{"document code", ErrField}
	}
	if m.Issuer, err = state(issuer); err != nil {
		return &FieldError{"issuer", err}
	}
	if strings.ContainsAny(name, "0123456789") || name[0] == filler {
		return &FieldError{"name", ErrField}
	}
	surname, given, _ := strings.Cut(strings.TrimRight(name, "<"), "<<")
	m.Surname, m.Given = words(surname), words(given)
	m.Whole = name[len(name)-1] == filler
	return nil
}

// state reads the code of a state or organisation: one to three letters.
func state(field string) (string, error) {
	code := strings.TrimRight(field, "<")
	if code == "" || strings.ContainsAny(code, "<0123456789") {
		return "", ErrField
	}
	return code, nil
}

// words returns a field with single spaces for its fillers.
func words(field string) string {
	return strings.Join(strings.FieldsFunc(field, func(r rune) bool { return r == filler }), " ")
}
