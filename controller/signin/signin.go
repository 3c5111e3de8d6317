// Package signin says which operator is asking. People sign in with a passkey
// (WebAuthn, user verification required), with one of ten recovery codes, or at
// an issuer of OpenID Connect that the operator's own organisation runs; what
// follows is a session in a cookie.
//
// It never asks for a password, never keeps a secret that somebody could sign in
// with (of sessions and codes it keeps hashes, of passkeys public keys), never
// answers a stranger in a way that tells whether an account exists, and never
// locks an account because strangers tried: what they try is counted against
// where they come from.
//
// What an operator may do is not decided here.
package signin

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/facelatch/facelatch/internal/visitors"
)

var (
	// ErrSignedOut is returned for a request that belongs to no session: there is
	// none, it has ended, or its operator was removed.
	ErrSignedOut = errors.New("nobody is signed in")
	// ErrRefused is the one answer to everything that does not let somebody in:
	// an unknown passkey, a wrong code, a signature that does not verify.
	ErrRefused = errors.New("this does not sign anybody in")
	// ErrExpired is returned when the second half of signing in comes without its
	// first, a second time, or later than [ceremonyTime] after it.
	ErrExpired = errors.New("this took too long; begin again")
	// ErrNotAllowed is returned for somebody whom the OpenID issuer knows and the
	// configuration does not name.
	ErrNotAllowed = errors.New("this account may not operate the site")
	// ErrIssuer is returned when the OpenID issuer cannot be reached or answers
	// what it must not.
	ErrIssuer = errors.New("the sign-in service does not answer as it should")
	// ErrSetUp is returned for setting up a site that has been set up.
	ErrSetUp = errors.New("this site has been set up already")
	// ErrStepUp is returned for what needs a passkey shown within the last
	// [FreshTime].
	ErrStepUp = errors.New("this needs your passkey once more")
	// ErrLast is returned for removing the passkey without which its operator
	// could not sign in any more.
	ErrLast = errors.New("this is the last way to sign in")
	// ErrNotFound is returned by a [Store] for what it does not have.
	ErrNotFound = errors.New("there is no such thing")
	// ErrUnavailable is returned by a [Store] that cannot be used now: its database
	// is gone, or its disk is full.
	ErrUnavailable = errors.New("who is signed in cannot be looked up now: try again later")
	// ErrConfig is returned for a [Config] that cannot be used.
	ErrConfig = errors.New("signing in cannot be set up like this")
)

// TooMany is returned when somebody has tried too often from one place.
type TooMany struct {
	// Wait is after how long trying again makes sense.
	Wait time.Duration
}

// Error implements error.
func (t TooMany) Error() string { return fmt.Sprintf("too many tries; wait %s", t.Wait) }

// Config is what a [Service] is made from. Origin, Store and Operators are
// required.
type Config struct {
	// Origin is where browsers open the pages, such as "https://house.example" or
	// "https://localhost:8443". Passkeys belong to its host name, which cannot be
	// an address: where it is one, passkeys cannot be used, and New says so.
	Origin string
	// Title is what authenticators call the site.
	Title string
	// Key seals what a browser carries between the two halves of signing in, and
	// makes the set-up code. Controllers of one site that stand behind one address
	// need the same; the zero value makes one up.
	Key [32]byte
	// Store keeps sessions, passkeys and codes.
	Store Store
	// Operators are kept elsewhere.
	Operators Operators
	// OpenID is nil where people sign in with passkeys only.
	OpenID *OpenID
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Service signs operators in. Its methods may be called at once.
type Service struct {
	c        Config
	origin   *url.URL
	store    Store
	ways     *webauthn.WebAuthn // nil where the host is an address
	seal     cipher.AEAD
	code     [sha256.Size]byte // hash of the set-up code
	plain    string            // the set-up code, to be printed
	now      func() time.Time
	tries    *visitors.Tries // by place
	accounts *visitors.Tries // by operator, for those who are signed in
	issuer   *issuer         // nil without OpenID
	cross    *http.CrossOriginProtection
}

// New checks a configuration and makes a Service. It fetches nothing. It fails
// with [ErrConfig].
func New(c Config) (*Service, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	origin, err := parseOrigin(c.Origin)
	if err != nil {
		return nil, err
	}
	if c.Store == nil || c.Operators == nil {
		return nil, fmt.Errorf("%w: there is nothing to keep operators in", ErrConfig)
	}
	if c.Key == ([32]byte{}) {
		_, _ = rand.Read(c.Key[:]) // never fails (Go 1.24)
	}
	s := &Service{
		c: c, origin: origin, store: c.Store, now: c.Now, cross: http.NewCrossOriginProtection(),
		tries: visitors.NewTries(c.Now, triesEach, limitTime), accounts: visitors.NewTries(c.Now, accountEach, limitTime),
	}
	s.plain, s.code = setupCode(c.Key)
	if s.seal, err = newSeal(c.Key); err != nil {
		return nil, err
	}
	if s.ways, err = passkeyWays(origin, c.Title); err != nil {
		return nil, err
	}
	if c.OpenID != nil {
		if s.issuer, err = newIssuer(*c.OpenID, origin); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// parseOrigin reads an origin: https, a host, and nothing behind it.
func parseOrigin(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%w: the origin %q is not like https://house.example:8443", ErrConfig, text)
	}
	u.Path = ""
	return u, nil
}

// passkeyWays returns nil for a host that passkeys cannot belong to.
func passkeyWays(origin *url.URL, title string) (*webauthn.WebAuthn, error) {
	if net.ParseIP(origin.Hostname()) != nil {
		return nil, nil
	}
	if title == "" {
		title = "Facelatch"
	}
	resident := true
	w, err := webauthn.New(&webauthn.Config{
		RPID: origin.Hostname(), RPDisplayName: title, RPOrigins: []string{origin.String()},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &resident, ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrConfig, err)
	}
	return w, nil
}

// Passkeys says whether passkeys can be used under the service's origin.
func (s *Service) Passkeys() bool { return s.ways != nil }

// OpenID returns what people call the OpenID issuer, "" without one.
func (s *Service) OpenID() string {
	if s.issuer == nil {
		return ""
	}
	return s.issuer.c.Name
}

// Forget ends the sessions of an operator and drops passkeys and codes. It is
// for one who was removed, and may be called again.
func (s *Service) Forget(ctx context.Context, operator string) error {
	return s.store.ForgetOperator(ctx, operator)
}
