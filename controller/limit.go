package controller

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// joinsEach and joinsAll are how many may try to join in joinsTime, from one
	// address and from all.
	joinsEach = 10
	joinsAll  = 60
	joinsTime = time.Minute
)

// limiter counts tries, in memory. It begins anew each joinsTime, so that it
// never holds more than joinsAll addresses.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex // guards what follows
	since time.Time
	tries map[netip.Addr]int
	all   int
}

func newLimiter(now func() time.Time) *limiter { return &limiter{now: now} }

// allow counts a try, and returns how long to wait if it is one too many.
func (l *limiter) allow(remote string) (wait time.Duration, ok bool) {
	var from netip.Addr
	if at, err := netip.ParseAddrPort(remote); err == nil {
		from = at.Addr().Unmap().WithZone("")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if age := now.Sub(l.since); age < 0 || age >= joinsTime {
		l.since, l.all, l.tries = now, 0, make(map[netip.Addr]int)
	}
	if l.all >= joinsAll || l.tries[from] >= joinsEach {
		return joinsTime - now.Sub(l.since), false
	}
	l.all++
	l.tries[from]++
	return 0, true
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
