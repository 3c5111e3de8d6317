package public

import (
	"encoding/hex"
	"strings"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/public/words"
)

// Field returns what a notice says in a field, in its languages.
func (n Notice) Field(name consent.Field) words.Text {
	text := make(words.Text)
	for lang, fields := range n.Text {
		if said := fields[name]; said != "" {
			text[string(lang)] = said
		}
	}
	return text
}

// Operator returns who runs the site, as the notice says it.
func (n Notice) Operator() Operator {
	return Operator{
		Name: n.Field(consent.Operator), Address: n.Field(consent.Address),
		Contact: n.Field(consent.Contact), Complaint: n.Field(consent.Complaint),
	}
}

// There says that there is a notice.
func (n Notice) There() bool { return n.Version != "" }

// Name is the hash by which records of consent name the notice, in lower-case
// hexadecimal; empty for a notice that has none.
func (n Notice) Name() string {
	hash, err := n.Hash()
	if err != nil {
		return ""
	}
	return hex.EncodeToString(hash[:])
}

// Section is a part of the notice as people read it.
type Section struct {
	Heading string
	Said    words.Said
}

// Sections returns the notice in the order in which people read it, what a door's
// screen says excepted.
func (n Notice) Sections(tag words.Tag) (all []Section) {
	for _, about := range consent.Fields() {
		said := n.Field(about.Field).In(tag)
		if said.Text != "" && about.Field != consent.Door {
			all = append(all, Section{about.Heading(consent.Lang(tag)), said})
		}
	}
	return all
}

// paragraphs splits a text at its line breaks.
func paragraphs(text string) (all []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
