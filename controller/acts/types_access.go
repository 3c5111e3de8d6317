package acts

import "time"

// Session is a browser in which a holder's page is open. Operators have theirs in
// controller/signin.
type Session struct {
	// Token is what the browser keeps; only a hash of it is kept here.
	Token   string
	Expires time.Time
	Actor   Actor
}

// Passkey is a holder's credential of WebAuthn.
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

// Login is how OpenID Connect names an operator.
type Login struct{ Issuer, Subject string }
