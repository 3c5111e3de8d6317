package consent

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// Lang is a language that every notice is written in, as a BCP 47 tag.
type Lang string

// The languages of a notice.
const (
	English Lang = "en"
	Chinese Lang = "zh-CN"
)

// Langs returns the languages of a notice.
func Langs() []Lang { return []Lang{English, Chinese} }

// Rules is whom a notice is for.
type Rules string

const (
	// Everybody is the rule set for people of 14 and above, who decide for
	// themselves.
	Everybody Rules = "everybody"
	// Children is the rule set for children under 14, for whom a parent or
	// another guardian decides.
	Children Rules = "children"
)

// NoticeFormat is the number of the form that notices are written in.
const NoticeFormat = 1

const (
	// MaxNotice is the largest encoded notice, in bytes.
	MaxNotice       = 64 << 10
	maxVersion      = 40
	maxNoticeZones  = 64
	jurisdictionLen = 2
)

// Notice is one version of the text that people agree to. It never changes once
// it was shown to somebody: records of consent hold its hash, so another text is
// another notice.
type Notice struct {
	// Version is what the operator calls this version, such as "2026-11-21": 1 to
	// 40 of a-z, A-Z, 0-9, dot and hyphen.
	Version string
	// Rules is whom it is for.
	Rules Rules
	// Jurisdiction is the country whose law the operator answers to: an ISO 3166-1
	// code of two capital letters. A draft may leave it empty.
	Jurisdiction string
	// Zones are the sets of doors that it is about, as in [pass.CheckZone], in
	// order. None means all of the site.
	Zones []string
	// Text is what people read: each field of [Fields] in each of [Langs], with
	// "\n" between paragraphs.
	Text map[Lang]Text
}

// Text is a notice in one language.
type Text map[Field]string

// ErrNotice is returned for bytes that are not a notice. The error names the
// member.
var ErrNotice = errors.New("not a notice")

// Encode returns the notice in its one form, which is what is hashed: JSON as
// RFC 8785 has it. It fails with [ErrNotice] where something is so wrong that it
// has no form; that it has one does not mean that it says what it must, see
// [Notice.Lint].
func (n Notice) Encode() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	text := make(map[string]any, len(n.Text))
	for lang, fields := range n.Text {
		one := make(map[string]any, len(fields))
		for name, words := range fields {
			one[string(name)] = words
		}
		text[string(lang)] = one
	}
	zones := make([]any, len(n.Zones))
	for i, zone := range n.Zones {
		zones[i] = zone
	}
	data, err := canonical(map[string]any{
		"format": NoticeFormat, "version": n.Version, "rules": string(n.Rules),
		"jurisdiction": n.Jurisdiction, "zones": zones, "text": text,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotice, err)
	}
	if len(data) > MaxNotice {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrNotice, len(data), MaxNotice)
	}
	return data, nil
}

// Hash returns the SHA-256 of the encoded notice, in all its languages: what a
// record of consent names it by. It fails as [Notice.Encode] does.
func (n Notice) Hash() ([sha256.Size]byte, error) {
	data, err := n.Encode()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(data), nil
}

// DecodeNotice reads a notice from JSON, laid out as anybody likes. Members that
// a notice has not, are missing or stand there twice are refused. Errors wrap
// [ErrNotice].
func DecodeNotice(data []byte) (Notice, error) {
	if len(data) > 2*MaxNotice {
		return Notice{}, fmt.Errorf("%w: %d bytes, more than %d", ErrNotice, len(data), 2*MaxNotice)
	}
	value, err := parseJSON(data)
	if err != nil {
		return Notice{}, fmt.Errorf("%w: %w", ErrNotice, err)
	}
	n, err := noticeOf(value)
	if err != nil {
		return Notice{}, fmt.Errorf("%w: %w", ErrNotice, err)
	}
	if _, err := n.Encode(); err != nil {
		return Notice{}, err
	}
	return n, nil
}

func noticeOf(value any) (n Notice, err error) {
	m := members{where: "the notice"}
	if err := m.open(value); err != nil {
		return n, err
	}
	format := m.number("format")
	n.Version, n.Rules = m.text("version"), Rules(m.text("rules"))
	n.Jurisdiction, n.Zones = m.text("jurisdiction"), m.texts("zones")
	languages := members{where: "text"}
	if err := languages.open(m.take("text")); err != nil {
		return n, err
	}
	n.Text = make(map[Lang]Text)
	for _, lang := range languages.names() {
		one := members{where: "text." + lang}
		if err := one.open(languages.take(lang)); err != nil {
			return n, err
		}
		fields := make(Text)
		for _, name := range one.names() {
			fields[Field(name)] = one.text(name)
		}
		n.Text[Lang(lang)] = fields
		m.fail(one.done())
	}
	if m.err == nil && format != NoticeFormat {
		return n, fmt.Errorf("format: %d is not known here, only %d", format, NoticeFormat)
	}
	return n, errors.Join(m.done(), languages.done())
}

// check finds what has no form.
func (n Notice) check() error {
	switch {
	case !isName(n.Version, maxVersion):
		return fmt.Errorf("%w: version: 1 to %d of a-z, A-Z, 0-9, dot and hyphen", ErrNotice, maxVersion)
	case n.Rules != Everybody && n.Rules != Children:
		return fmt.Errorf("%w: rules: it is %q or %q", ErrNotice, Everybody, Children)
	case n.Jurisdiction != "" && !isCountry(n.Jurisdiction):
		return fmt.Errorf("%w: jurisdiction: a country in two capital letters (ISO 3166-1)", ErrNotice)
	case len(n.Zones) > maxNoticeZones || !slices.IsSorted(n.Zones) || len(slices.Compact(slices.Clone(n.Zones))) != len(n.Zones):
		return fmt.Errorf("%w: zones: at most %d, in order, none twice", ErrNotice, maxNoticeZones)
	}
	for lang, text := range n.Text {
		if !slices.Contains(Langs(), lang) {
			return fmt.Errorf("%w: text: the language %q is not one of %q", ErrNotice, lang, Langs())
		}
		for name, words := range text {
			if _, known := find(name); !known {
				return fmt.Errorf("%w: text.%s: there is no field %q", ErrNotice, lang, name)
			}
			if err := checkWords(words); err != nil {
				return fmt.Errorf("%w: text.%s.%s: %w", ErrNotice, lang, name, err)
			}
		}
	}
	return n.checkZones()
}

// isName says whether a text is a short name of plain letters.
func isName(s string, most int) bool {
	for _, c := range s {
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !plain && c != '.' && c != '-' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= most
}

func isCountry(s string) bool {
	return len(s) == jurisdictionLen && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
