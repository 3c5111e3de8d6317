package acts

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkWords returns what was entered in a field of one line without the space
// around it. It fails with [ErrInvalid] for what is too long or too short, and for
// characters that are not seen as what they are: controls, and those that turn
// the direction of writing or take no room.
func checkWords(field, text string, least, most int) (string, error) {
	if !utf8.ValidString(text) {
		return "", invalid(field, "is not UTF-8")
	}
	text = strings.TrimSpace(text)
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return "", invalid(field, "has the character %U, which cannot stand there", r)
		}
	}
	switch n := utf8.RuneCountInString(text); {
	case n < least && n == 0:
		return "", invalid(field, "is missing")
	case n < least:
		return "", invalid(field, "has fewer than %d characters", least)
	case n > most:
		return "", invalid(field, "has more than %d characters", most)
	}
	return text, nil
}

// newID returns an id that nobody can guess: 26 lower-case letters and digits.
func newID() string { return strings.ToLower(rand.Text()) }

// isID says whether a text can be an id.
func isID(text string) bool {
	return len(text) == idLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

const idLength = 26

// hashOf is how a secret is kept. Each has at least 128 random bits, so that
// nothing slower is needed.
func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte("facelatch access 1\x00" + secret))
	return sum[:]
}

// sortKey orders labels as people do: letters alike in both cases, and numbers by
// their value.
func sortKey(label string) []byte {
	var key []byte
	for text := strings.ToLower(label); text != "" && len(key) < maxSortKey; {
		digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
		if digits == 0 {
			_, size := utf8.DecodeRuneInString(text)
			key, text = append(key, text[:size]...), text[size:]
			continue
		}
		number := cmp.Or(strings.TrimLeft(text[:digits], "0"), "0")
		// A digit cannot follow the length, so that 9 comes before 10.
		key = append(append(key, '0', byte(len(number))), number...)
		text = text[digits:]
	}
	return key[:min(len(key), maxSortKey)]
}

const maxSortKey = 640

// findText is what searching looks into.
func findText(words ...string) string { return strings.ToLower(strings.Join(words, "\n")) }

// findPattern is what finds a text, for LIKE.
func findPattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}

// indexed names one of several values of a field.
func indexed(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
