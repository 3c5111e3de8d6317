package controller

import (
	"net"
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

// limited is a listener that holds no more than some connections at once; the
// others wait.
func limited(l net.Listener, most int) net.Listener {
	return &limitedListener{Listener: l, free: make(chan struct{}, most), done: make(chan struct{})}
}

type limitedListener struct {
	net.Listener
	free chan struct{} // holds one for each connection
	done chan struct{}
	once sync.Once
}

// Accept is a method of [net.Listener].
func (l *limitedListener) Accept() (net.Conn, error) {
	select {
	case l.free <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &limitedConn{Conn: conn, free: l.free}, nil
}

func (l *limitedListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

func (c *limitedConn) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}
