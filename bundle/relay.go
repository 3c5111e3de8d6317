package bundle

import (
	"crypto/hpke"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Limits of what is relayed.
const (
	// MaxEpochs is the largest number of sealing keys in one relay text.
	MaxEpochs = 16
	// MaxRelay is the longest relay text, in bytes.
	MaxRelay = 4096
	// RelayKeySize is the length of a door's public key for it, in bytes.
	RelayKeySize = 1216
)

var (
	// ErrSecrets is returned for secrets that cannot be relayed, and for a
	// plaintext that is not of their form.
	ErrSecrets = errors.New("not secrets that a door can be given")
	// ErrRelay is returned for a relay text that does not open: made for another
	// door or site, or changed. Which of them it was cannot be told.
	ErrRelay = errors.New("the relay text does not open for this door")
)

// Secrets is what a station gives to a door. Whoever made or opened it calls
// Wipe.
type Secrets struct {
	// Sealing are the sealing keys of the epochs that a door still needs; up to
	// [MaxEpochs], each id once.
	Sealing []EpochKey
	// Pepper is that of the door's zone, or the zero value for a zone without
	// PINs.
	Pepper Pepper
}

// EpochKey is a sealing key and until when a door keeps it.
type EpochKey struct {
	// Key is the sealing key.
	Key pass.SealingKey
	// Until is when the last pass sealed under it has expired, and the door
	// deletes it; whole seconds.
	Until time.Time
}

// Wipe zeroes all the secrets, and copies of the keys made from s too.
func (s Secrets) Wipe() {
	for _, e := range s.Sealing {
		e.Key.Wipe()
	}
	s.Pepper.Wipe()
}

// Format prints how many secrets there are, and none of them.
func (s Secrets) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%d sealing keys", len(s.Sealing))
	if s.Pepper.OK() {
		io.WriteString(f, " and a pepper")
	}
}

// relayContext begins the info of HPKE, so that what is sealed is good for
// nothing else, for no other site and for no other door.
const relayContext = "facelatch relay v1"

func relayInfo(site pass.SiteID, door pass.DoorID) []byte {
	return append(append([]byte(relayContext), site[:]...), door[:]...)
}

// SealSecrets seals secrets to the public key of one door of one site, with
// HPKE (RFC 9180): MLKEM768-X25519, HKDF-SHA256, AES-256-GCM. What is recorded
// on the way does not open with a quantum computer later. Before it is called,
// a person has compared the [Fingerprint]; anybody can seal something to a door,
// so that it opens says nothing about who sealed it.
//
// The randomness is the library's own, the one place in the vocabulary where it
// is not an argument. It fails with [ErrDoorKey] and [ErrSecrets].
func SealSecrets(public []byte, site pass.SiteID, door pass.DoorID, s Secrets) ([]byte, error) {
	key, err := kem().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDoorKey, err)
	}
	if site == (pass.SiteID{}) || door == (pass.DoorID{}) {
		return nil, fmt.Errorf("%w: no site or no door", ErrSecrets)
	}
	plaintext, err := s.encode()
	if err != nil {
		return nil, err
	}
	defer clear(plaintext)
	return hpke.Seal(key, hpke.HKDFSHA256(), hpke.AES256GCM(), relayInfo(site, door), plaintext)
}

// OpenSecrets opens what was sealed to the door. The caller wipes the result. It
// fails with [ErrDoorKey], [ErrRelay] and [ErrSecrets], and then there are no
// secrets.
func (k DoorKey) OpenSecrets(text []byte, site pass.SiteID, door pass.DoorID) (Secrets, error) {
	if !k.OK() {
		return Secrets{}, ErrDoorKey
	}
	if len(text) > MaxRelay {
		return Secrets{}, ErrRelay
	}
	private, err := kem().NewPrivateKey(k.pair.seed[:])
	if err != nil {
		return Secrets{}, fmt.Errorf("%w: %w", ErrDoorKey, err)
	}
	plaintext, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), relayInfo(site, door), text)
	if err != nil {
		return Secrets{}, ErrRelay
	}
	defer clear(plaintext)
	return decodeSecrets(plaintext)
}
