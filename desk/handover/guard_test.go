package handover

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"1.1.1.1": true, "9.9.9.9": true, "100.63.255.255": true, "100.128.0.1": true, "172.15.0.1": true, "172.32.0.1": true, "223.255.255.255": true, "169.253.255.255": true,
		"2606:4700::1111": true, "2a00:1450:4001::1": true, "2001:200::1": true, "2620:4f:8001::1": true,
		"::ffff:1.1.1.1": true, "64:ff9b::1.1.1.1": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "10.255.255.255": false, "100.64.0.1": false, "100.127.255.255": false, "100.100.100.200": false,
		"127.0.0.1": false, "127.255.255.254": false, "168.63.129.16": false, "169.254.169.254": false, "169.254.0.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.0.0.1": false, "192.0.0.192": false, "192.0.2.1": false, "192.31.196.1": false, "192.52.193.1": false, "192.88.99.1": false, "192.168.0.1": false, "192.175.48.1": false,
		"198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::1.1.1.1": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1111%eth0": false, "fec0::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"100::1": false, "2001::1": false, "2001:0:4136:e378::1": false, "2001:2::1": false, "2001:10::1": false, "2001:20::1": false, "2001:1ff::1": false, "2001:db8::1": false,
		"2002:0a00:0001::1": false, "2002:101:101::1": false, "3fff::1": false, "5f00::1": false, "2620:4f:8000::1": false, "4000::1": false,
		"::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::ffff:0:10.0.0.1": false,
		"64:ff9b::10.0.0.1": false, "64:ff9b::127.0.0.1": false, "64:ff9b::169.254.169.254": false, "64:ff9b:1::1.1.1.1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestControl(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1:443": true, "[2606:4700::1111]:443": true, "1.1.1.1:80": false, "1.1.1.1:8443": false, "10.0.0.1:443": false, "[::ffff:10.0.0.1]:443": false,
		"[::1]:443": false, "[fe80::1%lo]:443": false, "name:443": false, "1.1.1.1": false, "1.1.1.1:x": false,
	} {
		if err := control("tcp4", address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	if control("udp4", "1.1.1.1:443", nil) == nil || control("unix", "/run/x", nil) == nil {
		t.Error("not TCP")
	}
}

// names is a server for names of the test's own: each question about a name gets its
// next answer, and the last one for ever.
type names struct {
	conn    net.PacketConn
	mu      sync.Mutex
	answers map[string][]string
	asked   map[string]int
}

func newNames(t *testing.T, answers map[string][]string) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	n := &names{conn: conn, answers: answers, asked: make(map[string]int)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.serve()
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return n
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func (n *names) serve() {
	b := make([]byte, 512)
	for {
		size, from, err := n.conn.ReadFrom(b)
		if err != nil {
			return
		}
		if _, err := n.conn.WriteTo(n.answer(b[:size]), from); err != nil {
			return
		}
	}
}

// answer is a message of RFC 1035 section 4.1 with at most one record.
func (n *names) answer(q []byte) []byte {
	var name []string
	at := 12
	for q[at] != 0 {
		name = append(name, string(q[at+1:at+1+int(q[at])]))
		at += 1 + int(q[at])
	}
	kind := binary.BigEndian.Uint16(q[at+1:])
	a := append([]byte{q[0], q[1], 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:at+5]...)
	address := n.next(strings.Join(name, "."), kind)
	if !address.IsValid() || address.Is4() != (kind == 1) {
		return a
	}
	a[7] = 1
	raw := address.AsSlice()
	a = append(a, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(len(raw)))
	return append(a, raw...)
}

func (n *names) next(name string, kind uint16) netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.answers[name]
	if len(all) == 0 {
		return netip.Addr{}
	}
	at := n.asked[name]
	if kind == 1 {
		n.asked[name] = min(at+1, len(all)-1)
	}
	return netip.MustParseAddr(all[at])
}

// TestGuard: a name that leads inside is refused when it is connected to, whatever it
// led to before, and what the operator named is not.
func TestGuard(t *testing.T) {
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer inside.Close()
	came := make(chan struct{}, 10)
	go func() {
		for {
			c, err := inside.Accept()
			if err != nil {
				return
			}
			came <- struct{}{}
			c.Close()
		}
	}()
	_, port, err := net.SplitHostPort(inside.Addr().String())
	must(t, err)
	n := newNames(t, map[string][]string{
		"inside.example": {"127.0.0.1"}, "six.example": {"::1"}, "mapped.example": {"::ffff:127.0.0.1"}, "cloud.example": {"169.254.169.254"},
		"named.example": {"127.0.0.1"}, "rebinding.example": {"1.1.1.1", "127.0.0.1"}, "nat64.example": {"64:ff9b::7f00:1"},
	})
	r := n.resolver()
	g := guard{allowed: func(at string) bool { return at == "named.example:"+port }, dialer: net.Dialer{Timeout: 5 * time.Second, Resolver: r}}

	first, err := r.LookupHost(t.Context(), "rebinding.example") // as whoever judges the name would
	if err != nil || len(first) != 1 || first[0] != "1.1.1.1" {
		t.Fatalf("%q, %v", first, err)
	}
	for _, address := range []string{
		"inside.example:" + port, "inside.example:443", "six.example:443", "mapped.example:443", "cloud.example:443", "rebinding.example:443", "rebinding.example:" + port, "nat64.example:443",
		"127.0.0.1:" + port, "127.0.0.1:443", "[::1]:443", "[::ffff:127.0.0.1]:" + port, "0.0.0.0:443", "[::]:443", "localhost:443", "named.example:443", "NAMED.example:" + port, "2130706433:443", "0x7f.1:443", "127.1:443",
	} {
		c, err := g.dial(t.Context(), "tcp", address)
		if err == nil {
			c.Close()
			t.Errorf("%s was connected to", address)
		}
		var unknown *net.DNSError
		if !errors.Is(err, ErrInside) && !errors.As(err, &unknown) {
			t.Errorf("%s: %v", address, err)
		}
	}
	select {
	case <-came:
		t.Error("somebody came in")
	default:
	}
	c, err := g.dial(t.Context(), "tcp", "named.example:"+port)
	if err != nil {
		t.Fatal("what the operator named:", err)
	}
	c.Close()
	<-came
}
