package acts

import "time"

// Session is how somebody who signed in is known until they leave.
type Session struct {
	// Token is what the browser keeps; only a hash of it is kept here.
	Token string
	// CSRF is what each form has to send along. It is made from the token.
	CSRF    string
	Expires time.Time
	Actor   Actor
}

// Subject is whose a passkey or a session is: an operator's or a holder's, one of
// them.
type Subject struct{ Operator, Holder string }

// Passkey is a credential of WebAuthn.
type Passkey struct {
	// ID is the credential's.
	ID []byte
	// Label is what its owner calls it.
	Label string
	// Made is the day.
	Made time.Time
	// Credential is what go-webauthn needs of it, as JSON: a public key, a counter,
	// flags. It holds no attestation.
	Credential []byte
}

// Login is how OpenID Connect names somebody.
type Login struct{ Issuer, Subject string }
