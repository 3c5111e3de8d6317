package kiosk

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
)

// Connections that are open at once, with TLS or before it.
const (
	maxConnections = 64
	maxFromOne     = 16 // from one address
)

// gate lets connections in. One that comes when too many are open takes the place
// of another, of an address that has the most of them: else whoever opens
// connections from a few addresses would keep the tablet out. Those from the
// tablet's own address give way to nobody.
//
// It keeps an address only while a connection from it is open, and in memory that
// of the tablet. The zero value lets everybody in, in turn.
type gate struct {
	mu     sync.Mutex // guards what follows
	open   []*guest
	tablet netip.Addr // from where the paired kiosk last proved its key; zero for nowhere
}

// guest is a connection that came in.
type guest struct {
	net.Conn
	from  netip.Addr
	leave func()
}

// Close closes it, and makes room.
func (g *guest) Close() error {
	defer g.leave()
	return g.Conn.Close()
}

// gated is a listener with a gate, behind which is cleared (see clearing).
type gated struct {
	net.Listener
	gate *gate
}

// Accept returns the next connection that may come in.
func (l gated) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g, instead := l.gate.enter(c)
		if instead != nil {
			_ = instead.Close()
		}
		if g != nil {
			return g, nil
		}
		_ = c.Close()
	}
}

// enter counts a connection, unless its address has too many. It returns another
// one that has to be closed for it, or nil.
func (g *gate) enter(c net.Conn) (in, instead *guest) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in = &guest{Conn: newClearing(c), from: address(c)}
	each := map[netip.Addr]int{}
	for _, o := range g.open {
		each[o.from]++
	}
	if each[in.from] >= maxFromOne {
		return nil, nil
	}
	if len(g.open) >= maxConnections {
		instead = g.surplus(each)
		g.drop(instead)
	}
	in.leave = sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.drop(in)
	})
	g.open = append(g.open, in)
	return in, instead
}

// surplus is one of those whose address has the most. Which is left to chance, so
// that nobody who opens many, one from each address, is sure to hit one that has
// just come.
func (g *gate) surplus(each map[netip.Addr]int) *guest {
	var most []*guest
	for _, o := range g.open {
		switch {
		case o.from == g.tablet && g.tablet.IsValid():
		case len(most) == 0 || each[o.from] > each[most[0].from]:
			most = []*guest{o}
		case each[o.from] == each[most[0].from]:
			most = append(most, o)
		}
	}
	return most[rand.N(len(most))] // not empty: the tablet's own are fewer than all
}

// drop takes one out, if it is still in. The caller holds mu.
func (g *gate) drop(one *guest) {
	for i, o := range g.open {
		if o == one {
			last := len(g.open) - 1
			g.open[i], g.open[last] = g.open[last], nil
			g.open = g.open[:last]
			return
		}
	}
}

// know notes from where the paired kiosk has proved its key.
func (g *gate) know(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tablet = from
}

// address is the zero Addr for a connection that is not over IP.
func address(c net.Conn) netip.Addr {
	ap, _ := netip.ParseAddrPort(c.RemoteAddr().String())
	return ap.Addr().Unmap().WithZone("")
}
