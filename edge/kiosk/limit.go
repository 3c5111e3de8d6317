package kiosk

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// bucket allows rate a second on average and burst at once. The zero value
// allows nothing. It is not safe for concurrent use.
type bucket struct {
	rate, burst float64
	left        float64
	at          time.Time
}

func newBucket(rate, burst float64) bucket { return bucket{rate: rate, burst: burst, left: burst} }

// take says whether one more is allowed now.
func (b *bucket) take(now time.Time) bool {
	if !b.at.IsZero() {
		b.left = min(b.burst, b.left+b.rate*max(0, now.Sub(b.at).Seconds()))
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// Connections that are open at once, with TLS or before it.
const (
	maxConnections = 64
	maxFromOne     = 16 // from one address
)

// gate is a listener that closes what comes when too much is open, and clears
// behind TLS (see clearing). It keeps an address only while a connection from
// it is open.
type gate struct {
	net.Listener

	mu   sync.Mutex // guards what follows
	open int
	from map[netip.Addr]int
}

func newGate(l net.Listener) *gate { return &gate{Listener: l, from: map[netip.Addr]int{}} }

// Accept returns the next connection that may come in.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		addr := address(c)
		if g.enter(addr) {
			return &guest{Conn: &clearing{Conn: c}, leave: sync.OnceFunc(func() { g.leave(addr) })}, nil
		}
		_ = c.Close()
	}
}

func (g *gate) enter(addr netip.Addr) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open >= maxConnections || g.from[addr] >= maxFromOne {
		return false
	}
	g.open++
	g.from[addr]++
	return true
}

func (g *gate) leave(addr netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	if g.from[addr]--; g.from[addr] == 0 {
		delete(g.from, addr)
	}
}

// address is the zero Addr for a connection that is not over IP.
func address(c net.Conn) netip.Addr {
	ap, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	return ap.Addr().Unmap().WithZone("")
}

// guest is a connection that was counted.
type guest struct {
	net.Conn
	leave func()
}

func (g *guest) Close() error {
	defer g.leave()
	return g.Conn.Close()
}
