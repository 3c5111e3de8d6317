package door

import (
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// presentationPrefix begins the text of a presentation.
const presentationPrefix = "FLP1:"

// code is what a text turned out to be.
type code struct {
	kind string     // "pass", "presentation", or "malformed"
	name []byte     // what is the same each time that it is shown
	text string     // of a presentation
	pass *pass.Pass // nil if err is not
	err  error
}

// read reads a code. It returns false for one that does not claim to be ours.
func read(e Shown) (code, bool) {
	switch {
	case strings.HasPrefix(e.Text, pass.Prefix):
		p, err := pass.Parse(e.Text)
		return named(code{kind: "pass", pass: p, err: err}, e.Text), true
	case strings.HasPrefix(e.Text, presentationPrefix):
		return code{}, false
	}
	return code{}, false
}

func named(c code, text string) code {
	if c.err != nil {
		c.kind, c.name = "malformed", []byte(text)
		return c
	}
	id := c.pass.Claims().ID
	c.name = id[:]
	return c
}

// method is what the code would have to be accepted as.
func (c code) method() Methods {
	switch {
	case c.err != nil:
		return 0
	case c.pass.Claims().Kind() == pass.Face:
		return Face
	case c.kind == "presentation":
		return Phone
	}
	return Plain
}

// proved returns whether a pass that belongs to a phone was shown by it. A face
// pass may be shown without: its holder is looked at.
func (c code) proved(v pass.Verified, _ Basis, _ time.Time) *no {
	if c.kind == "pass" && c.method() == Plain && v.Claims().Holder != nil {
		return &no{reason: pass.ReasonNeedsPresentation, detail: "this pass belongs to a phone, which has to show it"}
	}
	return nil
}
