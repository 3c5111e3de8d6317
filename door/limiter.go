package door

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// What a door allows before it makes somebody wait.
const (
	// MaxShowings is how many showings of one face pass may fail within
	// [PassWait] until it has to wait.
	MaxShowings = 3
	// PassWait is how long it then waits, counted from the last.
	PassWait = 10 * time.Minute
	// DefaultBudget is how many showings of any face passes may fail at a door.
	DefaultBudget = 30
	maxBudget     = 1000
	// BudgetWait is how long faces then rest.
	BudgetWait = 10 * time.Minute
	// MaxWrongPINs is how many wrong codes one number may have, and
	// MaxWrongPINsAtDoor all of them together, until they wait for PINWait.
	MaxWrongPINs       = 5
	MaxWrongPINsAtDoor = 20
	// PINWait is that wait.
	PINWait = 15 * time.Minute
	// replayWait is for how long a presentation that was good is remembered. It
	// is longer than any stays good: twice [pass.DoorWindow], or the seconds that
	// a door takes answers to a nonce for.
	replayWait = 2 * time.Minute
	maxReplays = 1024
)

// Limiter counts what failed lately. It lives in memory only, under a key made
// at start, so that nothing of it can be matched with a pass later; what passes
// it by is forgotten after minutes.
//
// It stays small whatever is shown: a pass is only in it after it has verified
// and its holder was looked at, at most a budget of them; a number only after a
// code was wrong, at most as many as a door allows. It is safe for concurrent use.
type Limiter struct {
	key [32]byte

	mu     sync.Mutex
	passes tries // guarded by mu, as are those below
	faces  tries
	pins   tries
	door   tries
	used   map[tag]time.Time // presentations, and when they were
}

// tag stands for a pass, a number or a text, under the limiter's key.
type tag [16]byte

// NewLimiter makes one with a key from rand.
func NewLimiter(rand io.Reader) (*Limiter, error) {
	l := &Limiter{passes: tries{}, faces: tries{}, pins: tries{}, door: tries{}, used: map[tag]time.Time{}}
	if _, err := io.ReadFull(rand, l.key[:]); err != nil {
		return nil, fmt.Errorf("a key for limits: %w", err)
	}
	return l, nil
}

// tag makes one of a kind of thing, which keeps kinds apart.
func (l *Limiter) tag(kind string, data []byte) (t tag) {
	mac := hmac.New(sha256.New, l.key[:])
	io.WriteString(mac, kind)
	mac.Write([]byte{0})
	mac.Write(data)
	copy(t[:], mac.Sum(nil))
	return t
}

// faceFailed notes that a showing with at least one comparison did not open.
func (l *Limiter) faceFailed(id pass.ID, budget int, now time.Time) {
	t := l.tag("pass", id[:])
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passes.add(t, MaxShowings, PassWait, now)
	l.faces.add(tag{}, budget, BudgetWait, now)
}

// facePassed forgets the failures of a pass whose holder came through.
func (l *Limiter) facePassed(id pass.ID) {
	t := l.tag("pass", id[:])
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.passes, t)
}

func (l *Limiter) passWaits(id pass.ID, now time.Time) bool {
	t := l.tag("pass", id[:])
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.passes.full(t, MaxShowings, PassWait, now)
}

func (l *Limiter) facesRest(budget int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.faces.full(tag{}, budget, BudgetWait, now)
}

// pinFailed notes a wrong code.
func (l *Limiter) pinFailed(number string, now time.Time) {
	t := l.tag("number", []byte(number))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pins.add(t, MaxWrongPINs, PINWait, now)
	l.door.add(tag{}, MaxWrongPINsAtDoor, PINWait, now)
}

// pinPassed forgets the wrong codes of a number that was then right.
func (l *Limiter) pinPassed(number string) {
	t := l.tag("number", []byte(number))
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pins, t)
}

func (l *Limiter) pinWaits(number string, now time.Time) bool {
	t := l.tag("number", []byte(number))
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pins.full(t, MaxWrongPINs, PINWait, now)
}

func (l *Limiter) pinsRest(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.door.full(tag{}, MaxWrongPINsAtDoor, PINWait, now)
}

// firstUse notes a presentation that is good, and returns false if it was noted
// before, or if there are more than a door can have seen.
func (l *Limiter) firstUse(text string, now time.Time) bool {
	t := l.tag("presentation", []byte(text))
	l.mu.Lock()
	defer l.mu.Unlock()
	for other, at := range l.used {
		if ended(at, replayWait, now) {
			delete(l.used, other)
		}
	}
	if _, again := l.used[t]; again || len(l.used) >= maxReplays {
		return false
	}
	l.used[t] = now
	return true
}

// tries are the times at which something failed, oldest first, never more than
// are needed to know whether it has to wait.
type tries map[tag][]time.Time

// add notes a failure, and drops what has ended.
func (ts tries) add(t tag, most int, wait time.Duration, now time.Time) {
	for other, at := range ts {
		if ended(at[len(at)-1], wait, now) {
			delete(ts, other)
		}
	}
	at := ts[t]
	for len(at) > 0 && (ended(at[0], wait, now) || len(at) >= most) {
		at = at[1:]
	}
	ts[t] = append(at[:len(at):len(at)], now)
}

// full returns whether there were as many failures as are allowed, the last of
// them not yet long enough ago.
func (ts tries) full(t tag, most int, wait time.Duration, now time.Time) bool {
	at := ts[t]
	return len(at) >= most && !ended(at[len(at)-1], wait, now)
}

// ended returns whether a wait from at is over. A clock that went back ends no
// wait early; it lengthens one by as much as it went back.
func ended(at time.Time, wait time.Duration, now time.Time) bool { return now.Sub(at) >= wait }
