package idcheck

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/iddoc"
)

// document judges what the document gave, before any face is looked at: where it
// ends the check, no camera is needed. It returns "" where the check goes on.
func document(p Policy, e iddoc.Evidence, now time.Time) (Outcome, Reason) {
	if e.Documents > 1 {
		return Inconclusive, SeveralDocuments
	}
	if !p.PortraitOnly {
		if outcome, reason := lines(e, now); outcome != "" {
			return outcome, reason
		}
	}
	if e.Portrait == iddoc.None {
		return Inconclusive, NoPortrait
	}
	return "", ""
}

// lines judges what the document says of itself. A check digit that does not fit
// what was read from a print is most often a misreading, and leaves the check
// inconclusive; in a chip it is not.
func lines(e iddoc.Evidence, now time.Time) (Outcome, Reason) {
	if e.MRZ == nil || e.Lines == iddoc.None {
		return noLines(e)
	}
	birth, expiry, today := e.MRZ.Birth, e.MRZ.Expiry, iddoc.Today(now)
	if birth.Whole() && birth.Birth(today).After(today) {
		return DocumentInvalid, BornInTheFuture
	}
	switch {
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
