package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

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
	if err := s.tries.allow(place(r.RemoteAddr)); err != nil {
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
	if len(a.passkeys) >= maxPasskeys {
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

// Finish is the second half of [Service.Begin], with what the authenticator
// said. It returns the page to go to. It fails with [ErrRefused], [ErrExpired],
// [ErrSignedOut], [ErrSetUp] or [TooMany].
func (s *Service) Finish(w http.ResponseWriter, r *http.Request, said []byte) (next string, err error) {
	if s.ways == nil {
		return "", ErrRefused
	}
	if err := s.tries.allow(place(r.RemoteAddr)); err != nil {
		return "", err
	}
	c, err := s.take(w, r)
	if err != nil {
		return "", err
	}
	if c.Data == nil {
		return "", ErrExpired
	}
	switch c.For {
	case toSignIn, toStepUp:
		return c.Next, s.finishKnown(w, r, c, said)
	case toAdd:
		return c.Next, s.finishAdd(w, r, c, said)
	}
	return "", ErrExpired
}

// finishKnown signs in or steps up with a passkey that is kept.
func (s *Service) finishKnown(w http.ResponseWriter, r *http.Request, c ceremony, said []byte) error {
	answer, err := protocol.ParseCredentialRequestResponseBytes(said)
	if err != nil {
		return ErrRefused
	}
	row, err := s.store.Passkey(r.Context(), answer.RawID)
	if err != nil {
		return hide(err)
	}
	a, err := s.account(r.Context(), row.Operator)
	if err != nil {
		return err
	}
	var used *webauthn.Credential
	if c.For == toSignIn {
		used, err = s.ways.ValidateDiscoverableLogin(func([]byte, []byte) (webauthn.User, error) { return a, nil }, *c.Data, answer)
	} else {
		used, err = s.ways.ValidateLogin(a, *c.Data, answer)
	}
	if err != nil || used.Authenticator.CloneWarning {
		return ErrRefused
	}
	if err := s.used(r.Context(), row, used); err != nil {
		return err
	}
	if c.For == toSignIn {
		return s.start(w, r, row.Operator, ByPasskey)
	}
	from, err := s.same(r, c)
	if err != nil {
		return err
	}
	return s.renew(w, r, from)
}

// used notes the use of a passkey.
func (s *Service) used(ctx context.Context, row Passkey, c *webauthn.Credential) (err error) {
	row.Used = s.now().UTC().Truncate(time.Second)
	if row.Data, err = encode(c); err != nil {
		return err
	}
	return hide(s.store.ChangePasskey(ctx, row))
}

// encode writes what is needed of a credential. What an authenticator says of
// itself is not asked for, and not kept.
func encode(c *webauthn.Credential) ([]byte, error) {
	c.Attestation = webauthn.CredentialAttestation{}
	return json.Marshal(c)
}

// same returns the session of a request if a ceremony began in it.
func (s *Service) same(r *http.Request, c ceremony) (Session, error) {
	from, err := s.Who(r)
	if err == nil && !bytes.Equal(from.Hash[:], c.Session) {
		err = ErrExpired
	}
	return from, err
}

// finishAdd adds a passkey to the operator of a session, who has then shown it.
func (s *Service) finishAdd(w http.ResponseWriter, r *http.Request, c ceremony, said []byte) error {
	from, err := s.same(r, c)
	if err != nil {
		return err
	}
	a, err := s.account(r.Context(), from.Operator)
	if err != nil {
		return err
	}
	a.handle = c.Data.UserID // of the first passkey, it was drawn when this began
	made, err := s.made(a, c, said)
	if err != nil {
		return err
	}
	if err := s.add(r, from.Operator, a.handle, made); err != nil {
		return err
	}
	return s.renew(w, r, from)
}

func (s *Service) made(a account, c ceremony, said []byte) (*webauthn.Credential, error) {
	answer, err := protocol.ParseCredentialCreationResponseBytes(said)
	if err != nil {
		return nil, ErrRefused
	}
	made, err := s.ways.CreateCredential(a, *c.Data, answer)
	if err != nil {
		return nil, ErrRefused
	}
	return made, nil
}

func (s *Service) add(r *http.Request, operator string, handle []byte, made *webauthn.Credential) error {
	data, err := encode(made)
	if err != nil {
		return err
	}
	return s.store.AddPasskey(r.Context(), Passkey{
		ID: made.ID, Operator: operator, Handle: handle, Name: browser(r.UserAgent()), Data: data,
		Added: s.now().UTC().Truncate(time.Second),
	})
}

// PasskeysOf returns the passkeys of an operator, the oldest first.
func (s *Service) PasskeysOf(ctx context.Context, operator string) ([]Passkey, error) {
	return s.store.PasskeysOf(ctx, operator)
}

// RemovePasskey drops a passkey of the operator of a session, who has just shown
// one. It fails with [ErrStepUp], [ErrLast] or [ErrNotFound].
func (s *Service) RemovePasskey(ctx context.Context, from Session, id []byte) error {
	if !from.IsFresh(s.now()) {
		return ErrStepUp
	}
	all, err := s.store.PasskeysOf(ctx, from.Operator)
	if err != nil {
		return err
	}
	if len(all) == 1 && bytes.Equal(all[0].ID, id) {
		return ErrLast
	}
	err = s.store.DropPasskey(ctx, from.Operator, id)
	if errors.Is(err, ErrNotFound) {
		return ErrNotFound
	}
	return err
}

// CheckFresh returns nil for a session whose operator proved within [FreshTime]
// to be there, else [ErrStepUp].
func (s *Service) CheckFresh(from Session) error {
	if !from.IsFresh(s.now()) {
		return ErrStepUp
	}
	return nil
}
