package result

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-jose/go-jose/v4"
	josejson "github.com/go-jose/go-jose/v4/json"
)

// compact is the one form of a JWS that is read: decoders differ about line breaks
// and white space, which must not make two texts one result.
var compact = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)

// open verifies a JWS, and returns its type and what it says.
func open(token string, keys jose.JSONWebKeySet) (typ string, payload []byte, err error) {
	if !compact.MatchString(token) {
		return "", nil, fmt.Errorf("%w: its form", ErrToken)
	}
	for part := range strings.SplitSeq(token, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return "", nil, fmt.Errorf("%w: its form", ErrToken)
		}
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", nil, fmt.Errorf("%w: its header", ErrToken)
	}
	header := signed.Signatures[0].Protected
	found := keys.Key(header.KeyID)
	if len(found) != 1 {
		return "", nil, fmt.Errorf("%w: nor has it published one of this id", ErrSignature)
	}
	key, ok := found[0].Key.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() || found[0].Use != "" && found[0].Use != "sig" {
		return "", nil, fmt.Errorf("%w: its key is not for ES256", ErrSignature)
	}
	if payload, err = signed.Verify(key); err != nil {
		return "", nil, ErrSignature
	}
	typ, _ = header.ExtraHeaders[jose.HeaderType].(string)
	return typ, payload, nil
}

// parse reads JSON in which no member is there twice, whatever its spelling.
func parse(data []byte, into any) error { return josejson.Unmarshal(data, into) }
