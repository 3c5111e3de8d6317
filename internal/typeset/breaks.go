package typeset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Where lines may end, after the rules for Chinese in W3C's "Requirements for
// Chinese Text Layout" (3.1.1) as far as signs need them: no closing mark begins a
// line, no opening mark ends one, and a number stays with the word that counts it.
const (
	notFirst = "，。、；：！？）」』》〉】”’…—·％,.;:!?)]}%"
	notLast  = "（「『《〈【“‘([{"
)

// mayBreak says whether a line may end between two characters.
func mayBreak(before, after rune) bool {
	switch {
	case strings.ContainsRune(notFirst, after) || strings.ContainsRune(notLast, before):
		return false
	case before == ' ':
		return after != ' '
	case after == ' ':
		return false
	}
	return isHan(before) || isHan(after)
}

func isHan(r rune) bool {
	return unicode.Is(unicode.Han, r) || strings.ContainsRune(notFirst[:30], r) && r > 0x2000
}

// words splits a text where a line may end; each part keeps the spaces after it.
func words(text string) (all []string) {
	runes := []rune(text)
	from := 0
	for i := 1; i < len(runes); i++ {
		if mayBreak(runes[i-1], runes[i]) && !counts(runes, i) {
			all = append(all, string(runes[from:i]))
			from = i
		}
	}
	return append(all, string(runes[from:]))
}

// counts says that at i a Chinese word follows the number that it counts, such as
// "8 秒", or a number the word before it, such as "第 2".
func counts(runes []rune, i int) bool {
	if i < 2 || runes[i-1] != ' ' {
		return unicode.IsDigit(runes[i-1]) && isHan(runes[i])
	}
	before, after := runes[i-2], runes[i]
	return unicode.IsDigit(before) && isHan(after) || before == '第' && unicode.IsDigit(after)
}

// wrap breaks a text into lines that fit. A word that does not fit by itself is
// broken, too.
func wrap(text string, fits func(string) bool) (lines []string) {
	line := ""
	for _, word := range words(text) {
		if fits(line + strings.TrimRight(word, " ")) {
			line += word
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimSpace(line))
		}
		line = word
		for !fits(strings.TrimSpace(line)) && utf8.RuneCountInString(line) > 1 {
			head := longest(line, fits)
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	if line = strings.TrimSpace(line); line != "" {
		lines = append(lines, line)
	}
	return lines
}

// longest is the longest beginning of a word that fits, at least one character.
func longest(word string, fits func(string) bool) string {
	end := 0
	for i, r := range word {
		next := i + utf8.RuneLen(r)
		if end > 0 && !fits(word[:next]) {
			break
		}
		end = next
	}
	return word[:end]
}
