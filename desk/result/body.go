package result

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
)

// body is what is read of a result. What it has besides is left alone: a later
// version may say more.
type body struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Nonce    string `json:"nonce"`
	Type     string `json:"vct"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	Status   struct {
		List struct {
			Index int    `json:"idx"`
			URI   string `json:"uri"`
		} `json:"status_list"`
	} `json:"status"`
	Check struct {
		ID       string          `json:"id"`
		Outcome  idcheck.Outcome `json:"outcome"`
		Way      string          `json:"way"`
		Watched  *bool           `json:"watched"`
		Document string          `json:"document"`
		Genuine  string          `json:"genuine"`
		Lines    string          `json:"lines"`
		Portrait string          `json:"portrait"`
		Notice   string          `json:"notice_sha256"`
		Time     time.Time       `json:"time"`
	} `json:"desk_check"`
	Verified *verifiedClaims `json:"verified_claims"`
}

type verifiedClaims struct {
	Claims       map[string]any `json:"claims"`
	Verification struct {
		Framework string `json:"trust_framework"`
		Evidence  []struct {
			Details map[string]any `json:"document_details"`
		} `json:"evidence"`
	} `json:"verification"`
}

// kind is what the header and the body of a result have to say of their type.
type kind struct{ typ, vct string }

func kindOf(f party.Format, o idcheck.Outcome) kind {
	switch same := o == idcheck.SamePerson; {
	case f == party.JWT && same:
		return kind{typ: typJWT}
	case f == party.JWT:
		return kind{typ: typOutcome}
	case same:
		return kind{typSDJWT, CheckType}
	}
	return kind{typSDJWT, OutcomeType}
}

// fits compares a body with its form and with what is expected.
func (b *body) fits(f party.Format, typ string, e Expect) error {
	same := b.Check.Outcome == idcheck.SamePerson
	switch {
	case kindOf(f, b.Check.Outcome) != kind{typ, b.Type}:
		return fmt.Errorf("%w: its type", ErrToken)
	case b.Issuer != e.Issuer:
		return ErrIssuer
	case b.Audience != e.Party:
		return ErrAudience
	case b.Nonce != e.Nonce:
		return ErrNonce
	case e.Now.Unix() >= b.Expires:
		return ErrExpired
	case e.Now.Add(maxSkew).Unix() < b.Issued:
		return ErrNotYet
	case same && b.Subject != b.Check.ID, !same && (b.Subject != "" || b.Verified != nil):
		return fmt.Errorf("%w: what it says of the person", ErrToken)
	}
	return nil
}

// verified turns what was read into what is returned.
func (b *body) verified(f party.Format) (*Verified, error) {
	c := b.Check
	if !identifier.MatchString(c.ID) || c.Outcome == "" || c.Watched == nil || c.Document == "" || c.Genuine == "" || c.Time.IsZero() {
		return nil, fmt.Errorf("%w: what was checked is missing", ErrToken)
	}
	v := &Verified{
		Format: f, ID: c.ID, Outcome: c.Outcome, Claims: map[string]any{}, Way: c.Way, Watched: *c.Watched, Document: c.Document,
		Genuine: c.Genuine, Lines: c.Lines, Portrait: c.Portrait, At: c.Time.UTC(),
		Issued: time.Unix(b.Issued, 0).UTC(), Expires: time.Unix(b.Expires, 0).UTC(), Status: Place{b.Status.List.URI, b.Status.List.Index},
	}
	if c.Notice != "" {
		hash, err := hex.DecodeString(c.Notice)
		if err != nil || len(hash) != len(v.Notice) {
			return nil, fmt.Errorf("%w: its notice", ErrToken)
		}
		copy(v.Notice[:], hash)
	}
	if b.Verified == nil {
		return v, nil
	}
	if b.Verified.Verification.Framework != TrustFramework {
		return nil, fmt.Errorf("%w: its trust framework", ErrToken)
	}
	if err := b.Verified.into(v.Claims); err != nil {
		return nil, err
	}
	return v, nil
}

// into puts claims under the names that they were asked for by.
func (vc *verifiedClaims) into(claims map[string]any) error {
	all := []map[string]any{vc.Claims}
	for _, e := range vc.Verification.Evidence {
		all = append(all, e.Details)
	}
	for i, members := range all {
		for name, value := range members {
			if i > 0 {
				name = claimOf(name)
			}
			value, err := plain(name, value)
			if errors.Is(err, party.ErrClaim) {
				continue // of a later version
			}
			if err != nil {
				return fmt.Errorf("%w: %w", ErrToken, err)
			}
			claims[name] = value
		}
	}
	return nil
}

// plain turns a value of JSON into that of a claim.
func plain(claim string, value any) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		if claim == party.DocumentIssuer {
			value = v["country_code"]
		}
	case []any:
		var texts []string
		data, err := json.Marshal(v)
		if err == nil && json.Unmarshal(data, &texts) == nil {
			value = texts
		}
	}
	return value, party.CheckValue(claim, value)
}
