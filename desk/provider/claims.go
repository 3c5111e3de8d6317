package provider

import (
	"errors"
	"slices"

	josejson "github.com/go-jose/go-jose/v4/json"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
)

const (
	maxClaims = 8 << 10 // of the claims parameter, in bytes
	maxSets   = 8       // of verified claims that are asked for at once
	// soonest is the smallest max_age that a check can keep: so many seconds may
	// pass from its end until its result is had.
	soonest = 300
)

var errClaims = errors.New("not in the form of OpenID Connect for Identity Assurance 1.0")

// asked reads the claims parameter (OpenID Connect Core, 5.5), and returns the
// claims that a party asks for within id_token.verified_claims. As OpenID Connect
// for Identity Assurance 1.0 says (5.7), what is not known, what the party may not
// ask for and what cannot be promised beforehand is left out, and no error. What is
// asked of userinfo is, too: there is none. It fails for what is not in the form of
// either specification.
func asked(parameter string, p party.Party) ([]string, error) {
	if parameter == "" {
		return nil, nil
	}
	if len(parameter) > maxClaims {
		return nil, errors.New("too long")
	}
	var request map[string]any
	if err := josejson.Unmarshal([]byte(parameter), &request); err != nil || request == nil {
		return nil, errors.New("not a JSON object, or with a member twice")
	}
	token, ok := request["id_token"].(map[string]any)
	if !ok && request["id_token"] != nil {
		return nil, errClaims
	}
	sets, err := requested(token["verified_claims"])
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, set := range sets {
		if err := want(set, wanted); err != nil {
			return nil, err
		}
	}
	return permitted(wanted, p), nil
}

// requested returns the sets of claims that are asked for: one, or a list of them.
func requested(v any) (sets []map[string]any, err error) {
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	if ok && len(list) == 0 || len(list) > maxSets {
		return nil, errClaims
	}
	for _, item := range list {
		set, ok := item.(map[string]any)
		if !ok {
			return nil, errClaims
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// want notes the claims of a set, if a check can be what the set asks of it.
func want(set map[string]any, wanted map[string]bool) error {
	verification, ok := set["verification"].(map[string]any)
	claims, ok2 := set["claims"].(map[string]any)
	if _, has := verification["trust_framework"]; !ok || !ok2 || !has {
		return errClaims
	}
	details, can, err := evidence(verification["evidence"])
	if err != nil || !can || !promised(verification) {
		return err
	}
	for _, name := range party.Claims() {
		if free(claims, name) {
			wanted[name] = true
		}
	}
	for member, name := range map[string]string{
		"type": party.DocumentType, "document_number": party.DocumentNumber, "issuer": party.DocumentIssuer, "date_of_expiry": party.DocumentExpiry,
	} {
		if free(details, member) {
			wanted[name] = true
		}
	}
	return nil
}

// free says whether a claim is asked for without a value that it must have. Who
// asks for a value learns from the answer whether the guess is right; here nobody
// does.
func free(claims map[string]any, name string) bool {
	how, ok := claims[name]
	return ok && !restricted(how)
}

// restricted says whether anything in a request has to have a value or an age.
func restricted(v any) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, restricted)
	case map[string]any:
		for name, inner := range v {
			if name == "value" || name == "values" || name == "max_age" || restricted(inner) {
				return true
			}
		}
	}
	return false
}

// promised says whether every check is what a set asks of the verification, its
// evidence aside.
func promised(verification map[string]any) bool {
	for name, how := range verification {
		switch name {
		case "evidence":
		case "trust_framework":
			if !allows(how, result.TrustFramework) {
				return false
			}
		case "time":
			if !recent(how) {
				return false
			}
		default:
			if restricted(how) {
				return false
			}
		}
	}
	return true
}

// allows says whether an element may have a value.
func allows(how any, value string) bool {
	o, ok := how.(map[string]any)
	if !ok {
		return how == nil
	}
	if v, has := o["value"]; has && v != value {
		return false
	}
	values, has := o["values"]
	list, _ := values.([]any)
	return !has || slices.Contains(list, any(value))
}

// recent says whether a time may be one of a moment ago.
func recent(how any) bool {
	o, _ := how.(map[string]any)
	age, has := o["max_age"]
	seconds, number := age.(float64)
	_, value := o["value"]
	_, values := o["values"]
	return !value && !values && (!has || number && seconds >= soonest)
}

// evidence reads which evidence is asked for: one of several documents, and what of
// them. It is false where no check is what is asked for: another kind of evidence,
// or a method, which the person chooses.
func evidence(v any) (details map[string]any, can bool, err error) {
	if v == nil {
		return nil, true, nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, false, errClaims
	}
	details = map[string]any{}
	for _, item := range list {
		entry, ok := item.(map[string]any)
		kind, ok2 := entry["type"].(map[string]any)
		if !ok || !ok2 {
			return nil, false, errClaims // its type has to be said
		}
		if kind["value"] != "document" || restrictedBeside(entry) {
			continue
		}
		can = true
		of, _ := entry["document_details"].(map[string]any)
		for member, how := range of {
			details[member] = how
		}
	}
	return details, can, nil
}

// restrictedBeside says whether anything in an entry but its type is restricted.
func restrictedBeside(entry map[string]any) bool {
	for name, how := range entry {
		if name != "type" && restricted(how) {
			return true
		}
	}
	return false
}

// permitted returns what a party may ask for of what it wants. Whoever asks for
// anything about the document is told its type, if they may be: the specification
// has no document_details without one.
func permitted(wanted map[string]bool, p party.Party) (claims []string) {
	if slices.ContainsFunc(party.DocumentClaims(), func(c string) bool { return wanted[c] && p.May(c) }) {
		wanted[party.DocumentType] = true
	}
	for _, c := range party.Claims() {
		if wanted[c] && p.May(c) {
			claims = append(claims, c)
		}
	}
	return claims
}
