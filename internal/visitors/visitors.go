// Package visitors limits what strangers can take of a service, by where they
// come from: connections that are open at once, and tries in a while.
//
// Whoever comes from one place can exhaust that place's share and nobody else's:
// there is no limit for the tries of all together, with which strangers would lock
// everybody out. It keeps nothing on a disk, and of a place nothing longer than a
// connection is open or a try counts.
package visitors

import (
	"hash/maphash"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Place is where a request or a connection comes from, as host:port: its address,
// or of IPv6 the network of 64 bits that one household or machine has.
func Place(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	a := at.Addr().Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64) // 64 fits every address of IPv6
	return p.String()
}

// buckets is how many places are told apart by tries. Places that share a bucket
// share its tries; which do is drawn at start, so that nobody can choose to.
const buckets = 1 << 12

// Tries counts tries in fixed memory, however many places they come from. It is
// safe for concurrent use.
type Tries struct {
	now   func() time.Time
	each  uint16
	every time.Duration
	seed  maphash.Seed

	mu    sync.Mutex // guards what follows
	since time.Time
	tries []uint16
}

// NewTries allows so many tries from each place in a while.
func NewTries(now func() time.Time, each uint16, every time.Duration) *Tries {
	return newTries(buckets, now, each, every)
}

// NewTriesOf is NewTries for at most so many places, which are known: two of them
// hardly ever share a bucket. It takes 200 bytes for each.
func NewTriesOf(places int, now func() time.Time, each uint16, every time.Duration) *Tries {
	return newTries(100*places, now, each, every)
}

func newTries(buckets int, now func() time.Time, each uint16, every time.Duration) *Tries {
	return &Tries{now: now, each: each, every: every, seed: maphash.MakeSeed(), tries: make([]uint16, buckets)}
}

// Allow counts a try from a place, which may be any text that tells one from
// another. It returns 0 if there may be one more, else how long to wait.
func (t *Tries) Allow(place string) time.Duration { return t.count(place, 1) }

// Full is Allow without counting: for who counts only what fails.
func (t *Tries) Full(place string) time.Duration { return t.count(place, 0) }

func (t *Tries) count(place string, n uint16) time.Duration {
	at := maphash.String(t.seed, place) % uint64(len(t.tries))
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if age := now.Sub(t.since); age < 0 || age >= t.every {
		t.since = now
		clear(t.tries)
	}
	if t.tries[at] >= t.each {
		return t.every - now.Sub(t.since)
	}
	t.tries[at] += n
	return 0
}

// Listen returns a listener that closes what comes when so many connections are
// open, from everywhere or from one place.
func Listen(l net.Listener, all, each int) net.Listener {
	return &listener{Listener: l, all: all, each: each, from: make(map[string]int)}
}

type listener struct {
	net.Listener
	all, each int

	mu   sync.Mutex // guards what follows
	open int
	from map[string]int // a place is in it while a connection from it is open
}

// Accept is a method of [net.Listener].
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		place := Place(c.RemoteAddr().String())
		if l.enter(place) {
			return &visitor{Conn: c, leave: sync.OnceFunc(func() { l.leave(place) })}, nil
		}
		_ = c.Close()
	}
}

func (l *listener) enter(place string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.all || l.from[place] >= l.each {
		return false
	}
	l.open++
	l.from[place]++
	return true
}

func (l *listener) leave(place string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.from[place]--; l.from[place] == 0 {
		delete(l.from, place)
	}
}

// visitor is a connection that was counted.
type visitor struct {
	net.Conn
	leave func()
}

// Close is a method of [net.Conn].
func (v *visitor) Close() error {
	defer v.leave()
	return v.Conn.Close()
}
