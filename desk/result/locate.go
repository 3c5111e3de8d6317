package result

import (
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
)

// Located is where the revocation of a result is said, and until when anybody asks.
type Located struct {
	ID      string
	Status  Place
	Expires time.Time
}

// Locate reads a result of a desk's own that is to be revoked, whoever it was made for.
// It fails with [ErrToken], [ErrSignature] and [ErrIssuer].
func Locate(token string, keys jose.JSONWebKeySet, issuer string) (Located, error) {
	if len(token) > MaxToken {
		return Located{}, fmt.Errorf("%w: too long", ErrToken)
	}
	signed, disclosures, format, err := split(token)
	if err != nil {
		return Located{}, err
	}
	_, payload, err := open(signed, keys)
	if err != nil {
		return Located{}, err
	}
	if format == party.SDJWT {
		if payload, err = reveal(payload, disclosures); err != nil {
			return Located{}, err
		}
	}
	var b body
	if err := parse(payload, &b); err != nil {
		return Located{}, fmt.Errorf("%w: its body", ErrToken)
	}
	at := Located{ID: b.Check.ID, Status: Place{b.Status.List.URI, b.Status.List.Index}, Expires: time.Unix(b.Expires, 0).UTC()}
	switch {
	case b.Issuer != issuer:
		return Located{}, ErrIssuer
	case at.ID == "" || at.Status.URI == "":
		return Located{}, fmt.Errorf("%w: it has no place in a status list", ErrToken)
	}
	return at, nil
}
