package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
)

// SetupCode returns the code with which whoever started the controller becomes
// its first operator, such as "7K2M-9QPX-04TD", and false once somebody has: it
// is good until then.
func (s *Service) SetupCode(ctx context.Context) (string, bool, error) {
	open, err := s.settingUp(ctx)
	return s.plain, open, err
}

// settingUp says whether nobody can sign in yet.
func (s *Service) settingUp(ctx context.Context) (bool, error) {
	if s.issuer != nil {
		return false, nil // the configuration names who may
	}
	any, err := s.store.AnyPasskey(ctx)
	return !any, err
}

// SetUp makes the first operator of whoever has the code that was printed, signed
// in and about to add a passkey. It fails with [ErrRefused], [ErrSetUp] or
// [TooMany].
func (s *Service) SetUp(w http.ResponseWriter, r *http.Request, code, name string) error {
	if err := s.allowTry(r); err != nil {
		return err
	}
	open, err := s.settingUp(r.Context())
	switch {
	case err != nil:
		return err
	case !open:
		return ErrSetUp
	case !s.isSetupCode(code):
		return ErrRefused
	}
	operator, err := s.c.Operators.First(r.Context(), name)
	if err != nil {
		return err
	}
	return s.start(w, r, operator, ByInvitation)
}

// Accept signs in whoever was invited, once, about to add a passkey. It fails
// with [ErrRefused] or [TooMany].
func (s *Service) Accept(w http.ResponseWriter, r *http.Request, invitation string) error {
	if err := s.allowTry(r); err != nil {
		return err
	}
	operator, err := s.c.Operators.Accept(r.Context(), invitation)
	if err != nil {
		return hide(err)
	}
	return s.start(w, r, operator, ByInvitation)
}

// isSetupCode says whether a code is the one that was printed.
func (s *Service) isSetupCode(code string) bool {
	given := hashCode(code)
	return subtle.ConstantTimeCompare(given[:], s.code[:]) == 1
}

// Recover signs in whoever has a recovery code, which is then spent. It fails
// with [ErrRefused] or [TooMany].
func (s *Service) Recover(w http.ResponseWriter, r *http.Request, code string) error {
	if err := s.allowTry(r); err != nil {
		return err
	}
	operator, err := s.store.TakeCode(r.Context(), hashCode(code))
	if errors.Is(err, ErrNotFound) {
		return ErrRefused
	}
	if err != nil {
		return err
	}
	if _, err := s.c.Operators.Name(r.Context(), operator); err != nil {
		return hide(err)
	}
	return s.start(w, r, operator, ByCode)
}

// hide turns "there is none" into the one answer that tells strangers nothing.
func hide(err error) error {
	if errors.Is(err, ErrNotFound) {
		return ErrRefused
	}
	return err
}

// NewCodes gives the operator of a session ten new recovery codes, and ends the
// old ones. They are to be shown once; afterwards nobody can say what they were.
// It fails with [ErrStepUp] unless a passkey was shown just now.
func (s *Service) NewCodes(ctx context.Context, from Session) ([]string, error) {
	if err := s.CheckFresh(from); err != nil {
		return nil, err
	}
	if from.By == ByOpenID {
		return nil, ErrRefused
	}
	codes, hashes := newCodes()
	if err := s.store.SetCodes(ctx, from.Operator, hashes); err != nil {
		return nil, err
	}
	return codes, nil
}

// CodesLeft returns how many recovery codes an operator has.
func (s *Service) CodesLeft(ctx context.Context, operator string) (int, error) {
	return s.store.CodesLeft(ctx, operator)
}
