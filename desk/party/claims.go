package party

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// The claims that there are. Those about the person are claims of OpenID Connect
// for Identity Assurance; those about the document stand in the document_details
// of a result, where that specification has them.
const (
	// GivenName and FamilyName are as the document's lines have them.
	GivenName  = "given_name"
	FamilyName = "family_name"
	// Birthdate is a day such as "1974-08-12", or a year where no more is known.
	Birthdate = "birthdate"
	// Nationalities is a list of codes of one to three letters (ICAO Doc 9303-3, 5).
	Nationalities = "nationalities"
	// Over18 is a bool: 18 or more years old at the time of the check.
	Over18 = "over_18"
	// DocumentNumber is of 1 to 22 letters and digits.
	DocumentNumber = "document_number"
	// DocumentType is one of [DocumentTypes].
	DocumentType = "document_type"
	// DocumentIssuer is the code of the state or organisation that issued it.
	DocumentIssuer = "document_issuer"
	// DocumentExpiry is the last day on which it holds, such as "2030-04-15".
	DocumentExpiry = "document_expiry"
)

// Claims returns all of them: first those about the person, then those about the
// document.
func Claims() []string { return append(PersonClaims(), DocumentClaims()...) }

// PersonClaims returns the claims about the person.
func PersonClaims() []string {
	return []string{GivenName, FamilyName, Birthdate, Nationalities, Over18}
}

// DocumentClaims returns the claims about the document.
func DocumentClaims() []string {
	return []string{DocumentNumber, DocumentType, DocumentIssuer, DocumentExpiry}
}

// DocumentTypes returns the values of [DocumentType]: those of OpenID Identity
// Assurance's predefined values that can have machine-readable lines, and "other".
func DocumentTypes() []string { return []string{"passport", "idcard", "residence_permit", "other"} }

var (
	// ErrClaim is returned for a claim that does not exist.
	ErrClaim = errors.New("there is no such claim")
	// ErrValue is returned for a value that its claim cannot have. The error names
	// the claim and never the value.
	ErrValue = errors.New("the claim cannot have this value")
)

var (
	country = regexp.MustCompile(`^[A-Z]{1,3}$`)
	number  = regexp.MustCompile(`^[A-Z0-9]{1,22}$`)
	year    = regexp.MustCompile(`^[0-9]{4}$`)
)

// CheckValue returns nil if a claim can have a value: a string, a bool for
// [Over18], a []string for [Nationalities]. It fails with [ErrClaim] or [ErrValue].
func CheckValue(claim string, value any) error {
	if !slices.Contains(Claims(), claim) {
		return ErrClaim
	}
	good := false
	switch value := value.(type) {
	case bool:
		good = claim == Over18
	case []string:
		good = claim == Nationalities && len(value) > 0 && len(value) <= 8 &&
			!slices.ContainsFunc(value, func(c string) bool { return !country.MatchString(c) })
	case string:
		good = text(claim, value)
	}
	if !good {
		return fmt.Errorf("%s: %w", claim, ErrValue)
	}
	return nil
}

// text says whether a claim can have a string for its value.
func text(claim, value string) bool {
	switch claim {
	case GivenName, FamilyName:
		return shown(value, maxName)
	case Birthdate:
		return isDay(value) || year.MatchString(value)
	case DocumentExpiry:
		return isDay(value)
	case DocumentNumber:
		return number.MatchString(value)
	case DocumentType:
		return slices.Contains(DocumentTypes(), value)
	case DocumentIssuer:
		return country.MatchString(value)
	}
	return false
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// shown says whether people can be shown a text as it is: no control characters,
// and none that turn the order of what stands beside it or cannot be seen.
func shown(s string, most int) bool {
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) {
			return false
		}
	}
	return !unicode.IsSpace(rune(s[0])) && !unicode.IsSpace(rune(s[len(s)-1]))
}
