package kiosk

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// What a pairing code is good for.
const (
	PairingTime  = 5 * time.Minute
	PairingTries = 5
)

var (
	// ErrPaired means that a kiosk is paired already, and nobody asked to
	// replace it.
	ErrPaired = errors.New("a kiosk is paired already: unpair it, or ask to replace it")
	// ErrNoPairing means that no pairing code is good now: none was made, or it
	// is used, too old, or was tried too often. A new one is needed.
	ErrNoPairing = errors.New("no pairing code is good now: ask the door for a new one")
	// ErrWrongCode means that the code was wrong and may be tried again.
	ErrWrongCode = errors.New("the pairing code is wrong")
	// ErrNotPaired means that there is no kiosk to unpair.
	ErrNotPaired = errors.New("no kiosk is paired")
)

// offer is a pairing code; the zero value is none. It lives in memory only.
type offer struct {
	code  string
	until time.Time
	tries int // left
}

func (o offer) good(now time.Time) bool {
	return o.tries > 0 && now.Before(o.until) && !now.Before(o.until.Add(-PairingTime))
}

// Offer is a pairing code to be typed at the kiosk.
type Offer struct {
	Code  string    `json:"code"` // 8 digits
	Until time.Time `json:"until"`
}

// Pair makes a pairing code: good for five minutes, five tries and one use. It
// replaces the one before. The error is ErrPaired unless replace is set; the
// kiosk that is paired stays so until another has used the code.
func (s *Server) Pair(replace bool) (Offer, error) {
	code, err := newCode()
	if err != nil {
		return Offer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paired.ID != "" && !replace {
		return Offer{}, ErrPaired
	}
	s.offer = offer{code: code, until: s.config.Now().Add(PairingTime), tries: PairingTries}
	return Offer{Code: code, Until: s.offer.until}, nil
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%08d", n), nil
}

// redeem pairs the kiosk with the given public key if the code is the one that
// was offered, and returns its id when that is durable. Whoever was paired
// before is disconnected. Errors are ErrNoPairing, ErrWrongCode, errKey, and
// the store's; after one of the store's the code is used all the same, and the
// kiosk may turn out to be paired after a restart.
func (s *Server) redeem(code string, key []byte) (string, error) {
	p, err := newPaired(key, s.config.Now())
	if err != nil {
		return "", err // costs no try: nothing was learnt
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.offer.try(code, s.config.Now()); err != nil {
		return "", err
	}
	if err := s.config.Store.Keep(p); err != nil {
		return "", err
	}
	s.paired = p
	if s.current != nil {
		s.current.end(LossUnpaired)
	}
	return p.ID, nil
}

// try uses the offer up if code is right, else one of its tries.
func (o *offer) try(code string, now time.Time) error {
	if !o.good(now) {
		*o = offer{}
		return ErrNoPairing
	}
	o.tries--
	if subtle.ConstantTimeCompare([]byte(code), []byte(o.code)) != 1 {
		if o.tries == 0 {
			return ErrNoPairing
		}
		return ErrWrongCode
	}
	*o = offer{}
	return nil
}

// Unpair takes the kiosk's right to connect away and disconnects it, first in
// memory, then durably. The error is ErrNotPaired, or the store's, and then the
// kiosk may be back after a restart: try again.
func (s *Server) Unpair() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.paired.ID
	s.paired = Paired{}
	if s.current != nil {
		s.current.end(LossUnpaired)
	}
	if err := s.config.Store.Keep(Paired{}); err != nil {
		return err
	}
	if was == "" {
		return ErrNotPaired
	}
	return nil
}
