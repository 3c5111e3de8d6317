package pass

import (
	"errors"
	"io"
	"strings"
	"time"
)

// Challenge is what a door asks a phone to sign: a nonce that its screen shows,
// or, where there is no screen, its own id. Exactly one of them is not zero.
type Challenge struct {
	// Nonce is 16 random bytes.
	Nonce [16]byte
	// Door is the door's id.
	Door DoorID
}

// What a door shows for phones to read: as a QR code on its screen, or printed
// beside it.
const (
	// NoncePrefix begins the text of a nonce.
	NoncePrefix = "FLN1:"
	// DoorPrefix begins the text of a door's id.
	DoorPrefix = "FLD1:"
)

// ErrChallenge is returned for a challenge with both parts, or with none, and
// for a text that is none.
var ErrChallenge = errors.New("not a nonce or a door's id")

// NewNonce reads a new nonce from rand.
func NewNonce(rand io.Reader) (c Challenge, err error) {
	_, err = io.ReadFull(rand, c.Nonce[:])
	return c, err
}

// Check returns nil if exactly one part is not zero, else [ErrChallenge].
func (c Challenge) Check() error {
	if (c.Nonce == [16]byte{}) == (c.Door == DoorID{}) {
		return ErrChallenge
	}
	return nil
}

// Text returns what a door shows: a prefix and Base45. A challenge that is none
// has no text.
func (c Challenge) Text() string {
	switch {
	case c.Check() != nil:
		return ""
	case c.Door == DoorID{}:
		return NoncePrefix + encode45(c.Nonce[:])
	}
	return DoorPrefix + encode45(c.Door[:])
}

// ParseChallenge is the inverse of [Challenge.Text]. It fails with
// [ErrChallenge].
func ParseChallenge(text string) (Challenge, error) {
	var c Challenge
	into := c.Nonce[:]
	body, found := strings.CutPrefix(text, NoncePrefix)
	if !found {
		into = c.Door[:]
		body, found = strings.CutPrefix(text, DoorPrefix)
	}
	if !found || len(body) != len(into)/2*3 {
		return Challenge{}, ErrChallenge
	}
	data, err := decode45(body)
	if err != nil {
		return Challenge{}, ErrChallenge
	}
	copy(into, data)
	if err := c.Check(); err != nil {
		return Challenge{}, err
	}
	return c, nil
}

func (c Challenge) wire(message []byte, at time.Time) wirePresentation {
	w := wirePresentation{Pass: message, At: at.Unix()}
	if c.Door != (DoorID{}) {
		w.Door = c.Door[:]
	} else {
		w.Nonce = c.Nonce[:]
	}
	return w
}

// challenge is the inverse of wire.
func (w wirePresentation) challenge() (c Challenge, err error) {
	switch {
	case len(w.Nonce) == len(c.Nonce) && w.Door == nil:
		c.Nonce = [16]byte(w.Nonce)
	case len(w.Door) == len(c.Door) && w.Nonce == nil:
		c.Door = DoorID(w.Door)
	default:
		return c, ErrChallenge
	}
	return c, c.Check()
}
