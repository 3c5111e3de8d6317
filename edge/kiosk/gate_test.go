package kiosk

import (
	"net"
	"net/netip"
	"testing"
)

// from is a connection from an address.
type from struct {
	net.Conn
	at netip.Addr
}

func (f from) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.AddrPortFrom(f.at, 40000)) }
func (f from) Close() error         { return nil }

func at(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}) }

// fill opens connections from addresses, so many from each.
func (g *gate) fill(t *testing.T, first, addresses, each int) {
	t.Helper()
	for n := range addresses {
		for range each {
			if in, instead := g.enter(from{at: at(first + n)}); in == nil || instead != nil {
				t.Fatalf("no room for %v: %v goes", at(first+n), instead)
			}
		}
	}
}

func (g *gate) count(a netip.Addr) (n int) {
	for _, o := range g.open {
		if o.from == a {
			n++
		}
	}
	return n
}

// TestFourAddresses fill the gate, and keep nobody out.
func TestFourAddresses(t *testing.T) {
	var g gate
	g.fill(t, 1, maxConnections/maxFromOne, maxFromOne)
	if in, instead := g.enter(from{at: at(1)}); in != nil || instead != nil {
		t.Error("one address has more than its share")
	}
	tablet := at(500)
	for n := range 8 {
		in, instead := g.enter(from{at: tablet})
		if in == nil || instead == nil || instead.from == tablet {
			t.Fatalf("connection %d of the tablet: %v goes", n, instead)
		}
		if g.count(tablet) != n+1 || len(g.open) != maxConnections {
			t.Fatalf("%d of %d are the tablet's", g.count(tablet), len(g.open))
		}
	}
	for n := range 4 {
		if c := g.count(at(1 + n)); c != maxFromOne-2 {
			t.Errorf("%v has %d left: each of them gives way as often", at(1+n), c)
		}
	}
}

// TestTheTabletStays: what is open from where the tablet proved its key does not
// give way, however many come from however many addresses.
func TestTheTabletStays(t *testing.T) {
	var g gate
	tablet := at(500)
	g.fill(t, 500, 1, 7)
	g.know(tablet)
	g.fill(t, 1, maxConnections-7, 1)
	for n := range 1000 {
		in, instead := g.enter(from{at: at(1000 + n)})
		if in == nil || instead == nil || instead.from == tablet {
			t.Fatalf("%v goes", instead)
		}
	}
	if in, _ := g.enter(from{at: tablet}); in == nil || g.count(tablet) != 8 || len(g.open) != maxConnections {
		t.Errorf("the tablet has %d of %d", g.count(tablet), len(g.open))
	}
}

// TestLeaving makes room once, however often a connection is closed, and whether
// or not it had to give way.
func TestLeaving(t *testing.T) {
	var g gate
	g.fill(t, 1, maxConnections, 1)
	in, instead := g.enter(from{at: at(500)})
	for range 2 {
		instead.Close()
		in.Close()
	}
	if len(g.open) != maxConnections-1 {
		t.Errorf("%d are open", len(g.open))
	}
	for len(g.open) > 0 {
		g.open[0].Close()
	}
}
