// Package mrzread reads the machine-readable lines of a passport, an identity card
// or a residence permit from a picture of it.
//
// It looks for dark pieces that stand in rows at one pitch, in any of the four
// turns and leaning by up to about fifteen degrees; lays a curve through each row;
// cuts out the cell of each character along it; has internal/mrzread/ocrb say what
// each can be; and leaves it to the check digits (iddoc.Decode) to choose between
// what looks alike. Where two readings are about as likely it says so, and reads
// nothing.
//
// It never writes a picture or a line anywhere, never guesses a character that it
// did not see, and never says that a document is genuine. What it made of the
// picture is cleared before it returns.
package mrzread

import (
	"errors"
	"slices"

	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread/ocrb"
	"github.com/facelatch/facelatch/picture"
)

var (
	// ErrNone is returned where a picture shows no lines of a document in OCR-B.
	ErrNone = errors.New("no machine-readable lines were found")
	// ErrDoubt is returned where lines were found, and at least one of them can be
	// read in two ways, or not at all.
	ErrDoubt = errors.New("the machine-readable lines cannot be read for sure")
)

// Reading is what was read. It is about one person: whoever holds one drops it, and
// writes it nowhere.
type Reading struct {
	Size iddoc.Size
	// Lines are the lines; those of which Sure is false are a guess, and not to be
	// used for anything but a count.
	Lines []string
	Sure  []bool
	// Fits says that every check digit fits and every field can be. Lines that are
	// sure and do not fit are on a document that is wrong.
	Fits bool
	// Corrected is how many characters the check digits decided against what looked
	// likelier.
	Corrected int
	// Turns is by how many quarters, clockwise, the page is turned in the picture: 0
	// to 3.
	Turns int

	score float64 // the mean logarithm of how likely the characters are
}

// Reader reads pictures. It is safe for use by several goroutines.
type Reader struct{ net *ocrb.Net }

// New returns a reader.
func New() (*Reader, error) {
	net, err := ocrb.New()
	if err != nil {
		return nil, err
	}
	return &Reader{net}, nil
}

// attempt is a way in which a picture is looked at: what counts as ink, and whether
// noise is smoothed first.
type attempt struct {
	ink    rule
	smooth bool
}

// attempts are made one after the other until the lines are read.
func attempts() []attempt {
	return []attempt{{sauvola(0.22), true}, {sauvola(0.1), true}, {sauvola(0.3), false}, {niblack(0.5, 4), true}}
}

// Read reads the lines in a picture, which it leaves as it is. It fails with
// [ErrNone] or [ErrDoubt]; with the second it returns what it made of them, for
// counts alone. Its work is bounded, whatever the picture shows.
func (r *Reader) Read(p *picture.Picture) (*Reading, error) {
	levels := ocrb.NewLevels(p.W, p.H, p.Gray())
	defer levels.Wipe()
	small := reduce(p.W, p.H, levels.Pixels())
	defer small.wipe()
	soft := small.smooth()
	defer soft.wipe()
	var best *Reading
	for _, a := range attempts() {
		from := small
		if a.smooth {
			from = soft
		}
		blobs := from.threshold(a.ink, 20).blobs()
		for _, upright := range []bool{false, true} {
			best = better(best, r.page(levels, newFinder(blobs, upright)))
		}
		clear(blobs)
		if best != nil && best.sure() {
			return best, nil
		}
	}
	if best == nil {
		return nil, ErrNone
	}
	return best, ErrDoubt
}

func (r *Reading) sure() bool { return !slices.Contains(r.Sure, false) }

// better returns the reading that is worth more; either may be nil.
func better(a, b *Reading) *Reading {
	switch {
	case a == nil:
		return b
	case b == nil || a.worth() >= b.worth():
		return a
	}
	return b
}

// worth puts readings in order: those that fit, then those with more sure lines,
// then the clearer.
func (r *Reading) worth() float64 {
	w := r.score
	for _, s := range r.Sure {
		if s {
			w += 10
		}
	}
	if r.Fits {
		w += 20
	}
	return w
}
