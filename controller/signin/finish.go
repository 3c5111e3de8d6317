package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Finish is the second half of [Service.Begin], with what the authenticator
// said. It returns the page to go to. It fails with [ErrRefused], [ErrExpired],
// [ErrSignedOut], [ErrSetUp] or [TooMany].
func (s *Service) Finish(w http.ResponseWriter, r *http.Request, said []byte) (next string, err error) {
	if s.ways == nil {
		return "", ErrRefused
	}
	if err := s.allowTry(r); err != nil {
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
	return s.store.DropPasskey(ctx, from.Operator, id)
}

// CheckFresh returns nil for a session whose operator proved within [FreshTime]
// to be there, else [ErrStepUp].
func (s *Service) CheckFresh(from Session) error {
	if !from.IsFresh(s.now()) {
		return ErrStepUp
	}
	return nil
}
