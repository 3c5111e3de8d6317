package result

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
)

const (
	// TrustFramework is what results name as the rules that were followed: those
	// of docs/tokens.md, which are no law's.
	TrustFramework = "urn:facelatch:desk:1"
	// CheckType is the vct of an SD-JWT VC that says that it is the same person.
	CheckType = "urn:facelatch:check:1"
	// OutcomeType is the vct of one that says how else a check ended.
	OutcomeType = "urn:facelatch:outcome:1"

	// typJWT stands in the header of a result that says that it is the same person,
	// typOutcome in that of any other: whoever reads one as an ID Token must not
	// take the second for a login.
	typJWT, typOutcome, typSDJWT = "JWT", "outcome+jwt", "dc+sd-jwt"

	// DefaultLife is how long a result holds where a [Maker] does not say.
	DefaultLife = 24 * time.Hour
)

// Maker makes results. Its fields are not changed while it is used; it is safe for
// concurrent use then.
type Maker struct {
	// Issuer is the desk's address, such as https://desk.example.
	Issuer string
	Keys   *Keys
	// Life is how long a result holds, 0 for [DefaultLife].
	Life time.Duration
	// Random is where ids and salts come from, nil for [rand.Reader].
	Random io.Reader
}

// Make signs a result at a time. It fails with [ErrInput], or if signing does.
func (m Maker) Make(f party.Format, in Input, now time.Time) (string, error) {
	if err := in.check(); err != nil {
		return "", err
	}
	body, err := m.body(in, now)
	if err != nil {
		return "", err
	}
	switch f {
	case party.JWT:
		return m.jwt(in, body)
	case party.SDJWT:
		return m.sdJWT(in, body)
	}
	return "", fmt.Errorf("%w: its format", ErrInput)
}

func (m Maker) jwt(in Input, body map[string]any) (string, error) {
	if in.Result.Outcome == idcheck.SamePerson {
		// These two make it an ID Token (OpenID Connect Core, 2).
		body["sub"], body["auth_time"] = in.ID, in.At.Unix()
	}
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	return m.Keys.sign(kindOf(party.JWT, in.Result.Outcome).typ, data)
}

// body is what both formats say.
func (m Maker) body(in Input, now time.Time) (map[string]any, error) {
	id, err := m.token()
	if err != nil {
		return nil, err
	}
	life := m.Life
	if life == 0 {
		life = DefaultLife
	}
	body := map[string]any{
		"iss": m.Issuer, "aud": in.Party, "iat": now.Unix(), "exp": now.Add(life).Unix(), "jti": id,
		"status":     map[string]any{"status_list": map[string]any{"idx": in.Status.Index, "uri": in.Status.URI}},
		"desk_check": in.deskCheck(),
	}
	if in.Nonce != "" {
		body["nonce"] = in.Nonce
	}
	if claims := in.handed(); len(claims) > 0 {
		body["verified_claims"] = in.verified(claims)
	}
	return body, nil
}

// token returns 128 random bits as text.
func (m Maker) token() (string, error) {
	random := m.Random
	if random == nil {
		random = rand.Reader
	}
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// deskCheck is what every result says of its check.
func (in Input) deskCheck() map[string]any {
	r := in.Result
	says := map[string]any{
		"id": in.ID, "outcome": r.Outcome, "time": stamp(in.At), "watched": !r.Unattended,
		"document": documentWord(r), "genuine": r.Proof.String(), "lines": in.Lines.String(), "portrait": in.Portrait.String(),
	}
	if r.Way == idcheck.ByFace || r.Way == idcheck.ByStaff {
		says["way"], says["notice_sha256"] = r.Way.String(), hex.EncodeToString(in.Notice[:])
	}
	return says
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// verified is verified_claims (OpenID Identity Assurance Schema Definition 1.0, 5).
func (in Input) verified(claims map[string]any) map[string]any {
	person, details := map[string]any{}, map[string]any{}
	for _, claim := range slices.Sorted(maps.Keys(claims)) {
		value := claims[claim]
		switch claim {
		case party.DocumentType:
			details["type"] = value
		case party.DocumentNumber:
			details["document_number"] = value
		case party.DocumentIssuer:
			details["issuer"] = map[string]any{"country_code": value}
		case party.DocumentExpiry:
			details["date_of_expiry"] = value
		default:
			person[claim] = value
		}
	}
	evidence := map[string]any{
		"type": "document", "time": stamp(in.At),
		"check_details": []any{map[string]any{"check_method": in.method(), "check_id": in.ID, "time": stamp(in.At)}},
	}
	if len(details) > 0 {
		evidence["document_details"] = details
	}
	return map[string]any{
		"claims": person,
		"verification": map[string]any{
			"trust_framework": TrustFramework, "time": stamp(in.At), "verification_process": in.ID,
			"assurance_process": map[string]any{
				// What an RP may look for and must not miss: nobody validated that
				// the document is genuine.
				"assurance_details": []any{map[string]any{
					"assurance_type": "evidence_validation", "assurance_classification": in.Result.Proof.String(),
					"evidence_ref": []any{map[string]any{"check_id": in.ID}},
				}},
			},
			"evidence": []any{evidence},
		},
	}
}

// method is the check method of the predefined values of OpenID Identity Assurance:
// the person's face was compared with the document's by a machine (biometric) in
// person or remotely, or by a person who was there (physical).
func (in Input) method() string {
	switch {
	case in.Result.Way == idcheck.ByStaff:
		return "pvp"
	case in.Result.Unattended:
		return "bvr"
	}
	return "bvp"
}
