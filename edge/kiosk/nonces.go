package kiosk

import (
	"crypto/rand"
	"sync"
	"time"
)

// NonceTime is how long the screen shows one nonce. It is good for twice as
// long, so that a phone has time to answer.
const NonceTime = 10 * time.Second

// Nonce is what a phone signs to prove that it stands before this screen now.
type Nonce [16]byte

// Nonces makes the nonces of one screen: a fresh one every [NonceTime], the two
// last good. The zero value is ready. It is safe for concurrent use and keeps
// nothing on a disk: after a restart no earlier nonce is good.
type Nonces struct {
	mu            sync.Mutex
	current, last nonceAt
}

// nonceAt is a nonce and when it was first shown; the zero value is none.
type nonceAt struct {
	nonce Nonce
	from  time.Time
}

// Show returns the nonce to show now, a fresh one if the last is due.
func (n *Nonces) Show(now time.Time) Nonce {
	n.mu.Lock()
	defer n.mu.Unlock()
	if age := now.Sub(n.current.from); n.current.from.IsZero() || age >= NonceTime || age < 0 {
		n.last = n.current
		n.current = nonceAt{from: now}
		_, _ = rand.Read(n.current.nonce[:]) // never fails
	}
	return n.current.nonce
}

// Good returns the nonces that a presentation may answer now, the newest first:
// none, one or two.
func (n *Nonces) Good(now time.Time) []Nonce {
	n.mu.Lock()
	defer n.mu.Unlock()
	var good []Nonce
	for _, c := range []nonceAt{n.current, n.last} {
		age := now.Sub(c.from)
		if !c.from.IsZero() && age >= 0 && age < 2*NonceTime {
			good = append(good, c.nonce)
		}
	}
	return good
}

// Spend makes every nonce so far bad: call it when a presentation opened the
// door, so that nobody who filmed the phone can show it again.
func (n *Nonces) Spend() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.current, n.last = nonceAt{}, nonceAt{}
}
