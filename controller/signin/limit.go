package signin

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

const (
	// triesEach is how often somebody may try to sign in from one place in
	// limitTime: one address of IPv4, or one network of IPv6.
	triesEach = 20
	// accountEach is how often one operator may have something changed in it.
	accountEach = 120
	limitTime   = time.Minute
	// buckets is how many places are told apart. Places that share a bucket share
	// its tries; which do is drawn at start, so that nobody can choose to share.
	buckets = 1 << 13
)

// limiter counts tries in fixed memory, however many places they come from.
// There is no limit for all together: it would let strangers lock everybody out.
type limiter struct {
	now  func() time.Time
	each uint16
	seed maphash.Seed

	mu    sync.Mutex // guards what follows
	since time.Time
	tries [buckets]uint16
}

func newLimiter(now func() time.Time, each uint16) *limiter {
	return &limiter{now: now, each: each, seed: maphash.MakeSeed()}
}

// allow counts a try, and fails with [TooMany].
func (l *limiter) allow(key string) error {
	at := maphash.String(l.seed, key) % buckets
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if age := now.Sub(l.since); age < 0 || age >= limitTime {
		l.since, l.tries = now, [buckets]uint16{}
	}
	if l.tries[at] >= l.each {
		return TooMany{limitTime - now.Sub(l.since)}
	}
	l.tries[at]++
	return nil
}

// place is where a request comes from: the address, or the network of 64 bits
// that one household or machine has.
func place(remote string) string {
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
