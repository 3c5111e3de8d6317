package party

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// MaxSize is the length of the longest party that is read, in bytes.
const MaxSize = 32 << 10

// wire is a party in JSON.
type wire struct {
	ID        string            `json:"id"`
	Name      map[string]string `json:"name"`
	Redirects []string          `json:"redirects,omitempty"`
	Webhook   string            `json:"webhook,omitempty"`
	Key       *jose.JSONWebKey  `json:"key,omitempty"`
	Secret    string            `json:"secret_sha256,omitempty"`
	Claims    []string          `json:"claims,omitempty"`
	Formats   []Format          `json:"formats,omitempty"`
}

// member says whether wire has a member, in the one spelling that is taken.
func member(name string) bool {
	switch name {
	case "id", "name", "redirects", "webhook", "key", "secret_sha256", "claims", "formats":
		return true
	}
	return false
}

// Decode reads a party, strictly: a member that is not known, that is there twice
// or that is null is refused, and so is what comes after it. It fails with
// [ErrParty], and the error names each field that is wrong.
func Decode(data []byte) (Party, error) {
	if len(data) > MaxSize {
		return Party{}, wrong("party", "longer than %d bytes", MaxSize)
	}
	if err := strict(data); err != nil {
		return Party{}, err
	}
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) && kind.Field != "" {
			return Party{}, wrong(kind.Field, "not a %s", kind.Type)
		}
		return Party{}, wrong("key", "not a JSON Web Key") // all else is checked above
	}
	p, err := w.party()
	if err != nil {
		return Party{}, err
	}
	if err := p.Valid(); err != nil {
		return Party{}, err
	}
	return p, nil
}

// party turns what was read into a party, which may still be wrong.
func (w wire) party() (Party, error) {
	p := Party{ID: w.ID, Name: w.Name, Redirects: w.Redirects, Webhook: w.Webhook, Claims: w.Claims, Formats: w.Formats}
	if w.Key != nil {
		if !w.Key.IsPublic() {
			return Party{}, wrong("key", "not a public key: keep the private half to yourself, and make another pair")
		}
		p.Key = *w.Key
	}
	if w.Secret != "" {
		hash, err := hex.DecodeString(w.Secret)
		if err != nil || len(hash) != sha256.Size {
			return Party{}, wrong("secret_sha256", "not a SHA-256 in hexadecimal")
		}
		copy(p.SecretHash[:], hash)
		if p.Public() || hex.EncodeToString(hash) != w.Secret {
			return Party{}, wrong("secret_sha256", "not the SHA-256 of a secret, in small letters")
		}
	}
	return p, nil
}

// Encode writes a party as [Decode] reads it, always in the same way. It fails with
// [ErrParty] for one that is not valid.
func (p Party) Encode() ([]byte, error) {
	if err := p.Valid(); err != nil {
		return nil, err
	}
	w := wire{ID: p.ID, Name: p.Name, Redirects: p.Redirects, Webhook: p.Webhook, Claims: p.Claims, Formats: p.Formats}
	if p.HasKey() {
		w.Key = &p.Key
	}
	if !p.Public() {
		w.Secret = hex.EncodeToString(p.SecretHash[:])
	}
	data, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrParty, err)
	}
	return data, nil
}

// strict refuses what the decoder of the standard library would let pass.
func strict(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return wrong("party", "not a JSON object")
	}
	if err := object(d, "", 3); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return wrong("party", "there is something after it")
	}
	return nil
}

// object reads the rest of an object whose brace was read.
func object(d *json.Decoder, path string, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		switch {
		case err != nil || !ok:
			return wrong("party", "not JSON")
		case path == "" && !member(name):
			return wrong("party", "a member that is not known")
		case seen[name]:
			return wrong(label(path+name), "is there twice")
		}
		seen[name] = true
		if err := value(d, path+name, depth); err != nil {
			return err
		}
	}
	return closed(d)
}

func value(d *json.Decoder, path string, depth int) error {
	t, err := d.Token()
	switch {
	case err != nil:
		return wrong("party", "not JSON")
	case t == nil:
		return wrong(label(path), "is null")
	case depth == 0:
		return wrong("party", "too deep")
	case t == json.Delim('{'):
		return object(d, path+".", depth-1)
	case t == json.Delim('['):
		for d.More() {
			if err := value(d, path+"[]", depth-1); err != nil {
				return err
			}
		}
		return closed(d)
	}
	return nil
}

// closed reads the end of an object or a list.
func closed(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return wrong("party", "not JSON")
	}
	return nil
}

// label keeps what an error says short and printable, whatever stands in somebody's
// JSON.
func label(path string) string {
	if len(path) > 40 || !keyID.MatchString(path) {
		return "party"
	}
	return path
}
