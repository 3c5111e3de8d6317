package controller

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// joinsEach and joinsAll are how many may try to join in limitTime, from one
	// address and from all.
	joinsEach = 10
	joinsAll  = 60
	// changesEach is how often one door may have something written in limitTime,
	// so that none of them keeps the operator from the folder.
	changesEach = 30
	limitTime   = time.Minute
)

// limiter counts tries, in memory. It begins anew each limitTime, so that it
// never holds more than all keys.
type limiter struct {
	now       func() time.Time
	each, all int

	mu    sync.Mutex // guards what follows
	since time.Time
	tries map[string]int
	sum   int
}

func newLimiter(now func() time.Time, each, all int) *limiter {
	return &limiter{now: now, each: each, all: all}
}

// address is the key of who asks from somewhere.
func address(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	return at.Addr().Unmap().WithZone("").String()
}

// allow counts a try, and fails with [tooMany] if it is one too many.
func (l *limiter) allow(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if age := now.Sub(l.since); age < 0 || age >= limitTime {
		l.since, l.sum, l.tries = now, 0, make(map[string]int)
	}
	if l.sum >= l.all || l.tries[key] >= l.each {
		return tooMany{limitTime - now.Sub(l.since)}
	}
	l.sum++
	l.tries[key]++
	return nil
}
