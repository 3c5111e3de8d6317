package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"time"
)

const (
	// IdleTime is how long a session lasts without a request.
	IdleTime = 30 * time.Minute
	// LongestTime is how long it lasts at all.
	LongestTime = 12 * time.Hour
	// FreshTime is how long a passkey that was shown counts as shown just now.
	FreshTime = 5 * time.Minute
	// seenTime is how exactly the last request is kept.
	seenTime = time.Minute
	// cookieName binds the cookie to this host, and to HTTPS (RFC 6265bis).
	cookieName = "__Host-office"
)

// ID names a session in a list, and gives no way into it.
func (s Session) ID() string { return hex.EncodeToString(s.Hash[:8]) }

// Good says whether a session has not ended at a time.
func (s Session) Good(at time.Time) bool {
	return !at.Before(s.Started.Add(-time.Minute)) && at.Before(s.Started.Add(LongestTime)) && at.Before(s.Seen.Add(IdleTime))
}

// Until returns when a session ends if nothing more is done in it.
func (s Session) Until() time.Time {
	idle, longest := s.Seen.Add(IdleTime), s.Started.Add(LongestTime)
	if idle.Before(longest) {
		return idle
	}
	return longest
}

// IsFresh says whether the operator proved within [FreshTime] to be there.
func (s Session) IsFresh(at time.Time) bool {
	age := at.Sub(s.Fresh)
	return !s.Fresh.IsZero() && age > -time.Minute && age < FreshTime
}

// newSecret makes what stands in a cookie, and its hash.
func newSecret() (string, [32]byte) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	return base64.RawURLEncoding.EncodeToString(secret[:]), sha256.Sum256(secret[:])
}

// secretHash returns the hash of the secret that a request has in its cookie.
func secretHash(r *http.Request) (hash [32]byte, ok bool) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return hash, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(c.Value)
	if err != nil || len(secret) != 32 {
		return hash, false
	}
	return sha256.Sum256(secret), true
}

func setCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// start begins a session for an operator who has just proved to be one. A
// session that the browser had ends: no secret from before signing in is good
// after it.
func (s *Service) start(w http.ResponseWriter, r *http.Request, operator string, by Method) error {
	if old, ok := secretHash(r); ok {
		if err := s.store.ReplaceSession(r.Context(), old, nil); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	now := s.now().UTC().Truncate(time.Second)
	secret, hash := newSecret()
	made := Session{Hash: hash, Operator: operator, By: by, Browser: browser(r.UserAgent()), Started: now, Seen: now}
	if by == ByPasskey {
		made.Fresh = now
	}
	if err := s.store.AddSession(r.Context(), made, now.Add(-LongestTime)); err != nil {
		return err
	}
	setCookie(w, cookieName, secret, 0)
	return nil
}

// Who returns the session of a request. It fails with [ErrSignedOut].
func (s *Service) Who(r *http.Request) (Session, error) {
	hash, ok := secretHash(r)
	if !ok {
		return Session{}, ErrSignedOut
	}
	found, err := s.store.Session(r.Context(), hash)
	if errors.Is(err, ErrNotFound) {
		return Session{}, ErrSignedOut
	}
	if err != nil {
		return Session{}, err
	}
	now := s.now().UTC().Truncate(time.Second)
	if !found.Good(now) {
		return Session{}, ErrSignedOut
	}
	if now.Sub(found.Seen) < seenTime {
		return found, nil
	}
	found.Seen = now
	// Where it was ended at this moment, it stays ended. Where it cannot be noted,
	// as on a full disk, the session ends sooner, and somebody can act until then.
	if err := s.store.ReplaceSession(r.Context(), hash, &found); errors.Is(err, ErrNotFound) {
		return Session{}, ErrSignedOut
	} else if err != nil && !errors.Is(err, ErrUnavailable) {
		return Session{}, err
	}
	return found, nil
}

// AllowChange counts something that an operator changes, and fails with
// [TooMany]. Strangers cannot use it up.
func (s *Service) AllowChange(from Session) error { return tooMany(s.accounts.Allow(from.Operator)) }

// renew puts a session with a new secret and a fresh proof in the place of one.
func (s *Service) renew(w http.ResponseWriter, r *http.Request, from Session) error {
	secret, hash := newSecret()
	old := from.Hash
	from.Hash, from.Fresh = hash, s.now().UTC().Truncate(time.Second)
	if err := s.store.ReplaceSession(r.Context(), old, &from); err != nil {
		return gone(err)
	}
	setCookie(w, cookieName, secret, 0)
	return nil
}

// gone says of a session that is not there any more what it means.
func gone(err error) error {
	if errors.Is(err, ErrNotFound) {
		return ErrSignedOut
	}
	return err
}

// SignOut ends the session of a request, if there is one.
func (s *Service) SignOut(w http.ResponseWriter, r *http.Request) error {
	setCookie(w, cookieName, "", -1)
	hash, ok := secretHash(r)
	if !ok {
		return nil
	}
	if err := s.store.ReplaceSession(r.Context(), hash, nil); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// Open returns the sessions of an operator that have not ended.
func (s *Service) Open(ctx context.Context, operator string) (open []Session, err error) {
	all, err := s.store.SessionsOf(ctx, operator)
	if err != nil {
		return nil, err
	}
	now := s.now()
	for _, one := range all {
		if one.Good(now) {
			open = append(open, one)
		}
	}
	return open, nil
}

// End ends the session of an operator that has an ID; others stay as they are.
// It fails with [ErrNotFound].
func (s *Service) End(ctx context.Context, operator, id string) error {
	all, err := s.store.SessionsOf(ctx, operator)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID() == id {
			return s.store.ReplaceSession(ctx, one.Hash, nil)
		}
	}
	return ErrNotFound
}

// EndOthers ends all sessions of an operator but one.
func (s *Service) EndOthers(ctx context.Context, stays Session) error {
	all, err := s.store.SessionsOf(ctx, stays.Operator)
	for _, one := range all {
		if one.Hash != stays.Hash && err == nil {
			if err = s.store.ReplaceSession(ctx, one.Hash, nil); errors.Is(err, ErrNotFound) {
				err = nil
			}
		}
	}
	return err
}
