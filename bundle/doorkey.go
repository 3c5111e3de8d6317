package bundle

import (
	"crypto/hpke"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// ErrDoorKey is returned for a door's key of a wrong form, and when the zero
// DoorKey or a wiped one is used.
var ErrDoorKey = errors.New("not a usable key of a door")

// DoorKey is a door's own key, for which secrets are sealed: ML-KEM-768 with
// X25519 (X-Wing). It is made at the door and never leaves it. Copies share one
// secret, so [DoorKey.Wipe] reaches all of them. The zero value opens nothing.
//
// While it opens something, the library holds what it derives from the secret,
// and leaves it to the garbage collector as it is.
type DoorKey struct{ pair *pair } // nil in the zero value

// pair keeps the secret behind two pointers, as vault does.
type pair struct {
	seed   *[secretSize]byte
	public []byte
}

func kem() hpke.KEM { return hpke.MLKEM768X25519() }

// NewDoorKey reads a new key from rand.
func NewDoorKey(rand io.Reader) (DoorKey, error) {
	var seed [secretSize]byte
	defer clear(seed[:])
	if _, err := io.ReadFull(rand, seed[:]); err != nil {
		return DoorKey{}, err
	}
	return ImportDoorKey(seed[:])
}

// ImportDoorKey makes a key of 32 bytes that [DoorKey.Export] returned. It keeps
// its own copy. It fails with [ErrDoorKey].
func ImportDoorKey(seed []byte) (DoorKey, error) {
	if len(seed) != secretSize {
		return DoorKey{}, ErrDoorKey
	}
	own := [secretSize]byte(seed)
	private, err := kem().NewPrivateKey(own[:])
	if err != nil {
		return DoorKey{}, fmt.Errorf("%w: %w", ErrDoorKey, err)
	}
	return DoorKey{&pair{seed: &own, public: private.PublicKey().Bytes()}}, nil
}

// Public returns the public half: 1216 bytes for a station, and for
// [Fingerprint]. It is nil for the zero value.
func (k DoorKey) Public() []byte {
	if k.pair == nil {
		return nil
	}
	return append([]byte(nil), k.pair.public...)
}

// Export returns a copy of the 32 secret bytes, for a file that only its owner
// can read. It returns nil for the zero value.
func (k DoorKey) Export() []byte {
	if k.pair == nil {
		return nil
	}
	return append([]byte(nil), k.pair.seed[:]...)
}

// OK returns whether there is a secret that has not been wiped.
func (k DoorKey) OK() bool {
	return k.pair != nil && subtle.ConstantTimeCompare(k.pair.seed[:], make([]byte, secretSize)) == 0
}

// Wipe zeroes the secret. It must not run beside a use of the key.
func (k DoorKey) Wipe() {
	if k.pair != nil {
		clear(k.pair.seed[:])
	}
}

// String returns the words and no secret.
func (DoorKey) String() string { return "a door's key" }

// Format prints what String returns, whatever the verb.
func (k DoorKey) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }

// MarshalText returns what String returns, so that no encoder and no log writes
// the secret by accident. There is no UnmarshalText.
func (k DoorKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// fingerprintContext begins what is hashed.
const fingerprintContext = "facelatch door fingerprint v1"

// fingerprintSpace is 10^20: 20 decimal digits, 66 bits.
const fingerprintDigits = 20

// Fingerprint returns what people compare on two screens before a door is given
// secrets: 20 decimal digits in groups of four, from the SHA-256 of the door's
// TLS key (its SubjectPublicKeyInfo) and of its HPKE public key. Both count, so
// that whoever stands between cannot put a key of their own beside one of the
// door's.
func Fingerprint(tlsKey, relayKey []byte) string {
	hash := sha256.New()
	io.WriteString(hash, fingerprintContext)
	for _, part := range [][]byte{tlsKey, relayKey} {
		hash.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		hash.Write(part)
	}
	space := new(big.Int).Exp(big.NewInt(10), big.NewInt(fingerprintDigits), nil)
	n := new(big.Int).SetBytes(hash.Sum(nil))
	text := fmt.Sprintf("%020s", n.Mod(n, space).String())
	return text[:4] + " " + text[4:8] + " " + text[8:12] + " " + text[12:16] + " " + text[16:]
}
