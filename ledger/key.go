package ledger

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"strings"

	cosign "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// MaxKey is the longest key in its text form, in bytes.
const MaxKey = 511

// Origin returns the name of the ledger of a site, which stands on the first
// line of its checkpoints and is the name of its key ([L-30]).
func Origin(site fmt.Stringer) string { return "facelatch/" + site.String() }

// Key is the public key of a log: a C2SP vkey with an Ed25519 key, whose name is
// the log's origin. The zero value verifies nothing.
type Key struct {
	text     string
	verifier note.Verifier
}

// ParseKey reads a key such as "facelatch/k3…+5f2a8c01+AQ…"; space around it is
// left out. It fails with [ErrKey].
func ParseKey(vkey string) (Key, error) {
	vkey = strings.TrimSpace(vkey)
	if len(vkey) > MaxKey {
		return Key{}, fmt.Errorf("%w: longer than %d bytes", ErrKey, MaxKey)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return Key{text: vkey, verifier: v}, nil
}

// KeyOf returns the key of an origin and an Ed25519 public key. It fails with
// [ErrKey].
func KeyOf(origin string, public crypto.PublicKey) (Key, error) {
	p, ok := public.(ed25519.PublicKey)
	if !ok {
		return Key{}, fmt.Errorf("%w: %T instead of an Ed25519 key", ErrKey, public)
	}
	vkey, err := note.NewEd25519VerifierKey(origin, p)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return ParseKey(vkey) // which refuses names that no key can have
}

// String returns the text form.
func (k Key) String() string { return k.text }

// Origin returns the name of the log that the key signs for.
func (k Key) Origin() string {
	if k.verifier == nil {
		return ""
	}
	return k.verifier.Name()
}

// signer signs notes with a key that may be in a TPM or HSM.
type signer struct {
	key    crypto.Signer
	public Key
}

// NewSigner returns what signs the checkpoints of an origin with an Ed25519 key.
// It fails with [ErrKey].
func NewSigner(origin string, key crypto.Signer) (note.Signer, error) {
	public, err := KeyOf(origin, key.Public())
	if err != nil {
		return nil, err
	}
	return signer{key, public}, nil
}

// Name is a method of [note.Signer].
func (s signer) Name() string { return s.public.verifier.Name() }

// KeyHash is a method of [note.Signer].
func (s signer) KeyHash() uint32 { return s.public.verifier.KeyHash() }

// Sign is a method of [note.Signer]: pure Ed25519, which needs no randomness.
func (s signer) Sign(message []byte) ([]byte, error) {
	return s.key.Sign(nil, message, crypto.Hash(0))
}

// Witness is the public key of a witness, which cosigns checkpoints that extend
// what it saw before (C2SP tlog-cosignature).
type Witness struct {
	text     string
	verifier note.Verifier
}

// ParseWitness reads the vkey of a witness. It fails with [ErrKey].
func ParseWitness(vkey string) (Witness, error) {
	vkey = strings.TrimSpace(vkey)
	v, err := cosign.NewVerifierForCosignatureV1(vkey)
	if err != nil {
		return Witness{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return Witness{vkey, v}, nil
}

// String returns the text form.
func (w Witness) String() string { return w.text }

// Name returns what the witness is called.
func (w Witness) Name() string {
	if w.verifier == nil {
		return ""
	}
	return w.verifier.Name()
}

// Cosignature returns the line, with its end, with which the witness cosigned a
// note. It fails with [ErrCheckpoint] if there is none, or a bad one.
func (w Witness) Cosignature(data []byte) (string, error) {
	if w.verifier == nil {
		return "", fmt.Errorf("%w: no witness", ErrCheckpoint)
	}
	n, err := note.Open(data, note.VerifierList(w.verifier))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return "\u2014 " + n.Sigs[0].Name + " " + n.Sigs[0].Base64 + "\n", nil
}
