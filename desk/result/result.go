// Package result makes and verifies the signed results of a desk: what was checked,
// against which evidence, how, when, under which notice, and whether anybody was
// watching.
//
// A result is a JWT (RFC 7519), which is an ID Token of OpenID Connect too, or an
// SD-JWT VC (RFC 9901). Of the person it says the claims that were asked for and
// shown, as verified_claims of OpenID Connect for Identity Assurance 1.0, and
// nothing of that unless it is the same person. docs/tokens.md describes both.
//
// It never carries an image, a score or a threshold, never says that a document is
// genuine because it looks so, and keeps nothing: a result goes to its caller.
package result

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

// ErrInput is returned for what no result can be made of: a caller's mistake, which
// must not be signed.
var ErrInput = errors.New("no result can be made of this")

// Input is what a result is made of.
type Input struct {
	// ID is the check's: 16 to 128 of A-Z, a-z, 0-9, "-" and "_", random, so that
	// it says nothing about a person and is never anybody's twice.
	ID string
	// Party is the relying party's id, and Nonce what it sent to know the result
	// by, "" if it sent none.
	Party, Nonce string
	// Asked are the claims that the party asked for and the person was shown.
	Asked []string
	// Result is how the check ended.
	Result idcheck.Result
	// Claims are values by name, see [party.CheckValue]; each was asked for. They
	// are left out unless the outcome is [idcheck.SamePerson] and the document's
	// lines were verified.
	Claims map[string]any
	// Lines and Portrait are how those were come by.
	Lines, Portrait iddoc.Origin
	// Notice is the SHA-256 of the notice that the person chose under, zero if
	// nobody chose.
	Notice [32]byte
	// At is when the check ended.
	At time.Time
	// Status is where the result's revocation would be said.
	Status Place
}

// Place is a place in a status list.
type Place struct {
	// URI is where the list is published, an https address.
	URI string
	// Index is the bit, from 0.
	Index int
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]{16,128}$`)

const maxNonce = 512

// check lints what is about to be signed.
func (in Input) check() error {
	r := in.Result
	same := r.Outcome == idcheck.SamePerson
	chosen := r.Way == idcheck.ByFace || r.Way == idcheck.ByStaff
	switch {
	case !identifier.MatchString(in.ID):
		return fmt.Errorf("%w: the check's id", ErrInput)
	case in.Party == "":
		return fmt.Errorf("%w: it is for nobody", ErrInput)
	case len(in.Nonce) > maxNonce || !utf8.ValidString(in.Nonce):
		return fmt.Errorf("%w: the nonce", ErrInput)
	case r.Open || !slices.Contains(idcheck.Outcomes(), r.Outcome):
		return fmt.Errorf("%w: the check has not ended", ErrInput)
	case same && !chosen:
		return fmt.Errorf("%w: nobody chose how to be checked", ErrInput)
	case chosen && in.Notice == [32]byte{}:
		return fmt.Errorf("%w: no notice was shown", ErrInput)
	case in.Status.URI == "" || in.Status.Index < 0:
		return fmt.Errorf("%w: it has no place in a status list", ErrInput)
	case r.Unattended && r.Way == idcheck.ByStaff && r.Looked > 0:
		return fmt.Errorf("%w: staff looked where nobody was", ErrInput)
	}
	for claim, value := range in.Claims {
		if !slices.Contains(in.Asked, claim) {
			return fmt.Errorf("%w: a claim was not asked for", ErrInput)
		}
		if err := party.CheckValue(claim, value); err != nil {
			return fmt.Errorf("%w: %w", ErrInput, err)
		}
	}
	return nil
}

// handed returns the claims that a result may have.
func (in Input) handed() map[string]any {
	if in.Result.Outcome != idcheck.SamePerson || !in.Result.LinesVerified || !in.Result.DocumentChecked {
		return nil
	}
	return in.Claims
}

// What is known of the document, in [Verified.Document].
const (
	// NotChecked is for a check of faces alone: no word about the document.
	NotChecked = "not-checked"
	// LinesVerified is for a document whose lines fit their check digits and that
	// has not expired. Anybody can work out check digits.
	LinesVerified = "lines-verified"
	// LinesNotVerified is for one that the check did not come to an end with.
	LinesNotVerified = "lines-not-verified"
)

func documentWord(r idcheck.Result) string {
	switch {
	case !r.DocumentChecked && r.Outcome != idcheck.Abandoned:
		return NotChecked
	case r.LinesVerified:
		return LinesVerified
	}
	return LinesNotVerified
}
