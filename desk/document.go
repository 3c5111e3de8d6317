package desk

import (
	"errors"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/picture"
)

// Lines reads the machine-readable lines in a picture: [mrzread.Reader] does.
type Lines interface {
	Read(p *picture.Picture) (*mrzread.Reading, error)
}

// AnyTurn stands for a turn of a page that nobody knows.
const AnyTurn = -1

// ReadLines reads the lines in a picture of a document, and notes in the evidence
// what was read. It returns by how many quarters, clockwise, the page is turned in
// the picture, or [AnyTurn]. Lines that cannot be read for sure are noted as such,
// and nothing of what they may say is kept.
func ReadLines(l Lines, document *picture.Picture, found *iddoc.Evidence) (turn int, err error) {
	r, err := l.Read(document)
	switch {
	case errors.Is(err, mrzread.ErrNone):
		return AnyTurn, nil
	case errors.Is(err, mrzread.ErrDoubt):
		found.Lines, found.LinesErr = iddoc.Print, err
		return AnyTurn, nil
	case err != nil:
		return AnyTurn, err
	}
	found.Lines = iddoc.Print
	found.MRZ, found.LinesErr = iddoc.ParseMRZ(r.Lines)
	return r.Turns, nil
}

// FindTurned is [FindPortrait] in a picture in which the page is turned clockwise by
// so many quarters. Where that is [AnyTurn], it is the turn in which a face is most
// plainly upright.
func FindTurned(e Engine, g consent.Grant, document *picture.Picture, turn int, found *iddoc.Evidence) (*Portrait, error) {
	if turn != AnyTurn {
		return findTurned(e, g, document, turn, found)
	}
	var best *Portrait
	several := 0
	for _, turn := range []int{0, 1, 3, 2} {
		var its iddoc.Evidence
		p, err := findTurned(e, g, document, turn, &its)
		if err != nil {
			best.Wipe()
			return nil, err
		}
		several = max(several, its.Documents)
		switch {
		case best == nil:
			best = p
		case p != nil && p.facing > best.facing:
			best.Wipe()
			best = p
		default:
			p.Wipe()
		}
		if turn == 0 && (its.Documents > 1 || best != nil && !best.unclear && best.facing > 0) {
			break // it is found as it is: not looked for on its head
		}
	}
	found.Documents = 1
	if plain := best != nil && !best.unclear && best.facing > 0; best == nil || several > 1 && !plain {
		best.Wipe()
		found.Documents = max(1, several)
		return nil, nil //nolint:nilnil // there is none, or nobody knows which, and the evidence says so
	}
	found.Portrait = iddoc.Print
	return best, nil
}

func findTurned(e Engine, g consent.Grant, document *picture.Picture, turn int, found *iddoc.Evidence) (*Portrait, error) {
	if turn == 0 {
		return FindPortrait(e, g, document, found)
	}
	upright := document.Turned(-turn)
	p, err := FindPortrait(e, g, upright, found)
	if p == nil {
		upright.Wipe()
		return nil, err
	}
	p.upright = upright
	return p, nil
}
