// Package signintest has what tests of signing in need: an authenticator with
// passkeys (WebAuthn), an issuer of OpenID Connect, and operators in memory. It
// is for tests only and proves nothing about a real one.
package signintest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Flags of authenticator data (WebAuthn, 6.1).
const (
	present  = 0x01
	verified = 0x04
	attested = 0x40
)

// Authenticator is a device with passkeys. It is not safe for concurrent use.
type Authenticator struct {
	// Origin is what it tells as where the page is.
	Origin string
	// Unverified makes it skip asking for a finger or a PIN.
	Unverified bool
	// Counter counts uses; a test that sets it back makes a clone.
	Counter uint32

	passkeys []passkey
}

type passkey struct {
	id, handle []byte
	rp         string
	key        *ecdsa.PrivateKey
}

// options is what a page gives an authenticator.
type options struct {
	PublicKey struct {
		Challenge string
		RP        struct{ ID string }
		RPID      string `json:"rpId"`
		User      struct{ ID string }
		Exclude   []struct{ ID string } `json:"excludeCredentials"`
		Allow     []struct{ ID string } `json:"allowCredentials"`
	}
}

func decode64(text string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func encode64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// Has returns how many passkeys it holds.
func (a *Authenticator) Has() int { return len(a.passkeys) }

// Create answers options to make a passkey.
func (a *Authenticator) Create(given []byte) ([]byte, error) {
	var o options
	if err := json.Unmarshal(given, &o); err != nil {
		return nil, err
	}
	for _, known := range o.PublicKey.Exclude {
		if a.find(decode64(known.ID)) != nil {
			return nil, fmt.Errorf("it has a passkey for this account already")
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	p := passkey{id: make([]byte, 32), handle: decode64(o.PublicKey.User.ID), rp: o.PublicKey.RP.ID, key: key}
	_, _ = rand.Read(p.id)
	a.passkeys = append(a.passkeys, p)
	public, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	cose, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: public[1:33], -3: public[33:]})
	if err != nil {
		return nil, err
	}
	data := a.data(p.rp, attested)
	data = append(data, make([]byte, 16)...) // of no known model
	data = binary.BigEndian.AppendUint16(data, uint16(len(p.id)))
	data = append(append(data, p.id...), cose...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		return nil, err
	}
	return a.answer(p, map[string]string{
		"clientDataJSON": encode64(a.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": encode64(object),
	})
}

// Get answers options to use a passkey.
func (a *Authenticator) Get(given []byte) ([]byte, error) {
	var o options
	if err := json.Unmarshal(given, &o); err != nil {
		return nil, err
	}
	p := a.choose(o)
	if p == nil {
		return nil, fmt.Errorf("it has no passkey for this page")
	}
	a.Counter++
	data := a.data(p.rp, 0)
	client := a.client("webauthn.get", o.PublicKey.Challenge)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, digest[:])
	if err != nil {
		return nil, err
	}
	return a.answer(*p, map[string]string{
		"clientDataJSON": encode64(client), "authenticatorData": encode64(data),
		"signature": encode64(signature), "userHandle": encode64(p.handle),
	})
}

func (a *Authenticator) find(id []byte) *passkey {
	for i := range a.passkeys {
		if string(a.passkeys[i].id) == string(id) {
			return &a.passkeys[i]
		}
	}
	return nil
}

func (a *Authenticator) choose(o options) *passkey {
	for _, allowed := range o.PublicKey.Allow {
		if p := a.find(decode64(allowed.ID)); p != nil {
			return p
		}
	}
	for i := range a.passkeys {
		if len(o.PublicKey.Allow) == 0 && a.passkeys[i].rp == o.PublicKey.RPID {
			return &a.passkeys[i]
		}
	}
	return nil
}

// data is authenticator data up to what is attested.
func (a *Authenticator) data(rp string, flags byte) []byte {
	hash := sha256.Sum256([]byte(rp))
	flags |= present
	if !a.Unverified {
		flags |= verified
	}
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.Counter)
}

func (a *Authenticator) client(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.Origin, "crossOrigin": false})
	if err != nil {
		panic(err)
	}
	return data
}

func (a *Authenticator) answer(p passkey, response map[string]string) ([]byte, error) {
	return json.Marshal(map[string]any{"id": encode64(p.id), "rawId": encode64(p.id), "type": "public-key", "response": response})
}
