package signin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// maxPasskeys is how many one operator may have.
const maxPasskeys = 20

// account is an operator as the library wants one.
type account struct {
	handle   []byte
	name     string
	passkeys []webauthn.Credential
}

func (a account) WebAuthnID() []byte                         { return a.handle }
func (a account) WebAuthnName() string                       { return a.name }
func (a account) WebAuthnDisplayName() string                { return a.name }
func (a account) WebAuthnCredentials() []webauthn.Credential { return a.passkeys }

// Ask is what a page asks a passkey for.
type Ask struct {
	// For is "signin", or for somebody signed in "stepup" or "add".
	For string `json:"for"`
	// Next is the page to go to afterwards, below /office/.
	Next string `json:"next,omitempty"`
}

// Begin returns the options that a browser gives its authenticators, as JSON
// with the member publicKey, and leaves a cookie for [Service.Finish]. What it
// answers to a stranger depends on nothing but what the stranger sent. It fails
// with [ErrRefused], [ErrSignedOut], [ErrSetUp] or [TooMany].
func (s *Service) Begin(w http.ResponseWriter, r *http.Request, ask Ask) (any, error) {
	if s.ways == nil {
		return nil, ErrRefused
	}
	if err := s.allowTry(r); err != nil {
		return nil, err
	}
	c := ceremony{For: purpose(ask.For), Next: Local(ask.Next)}
	if c.For == toSignIn {
		return s.beginSignIn(w, c)
	}
	from, err := s.Who(r)
	if err != nil {
		return nil, err
	}
	c.Session = from.Hash[:]
	switch c.For {
	case toStepUp:
		return s.beginStepUp(w, r, c, from)
	case toAdd:
		return s.beginAdd(w, r, c, from)
	}
	return nil, ErrRefused
}

func (s *Service) beginSignIn(w http.ResponseWriter, c ceremony) (any, error) {
	options, data, err := s.ways.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	c.Data = data
	return options, s.keep(w, c)
}

func (s *Service) beginStepUp(w http.ResponseWriter, r *http.Request, c ceremony, from Session) (any, error) {
	a, err := s.account(r.Context(), from.Operator)
	if err != nil {
		return nil, err
	}
	if len(a.passkeys) == 0 {
		return nil, ErrRefused
	}
	options, data, err := s.ways.BeginLogin(a, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	c.Data = data
	return options, s.keep(w, c)
}

// beginAdd lets somebody add a passkey who has just shown another, or who has
// just signed in without one.
func (s *Service) beginAdd(w http.ResponseWriter, r *http.Request, c ceremony, from Session) (any, error) {
	a, err := s.account(r.Context(), from.Operator)
	if err != nil {
		return nil, err
	}
	if !s.mayAdd(from) {
		return nil, ErrStepUp
	}
	// Whom the issuer lets in is let in by nothing else: when it no longer does,
	// nothing of ours may.
	if from.By == ByOpenID || len(a.passkeys) >= maxPasskeys {
		return nil, ErrRefused
	}
	return s.beginNew(w, c, a)
}

// mayAdd says whether who has this session may add a passkey now.
func (s *Service) mayAdd(from Session) bool {
	now := s.now()
	justIn := (from.By == ByCode || from.By == ByInvitation) && now.Sub(from.Started) < ceremonyTime
	return justIn || from.IsFresh(now)
}

// newAccount is somebody who has no passkey yet.
func newAccount(name string) account {
	handle := make([]byte, 32)
	_, _ = rand.Read(handle) // never fails (Go 1.24)
	return account{handle: handle, name: name}
}

func (s *Service) beginNew(w http.ResponseWriter, c ceremony, a account) (any, error) {
	var known []protocol.CredentialDescriptor
	for _, p := range a.passkeys {
		known = append(known, p.Descriptor())
	}
	options, data, err := s.ways.BeginRegistration(a, webauthn.WithExclusions(known))
	if err != nil {
		return nil, err
	}
	c.Data = data
	return options, s.keep(w, c)
}

// account returns an operator with all passkeys.
func (s *Service) account(ctx context.Context, operator string) (account, error) {
	name, err := s.c.Operators.Name(ctx, operator)
	if err != nil {
		return account{}, hide(err)
	}
	rows, err := s.store.PasskeysOf(ctx, operator)
	if err != nil {
		return account{}, err
	}
	a := newAccount(name)
	for _, row := range rows {
		p, err := row.credential()
		if err != nil {
			return account{}, err
		}
		a.handle, a.passkeys = row.Handle, append(a.passkeys, p)
	}
	return a, nil
}

func (p Passkey) credential() (c webauthn.Credential, err error) {
	err = json.Unmarshal(p.Data, &c)
	return c, err
}
