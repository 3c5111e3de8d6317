package signin

import (
	"context"
	"time"
)

// Store keeps what signing in has to remember. What it has returned nil for is
// durable. Errors other than those named say that it cannot be reached now.
type Store interface {
	Sessions
	Passkeys
	Codes
	// ForgetOperator drops sessions, passkeys and codes of an operator, in one
	// step; there may be none.
	ForgetOperator(ctx context.Context, operator string) error
}

// Sessions keeps sessions by the hash of their secret.
type Sessions interface {
	// AddSession keeps a new session, and drops those that ended before at.
	AddSession(ctx context.Context, s Session, at time.Time) error
	// Session returns the session of a hash, else [ErrNotFound].
	Session(ctx context.Context, hash [32]byte) (Session, error)
	// SessionsOf returns those of an operator, the newest first.
	SessionsOf(ctx context.Context, operator string) ([]Session, error)
	// ReplaceSession puts s in the place of the session with the old hash, which
	// may be its own; with nil it drops it. It fails with [ErrNotFound], and then
	// changes nothing, where there is no such session any more.
	ReplaceSession(ctx context.Context, old [32]byte, s *Session) error
}

// Session is one browser in which an operator is signed in. Times are whole
// seconds in UTC.
type Session struct {
	// Hash is the SHA-256 of the secret in the cookie.
	Hash [32]byte
	// Operator is an id of [Operators].
	Operator string
	// By is how the operator signed in.
	By Method
	// Browser is one of a few words such as "Firefox, Windows"; see browser.
	Browser string
	// Started is when the operator signed in, Seen the last request, to a minute.
	Started, Seen time.Time
	// Fresh is when the operator last proved to be there; zero for never.
	Fresh time.Time
}

// Newcomer says that whoever signed in came by an invitation and has no passkey yet:
// there is nothing else for them here before they have.
func (s Session) Newcomer() bool { return s.By == ByInvitation && s.Fresh.IsZero() }

// Method is a way to sign in.
type Method string

// The ways to sign in.
const (
	// ByPasskey is with a passkey.
	ByPasskey Method = "passkey"
	// ByCode is with a recovery code.
	ByCode Method = "code"
	// ByOpenID is at an issuer of OpenID Connect.
	ByOpenID Method = "openid"
	// ByInvitation is with the link of an invitation, or the printed set-up code.
	ByInvitation Method = "invitation"
)

// Passkeys keeps the public half of passkeys.
type Passkeys interface {
	PasskeyReader
	// AddPasskey keeps a new passkey. Its ID is new, or it fails.
	AddPasskey(ctx context.Context, p Passkey) error
	// ChangePasskey replaces the passkey with the same ID, else [ErrNotFound].
	ChangePasskey(ctx context.Context, p Passkey) error
	// DropPasskey drops a passkey of an operator, else [ErrNotFound].
	DropPasskey(ctx context.Context, operator string, id []byte) error
}

// PasskeyReader reads passkeys.
type PasskeyReader interface {
	// Passkey returns one by its ID, else [ErrNotFound].
	Passkey(ctx context.Context, id []byte) (Passkey, error)
	// PasskeysOf returns those of an operator, the oldest first.
	PasskeysOf(ctx context.Context, operator string) ([]Passkey, error)
	// AnyPasskey says whether anybody has one.
	AnyPasskey(ctx context.Context) (bool, error)
}

// Passkey is the public half of a passkey.
type Passkey struct {
	// ID is the credential's id, of up to 1,023 bytes.
	ID []byte
	// Operator is whose it is, Handle what authenticators know the operator by:
	// 32 random bytes, the same for all passkeys of one.
	Operator string
	Handle   []byte
	// Name is what its operator calls it.
	Name string
	// Data is the credential's record as JSON, without attestation.
	Data []byte
	// Added and Used are whole seconds in UTC; Used is zero before the first use.
	Added, Used time.Time
}

// Codes keeps recovery codes by their hashes.
type Codes interface {
	// SetCodes replaces the codes of an operator.
	SetCodes(ctx context.Context, operator string, hashes [][32]byte) error
	// TakeCode drops a code and returns whose it was, else [ErrNotFound]. Of two
	// who take the same, one gets it.
	TakeCode(ctx context.Context, hash [32]byte) (operator string, err error)
	// CodesLeft returns how many codes an operator has.
	CodesLeft(ctx context.Context, operator string) (int, error)
}

// Operators are the accounts, which belong to somebody else. What it makes is on
// the record.
type Operators interface {
	// First makes the owner of a site that nobody operates yet, or returns the one
	// that it made for somebody who then got no passkey. It fails with [ErrSetUp] at
	// any other site.
	First(ctx context.Context, name string) (id string, err error)
	// Accept makes an operator of whoever has an invitation, once. It fails with
	// [ErrRefused].
	Accept(ctx context.Context, invitation string) (id string, err error)
	// Known returns the operator of an account at the OpenID issuer, who gets the
	// role that the configuration says.
	Known(ctx context.Context, a Account, role string) (id string, err error)
	// Name returns what an operator is called, else [ErrNotFound]: so it is for
	// one who was removed.
	Name(ctx context.Context, id string) (string, error)
}

// Account is somebody at an OpenID issuer.
type Account struct {
	// Issuer and Subject together name the account for good.
	Issuer, Subject string
	// Name is what to call its owner; it may be empty.
	Name string
}
