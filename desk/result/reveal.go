package result

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

const (
	maxDisclosures = 64
	maxDepth       = 16
)

// disclosed reads a disclosure: salt, name and value (RFC 9901, 4.2.1).
func disclosed(text string) (salt, name string, value any, err error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", "", nil, fmt.Errorf("%w: a disclosure", ErrToken)
	}
	var parts []any
	if err := parse(data, &parts); err != nil || len(parts) != 3 {
		return "", "", nil, fmt.Errorf("%w: a disclosure", ErrToken)
	}
	salt, ok1 := parts[0].(string)
	name, ok2 := parts[1].(string)
	if !ok1 || !ok2 || name == "_sd" || name == "..." {
		return "", "", nil, fmt.Errorf("%w: a disclosure", ErrToken)
	}
	return salt, name, parts[2], nil
}

// reveal puts what was disclosed into the place of its digest (RFC 9901, 7.1).
func reveal(payload []byte, disclosures []string) ([]byte, error) {
	if len(disclosures) > maxDisclosures {
		return nil, fmt.Errorf("%w: too many disclosures", ErrToken)
	}
	var body map[string]any
	if err := parse(payload, &body); err != nil {
		return nil, fmt.Errorf("%w: its body", ErrToken)
	}
	if alg, ok := body["_sd_alg"]; ok && alg != "sha-256" || !ok && len(disclosures) > 0 {
		return nil, fmt.Errorf("%w: its digests are not SHA-256", ErrToken)
	}
	delete(body, "_sd_alg")
	r := revealer{left: map[string]string{}, seen: map[string]bool{}}
	for _, d := range disclosures {
		sum := digest(d)
		if _, twice := r.left[sum]; twice {
			return nil, fmt.Errorf("%w: a disclosure is there twice", ErrToken)
		}
		r.left[sum] = d
	}
	if err := r.value(body, maxDepth); err != nil {
		return nil, err
	}
	if len(r.left) > 0 {
		return nil, fmt.Errorf("%w: a disclosure that the desk has not signed", ErrToken)
	}
	return json.Marshal(body)
}

// revealer holds the disclosures that no digest was found for, by digest, and the
// digests that were found.
type revealer struct {
	left map[string]string
	seen map[string]bool
}

func (r *revealer) value(v any, depth int) error {
	if depth == 0 {
		return fmt.Errorf("%w: too deep", ErrToken)
	}
	switch v := v.(type) {
	case map[string]any:
		return r.object(v, depth)
	case []any:
		for _, item := range v {
			if err := r.value(item, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *revealer) object(o map[string]any, depth int) error {
	if _, ok := o["..."]; ok {
		return fmt.Errorf("%w: items of lists are not concealed here", ErrToken)
	}
	if digests, ok := o["_sd"]; ok {
		delete(o, "_sd")
		list, ok := digests.([]any)
		if !ok {
			return fmt.Errorf("%w: its digests", ErrToken)
		}
		for _, d := range list {
			if err := r.member(o, d); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if err := r.value(o[name], depth-1); err != nil {
			return err
		}
	}
	return nil
}

// member puts one member into an object, if it was disclosed.
func (r *revealer) member(o map[string]any, d any) error {
	sum, ok := d.(string)
	if !ok || r.seen[sum] {
		return fmt.Errorf("%w: its digests", ErrToken)
	}
	r.seen[sum] = true
	text, ok := r.left[sum]
	if !ok {
		return nil // it was kept back
	}
	delete(r.left, sum)
	_, name, value, err := disclosed(text)
	if err != nil {
		return err
	}
	if _, taken := o[name]; taken {
		return fmt.Errorf("%w: a disclosure of what is there already", ErrToken)
	}
	o[name] = value
	return nil
}
