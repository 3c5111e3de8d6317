package card

import (
	"errors"
	"fmt"
	"strings"
)

// ErrMarks is wrapped by errors in the marks of a page.
var ErrMarks = errors.New("the marks of what is made do not match")

// part is a piece of a page that is made.
type part struct {
	name, heading, text string
}

// parts are all pieces that can be made, in the order of a new page.
func (a Accuracy) parts() []part {
	return []part{
		{"accuracy", "What was measured", a.accuracy()},
		{"rates", "False non-match rates", a.rates()},
		{"thresholds", "At the thresholds of the models", a.thresholds()},
		{"showings", "Showings of several attempts", a.showings()},
		{"encoding", "What the reference's encoding costs", a.encoding()},
		{"averaged", "References of several photographs", a.averaged()},
		{"quality", "What quality foretells", a.quality()},
		{"groups", "Groups of people", a.groups()},
		{"capture", "Where each stage gives up", a.capture()},
		{"attacks", "Presentation attacks", a.attacks()},
		{"made", "What made these figures", a.made()},
	}
}

const markBegin, markEnd = "<!-- facelatch eval card: ", "<!-- end of what was made -->\n"

func mark(name string) string { return markBegin + name + " -->\n" }

// NewPage is a page with everything that can be made.
func (a Accuracy) NewPage() string {
	var b strings.Builder
	b.WriteString("# How often it is wrong\n\nTables stand between marks and are made by `facelatch eval card`; what is written around them stays when they are made again.\n")
	for _, p := range a.parts() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s\n%s", p.heading, mark(p.name), p.text, markEnd)
	}
	return b.String()
}

// Fill makes the marked pieces of a page again, and leaves the rest as it is. It
// fails with [ErrMarks] for a piece that is unknown or has no end.
func (a Accuracy) Fill(page string) (string, error) {
	made := map[string]string{}
	for _, p := range a.parts() {
		made[p.name] = p.text
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(page, markBegin)
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, rest, closed := strings.Cut(rest, " -->\n")
		text, known := made[name]
		_, after, ended := strings.Cut(rest, markEnd)
		if !closed || !known || !ended {
			return "", fmt.Errorf("%w: %q", ErrMarks, strings.SplitN(name, "\n", 2)[0])
		}
		out.WriteString(mark(name) + "\n" + text + "\n" + markEnd)
		page = after
	}
}
