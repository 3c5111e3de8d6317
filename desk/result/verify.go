package result

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
)

var (
	// ErrToken is returned for what is not a result: not in its form, or with parts
	// that contradict each other.
	ErrToken = errors.New("not a result of a desk")
	// ErrSignature is returned for a result that no key of the desk has signed.
	ErrSignature = errors.New("no key of the desk has signed this result")
	// ErrIssuer is returned for a result of another desk.
	ErrIssuer = errors.New("the result is another desk's")
	// ErrAudience is returned for a result for another party.
	ErrAudience = errors.New("the result is for another party")
	// ErrNonce is returned for a result that answers another question than the one
	// that was asked: a replay.
	ErrNonce = errors.New("the result answers another question: it was used before, or is not yours")
	// ErrExpired is returned for a result that holds no longer.
	ErrExpired = errors.New("the result has expired")
	// ErrNotYet is returned for a result that was made after the time at which it
	// is verified.
	ErrNotYet = errors.New("the result is from the future: a clock is wrong")
	// ErrRevoked is returned for a result that the desk has revoked.
	ErrRevoked = errors.New("the result was revoked")
	// ErrStatus is returned where it cannot be told whether a result was revoked.
	ErrStatus = errors.New("the status list tells nothing")
)

const (
	// MaxToken is the length of the longest result that is read, in bytes.
	MaxToken = 64 << 10
	// maxSkew is by how much the clocks of a desk and a party may differ.
	maxSkew = time.Minute
)

// Expect is what a relying party knows of the result that it is about to get.
type Expect struct {
	// Keys are what the desk publishes, fetched over TLS from the issuer.
	Keys jose.JSONWebKeySet
	// Issuer is the desk's address, and Party one's own id.
	Issuer, Party string
	// Nonce is what was sent for this one check, "" if nothing was. Whoever sends
	// one forgets it once a result came, and so takes each result once.
	Nonce string
	// Now is the time.
	Now time.Time
	// Status fetches the status list at an address of the issuer's. Nil does not
	// ask: do so for a result that came a moment ago from the desk itself, not for
	// one that was kept.
	Status func(uri string) (string, error)
}

// Verified is what a result says, once it was verified. Read Outcome first: every
// outcome is signed.
type Verified struct {
	Format party.Format
	// ID is the check's. It is the same in all results of one check.
	ID      string
	Outcome idcheck.Outcome
	// Claims are those that the result has, none unless Outcome is
	// [idcheck.SamePerson]. Values are as [party.CheckValue] says.
	Claims map[string]any
	// Way is "face", "staff", or "" where nobody chose.
	Way string
	// Watched says whether anybody of staff was there. On a person's own phone
	// nobody was.
	Watched bool
	// Document is [NotChecked], [LinesVerified] or [LinesNotVerified].
	Document string
	// Genuine is "unproved", "signed" or "original": see [iddoc.Proof].
	Genuine string
	// Lines and Portrait are "none", "typed", "print" or "chip": see [iddoc.Origin].
	Lines, Portrait string
	// Notice is the SHA-256 of the notice, zero where nobody chose.
	Notice [32]byte
	// At is when the check ended, Issued and Expires are from when to when the
	// result holds.
	At, Issued, Expires time.Time
	// Status is where it would be said that the result is revoked.
	Status Place
}

// Verify reads a result of either format and verifies everything that can be. It
// fails with one of this package's errors, and then returns nil.
func Verify(token string, e Expect) (*Verified, error) {
	if len(token) > MaxToken {
		return nil, fmt.Errorf("%w: too long", ErrToken)
	}
	signed, disclosures, format, err := split(token)
	if err != nil {
		return nil, err
	}
	typ, payload, err := open(signed, e.Keys)
	if err != nil {
		return nil, err
	}
	if format == party.SDJWT {
		if payload, err = reveal(payload, disclosures); err != nil {
			return nil, err
		}
	}
	var b body
	if err := parse(payload, &b); err != nil {
		return nil, fmt.Errorf("%w: its body", ErrToken)
	}
	if err := barren(payload); err != nil {
		return nil, err
	}
	if err := b.fits(format, typ, e); err != nil {
		return nil, err
	}
	v, err := b.verified(format)
	if err != nil || e.Status == nil {
		return v, err
	}
	if err := notRevoked(v.Status, e); err != nil {
		return nil, err
	}
	return v, nil
}

// notRevoked asks the status list.
func notRevoked(at Place, e Expect) error {
	list, err := e.Status(at.URI)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStatus, err)
	}
	is, err := revoked(list, at, e.Keys, e.Now)
	if err == nil && is {
		err = ErrRevoked
	}
	return err
}

// split takes a token apart. What ends in no separator is a JWT.
func split(token string) (signed string, disclosures []string, f party.Format, err error) {
	parts := strings.Split(token, separator)
	switch {
	case len(parts) == 1:
		return token, nil, party.JWT, nil
	case parts[len(parts)-1] != "":
		return "", nil, "", fmt.Errorf("%w: a key binding is not offered here, and not expected", ErrToken)
	}
	return parts[0], parts[1 : len(parts)-1], party.SDJWT, nil
}
