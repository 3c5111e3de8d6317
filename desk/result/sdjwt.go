package result

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
)

// separator ends the JWT and each disclosure (RFC 9901, 4).
const separator = "~"

// sdJWT turns a body into an SD-JWT VC in which each claim of the person and of the
// document can be shown without the others. Nothing else is concealed: what was
// checked, and how, stays readable to whoever is shown any part.
//
// It has no cnf: the desk knows no key of the person's, so a result binds to its
// party and nonce and to no holder's key.
func (m Maker) sdJWT(in Input, body map[string]any) (string, error) {
	body["vct"] = kindOf(party.SDJWT, in.Result.Outcome).vct
	if in.Result.Outcome == idcheck.SamePerson {
		body["sub"] = in.ID
	}
	var disclosures []string
	for _, o := range concealed(body) {
		shown, err := m.conceal(o)
		if err != nil {
			return "", err
		}
		disclosures = append(disclosures, shown...)
	}
	if len(disclosures) > 0 {
		body["_sd_alg"] = "sha-256"
	}
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	signed, err := m.Keys.sign(typSDJWT, data)
	if err != nil {
		return "", err
	}
	return strings.Join(append([]string{signed}, disclosures...), separator) + separator, nil
}

// concealed returns the objects of a body whose members are personal.
func concealed(body map[string]any) (objects []map[string]any) {
	verified, ok := body["verified_claims"].(map[string]any)
	if !ok {
		return nil
	}
	if claims := verified["claims"].(map[string]any); len(claims) > 0 {
		objects = append(objects, claims)
	}
	verification := verified["verification"].(map[string]any)
	for _, e := range verification["evidence"].([]any) {
		if details, ok := e.(map[string]any)["document_details"].(map[string]any); ok {
			objects = append(objects, details)
		}
	}
	return objects
}

// conceal puts digests in the place of an object's members, in an order that says
// nothing of theirs, and returns the disclosures (RFC 9901, 4.2).
func (m Maker) conceal(o map[string]any) (disclosures []string, err error) {
	var digests []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		salt, err := m.token()
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal([]any{salt, name, o[name]})
		if err != nil {
			return nil, err
		}
		disclosure := base64.RawURLEncoding.EncodeToString(data)
		disclosures = append(disclosures, disclosure)
		digests = append(digests, digest(disclosure))
	}
	clear(o)
	slices.Sort(digests)
	o["_sd"] = digests
	return disclosures, nil
}

func digest(disclosure string) string {
	sum := sha256.Sum256([]byte(disclosure))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Disclose returns an SD-JWT VC without the claims that are not named, to hand on
// less than one was given. It verifies nothing. It fails with [ErrToken].
func Disclose(token string, claims ...string) (string, error) {
	parts := strings.Split(token, separator)
	if len(parts) < 2 || parts[len(parts)-1] != "" {
		return "", fmt.Errorf("%w: not an SD-JWT", ErrToken)
	}
	kept := parts[:1]
	for _, disclosure := range parts[1 : len(parts)-1] {
		_, name, _, err := disclosed(disclosure)
		if err != nil {
			return "", err
		}
		if slices.Contains(claims, claimOf(name)) {
			kept = append(kept, disclosure)
		}
	}
	return strings.Join(kept, separator) + separator, nil
}

// claimOf returns the claim that a disclosed member stands for.
func claimOf(member string) string {
	switch member {
	case "type":
		return party.DocumentType
	case "issuer":
		return party.DocumentIssuer
	case "date_of_expiry":
		return party.DocumentExpiry
	}
	return member // a document_number is called so in both
}
