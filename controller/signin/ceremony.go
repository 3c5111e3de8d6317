package signin

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

const (
	// ceremonyTime is how long somebody may take over a passkey or at an issuer.
	ceremonyTime = 10 * time.Minute
	// ceremonyCookie carries the first half of signing in to the second. It is
	// sealed, so that a controller keeps nothing for strangers, and any other
	// controller of the site can go on with it.
	ceremonyCookie = "__Host-office-step"
)

// purpose is what a passkey or an issuer is asked for.
type purpose string

const (
	toSignIn purpose = "signin"
	toStepUp purpose = "stepup" // somebody signed in proves to be there
	toAdd    purpose = "add"    // somebody signed in adds a passkey
)

// ceremony is what stands in the cookie between the two halves.
type ceremony struct {
	For   purpose               `json:"for"`
	Until int64                 `json:"until"`
	Data  *webauthn.SessionData `json:"data,omitempty"`
	// Session is the hash of the session that it belongs to.
	Session []byte `json:"session,omitempty"`
	// State, Nonce and Verifier are those of OpenID Connect.
	State    string `json:"state,omitempty"`
	Nonce    string `json:"nonce,omitempty"`
	Verifier string `json:"verifier,omitempty"`
	// Next is the page to go to.
	Next string `json:"next,omitempty"`
}

// newSeal makes the cipher of the cookie from the service's key.
func newSeal(key [32]byte) (cipher.AEAD, error) {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte("facelatch sign-in"))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// keep puts a ceremony into the browser's cookie.
func (s *Service) keep(w http.ResponseWriter, c ceremony) error {
	c.Until = s.now().Add(ceremonyTime).Unix()
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sealed := s.seal.Seal(nil, nil, data, []byte(ceremonyCookie))
	setCookie(w, ceremonyCookie, base64.RawURLEncoding.EncodeToString(sealed), int(ceremonyTime/time.Second))
	return nil
}

// take reads the ceremony of a request and takes its cookie away. It fails with
// [ErrExpired].
func (s *Service) take(w http.ResponseWriter, r *http.Request) (c ceremony, err error) {
	cookie, err := r.Cookie(ceremonyCookie)
	if err != nil {
		return c, ErrExpired
	}
	setCookie(w, ceremonyCookie, "", -1)
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cookie.Value)
	if err != nil {
		return c, ErrExpired
	}
	data, err := s.seal.Open(nil, nil, sealed, []byte(ceremonyCookie))
	if err != nil || json.Unmarshal(data, &c) != nil || s.now().Unix() > c.Until {
		return ceremony{}, ErrExpired
	}
	return c, nil
}

// randomText returns 32 random bytes as text.
func randomText() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// Local returns an address if it is one of this site's pages below /office/, else
// "/office/": nobody is sent elsewhere by a link that somebody made up. Its path
// has plain characters only, so that every browser reads it alike.
func Local(address string) string {
	const home = "/office/"
	path, query, _ := strings.Cut(address, "?")
	strange := func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("/-_.", c)
	}
	hidden := func(c rune) bool { return c <= ' ' || c > '~' || c == '#' || c == '\\' }
	if !strings.HasPrefix(path, home) || strings.ContainsFunc(path, strange) || strings.ContainsFunc(query, hidden) ||
		strings.Contains(path, "//") || strings.Contains(path, "..") {
		return home
	}
	return address
}
