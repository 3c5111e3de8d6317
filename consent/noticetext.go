package consent

import (
	"fmt"
	"strings"
)

// Section is a part of a notice as people read it: on a page, on paper, beside a
// door.
type Section struct {
	Field      Field
	Heading    string
	Paragraphs []string
}

// Title returns what the notice is called, in a language.
func (n Notice) Title(lang Lang) string {
	titles := map[Rules]map[Lang]string{
		Everybody: {English: "Notice: a face pass", Chinese: "告知书：人脸通行证"},
		Children:  {English: "Notice: a face pass for a child under 14", Chinese: "告知书：未满十四周岁儿童的人脸通行证"},
	}
	return titles[n.Rules][lang]
}

// Sections returns the notice in a language, in the order in which people read
// it. Fields without a text are left out.
func (n Notice) Sections(lang Lang) []Section {
	var all []Section
	for _, a := range Fields() {
		if words := n.Text[lang][a.Field]; words != "" {
			all = append(all, Section{a.Field, a.Heading(lang), paragraphs(words)})
		}
	}
	return all
}

func paragraphs(words string) (all []string) {
	for paragraph := range strings.SplitSeq(words, "\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			all = append(all, paragraph)
		}
	}
	return all
}

// AtDoor returns the short text for the screen of a door, by language tag.
func (n Notice) AtDoor() map[string]string {
	all := make(map[string]string)
	for _, lang := range Langs() {
		if words := n.Text[lang][Door]; words != "" {
			all[string(lang)] = words
		}
	}
	return all
}

// Plain returns the notice in a language as plain text, with lines of at most
// width columns, of which a Chinese character takes two.
func (n Notice) Plain(lang Lang, width int) string {
	var b strings.Builder
	version := map[Lang]string{English: "Version %s", Chinese: "第 %s 版"}[lang]
	fmt.Fprintf(&b, "%s\n"+version+"\n", n.Title(lang), n.Version)
	for _, s := range n.Sections(lang) {
		fmt.Fprintf(&b, "\n%s\n", s.Heading)
		for _, p := range s.Paragraphs {
			for _, line := range wrap(p, width-2) {
				fmt.Fprintf(&b, "  %s\n", line)
			}
		}
	}
	return b.String()
}

// wrap breaks a paragraph into lines: between words, and between Chinese
// characters except before a closing mark.
func wrap(paragraph string, width int) (lines []string) {
	var line, word strings.Builder
	columns, pending := 0, 0
	flush := func() {
		if columns > 0 && columns+pending > width {
			lines = append(lines, strings.TrimRight(line.String(), " "))
			line.Reset()
			columns = 0
		}
		line.WriteString(word.String())
		columns += pending
		word.Reset()
		pending = 0
	}
	for _, c := range paragraph {
		wide := c >= 0x2e80
		if wide && !strings.ContainsRune("，。；：！？、）》”’】", c) {
			flush()
		}
		word.WriteRune(c)
		pending++
		if wide {
			pending++
		}
		if c == ' ' {
			flush()
		}
	}
	flush()
	return append(lines, line.String())
}
