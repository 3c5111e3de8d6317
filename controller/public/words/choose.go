package words

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxRanges is how many languages of a header are looked at.
const maxRanges = 32

// Choose returns the language to answer in, by an Accept-Language header (RFC
// 9110, 12.5.4): of Chinese and English the one that is wanted more, the one
// named first if both are wanted alike; English for who wants neither, and
// Chinese for who says nothing.
func Choose(header string) Tag {
	best, most := English, 0.0
	if strings.TrimSpace(header) == "" {
		return Chinese
	}
	for i, part := range strings.Split(header, ",") {
		tag, weight := wanted(part)
		if i < maxRanges && tag != "" && weight > most {
			best, most = tag, weight
		}
	}
	return best
}

// wanted reads one language range with its weight, 0 to 1.
func wanted(part string) (Tag, float64) {
	name, parameter, weighted := strings.Cut(part, ";")
	weight := 1.0
	if weighted {
		value, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
		q, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil || !(q >= 0 && q <= 1) {
			return "", 0
		}
		weight = q
	}
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), "-")
	switch base {
	case "zh":
		return Chinese, weight
	case "en":
		return English, weight
	}
	return "", 0
}

// Parse returns the language of a name that a page or a form gives, and false
// for any other name.
func Parse(name string) (Tag, bool) {
	tag := Tag(name)
	return tag, slices.Contains(Tags(), tag)
}

// Text is something that the operator wrote, by language tag: "zh-CN" or "zh",
// "en", or others.
type Text map[string]string

// Said is a text and the language in which it is.
type Said struct {
	Tag  Tag
	Text string
}

// In returns the text in a language, or what there is in another; the zero Said
// where there is nothing.
func (t Text) In(tag Tag) Said {
	base, _, _ := strings.Cut(string(tag), "-")
	for _, name := range append([]string{string(tag), base}, slices.Sorted(maps.Keys(t))...) {
		if text := strings.TrimSpace(t[name]); text != "" {
			if name == base {
				name = string(tag)
			}
			return Said{Tag(name), text}
		}
	}
	return Said{}
}

// Both is a text of the two languages.
func Both(zh, en string) Text { return Text{string(Chinese): zh, string(English): en} }
