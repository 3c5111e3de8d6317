// Package words holds what pages and papers say, in Chinese and English, and
// chooses between the two.
//
// The texts of a page are two files, en.json and zh-CN.json, with the same keys
// and the same gaps, such as {name}. The package never translates, and never
// leaves a gap open: a text that is missing is an error, which the tests of each
// page look for.
package words

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Tag names a language as HTML does (BCP 47).
type Tag string

// The languages of every page.
const (
	Chinese Tag = "zh-CN"
	English Tag = "en"
)

// Tags returns the languages in the order in which they are offered.
func Tags() []Tag { return []Tag{Chinese, English} }

// Other returns the language that is not this one.
func (t Tag) Other() Tag {
	if t == Chinese {
		return English
	}
	return Chinese
}

// Name is what the language calls itself.
func (t Tag) Name() string {
	if t == Chinese {
		return "中文"
	}
	return "English"
}

// Errors of this package.
var (
	// ErrTexts is returned for files of texts that do not fit each other.
	ErrTexts = errors.New("the texts of the two languages do not fit each other")
	// ErrText is returned for a text that there is not, and for gaps that are not
	// those of the text.
	ErrText = errors.New("no such text")
)

// Book is the texts of one page or paper. It is safe for concurrent use.
type Book struct{ texts map[Tag]map[string]string }

// Open reads en.json and zh-CN.json of a folder. It fails with [ErrTexts] if
// one says what the other does not.
func Open(folder fs.FS) (Book, error) {
	b := Book{make(map[Tag]map[string]string)}
	for _, tag := range Tags() {
		data, err := fs.ReadFile(folder, string(tag)+".json")
		if err != nil {
			return Book{}, err
		}
		var texts map[string]string
		if err := json.Unmarshal(data, &texts); err != nil {
			return Book{}, fmt.Errorf("%s: %w", tag, err)
		}
		b.texts[tag] = texts
	}
	return b, b.check()
}

func (b Book) check() error {
	zh, en := b.texts[Chinese], b.texts[English]
	for _, key := range slices.Sorted(maps.Keys(en)) {
		if en[key] == "" || zh[key] == "" {
			return fmt.Errorf("%w: %s is not said in both", ErrTexts, key)
		}
		if !slices.Equal(gaps(en[key]), gaps(zh[key])) {
			return fmt.Errorf("%w: %s has other gaps in one", ErrTexts, key)
		}
	}
	if len(zh) != len(en) {
		return fmt.Errorf("%w: %s has texts of its own", ErrTexts, Chinese)
	}
	return nil
}

// gap is a place in a text for something of the site.
var gap = regexp.MustCompile(`\{[a-z]+\}`)

// gaps returns the gaps of a text, sorted, each once.
func gaps(text string) []string {
	return slices.Compact(slices.Sorted(slices.Values(gap.FindAllString(text, -1))))
}

// Keys returns the keys of all texts, sorted.
func (b Book) Keys() []string { return slices.Sorted(maps.Keys(b.texts[English])) }

// Say returns a text with its gaps filled: pairs are the name of a gap and what
// stands there. It fails with [ErrText] unless they are exactly the gaps of the
// text.
func (b Book) Say(tag Tag, key string, pairs ...any) (string, error) {
	text, ok := b.texts[tag][key]
	if !ok || len(pairs)%2 != 0 {
		return "", fmt.Errorf("%w: %s, %s", ErrText, tag, key)
	}
	fill := make([]string, 0, len(pairs))
	names := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name := fmt.Sprintf("{%v}", pairs[i])
		names = append(names, name)
		fill = append(fill, name, fmt.Sprint(pairs[i+1]))
	}
	slices.Sort(names)
	if want := gaps(text); !slices.Equal(names, want) {
		return "", fmt.Errorf("%w: %s, %s has the gaps %q, not %q", ErrText, tag, key, want, names)
	}
	return strings.NewReplacer(fill...).Replace(text), nil
}

// wordJoiner forbids a line to end where it stands (Unicode, U+2060).
const wordJoiner = "\u2060"

// Unbroken returns a date such as 2027-03-10 so that no line ends within it.
func Unbroken(date string) string { return strings.ReplaceAll(date, "-", "-"+wordJoiner) }
