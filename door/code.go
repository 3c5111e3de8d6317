package door

import (
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// kind is what a code claims to be.
type kind string

const (
	aPass         kind = "pass"
	aPresentation kind = "presentation"
	damaged       kind = "damaged" // one of the two, and not in its one form
)

// code is what a text turned out to be.
type code struct {
	kind  kind
	name  []byte             // what is the same each time that it is shown
	pass  *pass.Pass         // nil if err is not
	proof *pass.Presentation // of a presentation
	err   error
}

// read reads a code. It returns false for one that does not claim to be ours: a
// web address on a poster is no showing.
func read(text string) (c code, ours bool) {
	switch {
	case strings.HasPrefix(text, pass.Prefix):
		c.kind = aPass
		c.pass, c.err = pass.Parse(text)
	case strings.HasPrefix(text, pass.PresentationPrefix):
		c.kind = aPresentation
		if c.proof, c.err = pass.ParsePresentation(text); c.err == nil {
			c.pass = c.proof.Pass()
		}
	default:
		return code{}, false
	}
	if c.err != nil {
		return code{kind: damaged, name: []byte(text), err: c.err}, true
	}
	id := c.pass.Claims().ID
	c.name = id[:]
	return c, true
}

// method is what the code would have to be accepted as.
func (c code) method() Methods {
	switch {
	case c.pass == nil:
		return 0
	case c.kind == aPresentation:
		return Phone
	case c.pass.Claims().Kind() == pass.Plain:
		return Plain
	}
	return Face
}

// proved returns nil if whoever shows the code may use its pass: it is a bearer's,
// or was presented by its phone, now, here, and for the first time.
func (c code) proved(v pass.Verified, asked []pass.Challenge, l *Limiter, now time.Time) *no {
	if c.kind != aPresentation {
		if err := v.CheckBearer(); err != nil {
			return refusedBy(err)
		}
		return nil
	}
	// Whatever it answers that was not asked here fails as an answer to nothing.
	answers := pass.Challenge{}
	if slices.Contains(asked, c.proof.Challenge()) {
		answers = c.proof.Challenge()
	}
	if err := c.proof.Verify(v, answers, now); err != nil {
		return refusedBy(err)
	}
	if !l.firstUse(c.proof.Text(), now) {
		return &no{reason: pass.ReasonBadPresentation, detail: "it was used before"}
	}
	return nil
}
