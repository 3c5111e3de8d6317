// Package party is who may ask a desk whether somebody is the holder of a document,
// and what they may be told: a relying party, such as a bank or a hotel.
//
// It is vocabulary: an operator registers a party, a controller hands it to desks,
// and both read the same JSON, strictly. It also says which claims there are, and
// what the value of each looks like.
//
// It never holds a secret: of a party's it knows the SHA-256, and of its key the
// public half. It says nothing about any person.
package party

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// Format is a form of a signed result.
type Format string

const (
	// JWT is a JSON Web Token (RFC 7519) that is an ID Token of OpenID Connect too.
	JWT Format = "jwt"
	// SDJWT is an SD-JWT VC (RFC 9901): whoever has it can show a part of it.
	SDJWT Format = "dc+sd-jwt"
)

// Formats returns all of them.
func Formats() []Format { return []Format{JWT, SDJWT} }

// Party is a relying party. What [Decode] returns and what [Party.Valid] has
// nothing against is safe to send a browser to, and to show to people.
type Party struct {
	// ID is the client_id: 1 to 64 of a-z, 0-9, "-", "_" and ".", and no two
	// parties of a site have the same.
	ID string
	// Name is what people read, by language (BCP 47): at least one, each of at
	// most 80 characters. See [Party.NameIn].
	Name map[string]string
	// Redirects are the addresses to which OpenID sends a browser back. What is
	// asked for must be one of them, character for character.
	Redirects []string
	// Webhook is where results are sent, "" for none.
	Webhook string
	// Key encrypts results that wait (ECDH-ES, P-256, public). Without one they
	// wait in memory alone; a party with a webhook, and one without redirects,
	// has to have one. See [Party.HasKey].
	Key jose.JSONWebKey
	// SecretHash is the SHA-256 of the client secret. Zero is a public client,
	// which proves itself by PKCE alone.
	SecretHash [sha256.Size]byte
	// Claims are those that the party may ask for, of [Claims]. With none it
	// learns the outcome alone.
	Claims []string
	// Formats are those that it takes, the first by default. None is [JWT] alone.
	Formats []Format
}

// Public says whether the party has no secret.
func (p Party) Public() bool { return p.SecretHash == [sha256.Size]byte{} }

// HasKey says whether results for the party can be encrypted to it.
func (p Party) HasKey() bool { return p.Key.Key != nil }

// Redirect says whether a browser may be sent to an address.
func (p Party) Redirect(address string) bool { return slices.Contains(p.Redirects, address) }

// May says whether the party may ask for a claim.
func (p Party) May(claim string) bool { return slices.Contains(p.Claims, claim) }

// Format returns the format in which a party gets results where it asks for none.
func (p Party) Format() Format {
	if len(p.Formats) == 0 {
		return JWT
	}
	return p.Formats[0]
}

// Takes says whether a party takes results in a format.
func (p Party) Takes(f Format) bool {
	return slices.Contains(p.Formats, f) || len(p.Formats) == 0 && f == JWT
}

// NameIn returns the name in a language, else in English, else the first by
// language.
func (p Party) NameIn(lang string) string {
	for _, l := range []string{lang, "en"} {
		if name, ok := p.Name[l]; ok {
			return name
		}
	}
	for _, l := range languages(p.Name) {
		return p.Name[l]
	}
	return ""
}

// Authentic compares a secret with the party's, in a time that does not depend on
// where they differ. It is false for a party without a secret.
func (p Party) Authentic(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	same := subtle.ConstantTimeCompare(sum[:], p.SecretHash[:]) == 1
	return same && !p.Public()
}

// secretSize is the length of a client secret in bytes: so many are not guessed,
// and a plain SHA-256 of them needs neither salt nor stretching.
const secretSize = 32

// NewSecret makes a client secret, and the hash of it that [Party.SecretHash] has.
// The secret is shown once, to the party.
func NewSecret(random io.Reader) (secret string, hash [sha256.Size]byte, err error) {
	raw := make([]byte, secretSize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", hash, fmt.Errorf("making a secret: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(raw)
	return secret, sha256.Sum256([]byte(secret)), nil
}
