package handover

import (
	"crypto"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// seal encrypts an event to a party's key: ECDH-ES (RFC 7518 section 4.6), directly
// unless the key asks for ECDH-ES+A256KW, and A256GCM. The body is whole and signed,
// so that the party believes what it decrypts by that signature alone.
func seal(key jose.JSONWebKey, e Event) (string, error) {
	to := jose.Recipient{Algorithm: jose.ECDH_ES, Key: key.Key, KeyID: key.KeyID}
	if key.Algorithm == string(jose.ECDH_ES_A256KW) {
		to.Algorithm = jose.ECDH_ES_A256KW
	}
	kind := e.Type
	if kind == "" || strings.EqualFold(kind, "JWT") {
		kind = "JWT" // in capitals (RFC 7519 section 5.2)
	}
	encrypter, err := jose.NewEncrypter(jose.A256GCM, to, new(jose.EncrypterOptions).WithContentType(jose.ContentType(kind)))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	made, err := encrypter.Encrypt(e.Body)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	return made.CompactSerialize()
}

// Key is what a desk signs with.
type Key struct {
	// ID is its kid in the desk's JWK set.
	ID string
	// Signer is on P-256.
	Signer crypto.Signer
}

const (
	// SignatureHeader has the signature of what a webhook gets: a detached JWS
	// (RFC 7515 appendix F) with an unencoded payload (RFC 7797), which is the body.
	SignatureHeader = "Facelatch-Signature"
	// SignatureType is its typ, which no result has: neither passes for the other.
	SignatureType = "facelatch-event"
	// ContentType is of the body: a JWE in its compact form (RFC 7515 section 9.2.1).
	ContentType = "application/jose"
)

// sign signs what is sent. The protected header has, beside alg, kid, typ, b64 and
// crit: iss, the desk; aud, the party; event, the id; and iat, the second in which it
// was sent.
func sign(key Key, issuer string, s Sealed, now time.Time) (string, error) {
	options := new(jose.SignerOptions).WithType(SignatureType).WithBase64(false).
		WithHeader("kid", key.ID).WithHeader("iss", issuer).WithHeader("aud", s.Party).
		WithHeader("event", s.ID).WithHeader("iat", now.Unix())
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: cryptosigner.Opaque(key.Signer)}, options)
	if err != nil {
		return "", err
	}
	made, err := signer.Sign([]byte(s.JWE))
	if err != nil {
		return "", err
	}
	return made.DetachedCompactSerialize()
}
