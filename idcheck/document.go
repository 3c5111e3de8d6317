package idcheck

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/iddoc"
)

// document judges what the document gave, before any face is looked at: where it
// ends the check, no camera is needed. It returns "" where the check goes on.
func document(p Policy, way Way, e iddoc.Evidence, now time.Time) (Outcome, Reason) {
	if e.Documents > 1 {
		return Inconclusive, SeveralDocuments
	}
	if !p.PortraitOnly {
		if outcome, reason := lines(way, e, now); outcome != "" {
			return outcome, reason
		}
	}
	if e.Portrait == iddoc.None {
		return Inconclusive, NoPortrait
	}
	return "", ""
}

// oldest is how many years short of a hundred somebody may be whose birth, by two
// figures of its year, could as well be still to come.
const oldest = 5

// lines judges what the document says of itself. A check digit that does not fit
// what was read from a print is most often a misreading, and leaves the check
// inconclusive; in a chip it is not. A birth that may be still to come is for people to
// look at, who see all four figures of its year on the document.
func lines(way Way, e iddoc.Evidence, now time.Time) (Outcome, Reason) {
	if e.MRZ == nil || e.Lines == iddoc.None {
		return noLines(e)
	}
	expiry, today := e.MRZ.Expiry, iddoc.Today(now)
	switch {
	case way == ByFace && e.MRZ.Birth.Ahead(today, oldest):
		return Inconclusive, BornInTheFuture
	case !expiry.Whole():
		return Inconclusive, ExpiryNotKnown
	case today.After(expiry.Expiry(today)):
		return DocumentExpired, Expired
	}
	return "", ""
}

// noLines says why there are none.
func noLines(e iddoc.Evidence) (Outcome, Reason) {
	var field *iddoc.FieldError
	switch {
	case !errors.As(e.LinesErr, &field):
		return Inconclusive, LinesNotRead
	case e.Lines == iddoc.Chip:
		return DocumentInvalid, CheckDigitWrong
	case errors.Is(field, iddoc.ErrCheckDigit):
		return Inconclusive, CheckDigitWrong
	}
	return DocumentInvalid, FieldImpossible
}
