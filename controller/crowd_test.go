package controller

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// TestStrangersKeepNobodyOut: whoever has no certificate can hold connections,
// from one address or from many, and doors get their bundles all the same.
func TestStrangersKeepNobodyOut(t *testing.T) {
	r := newRig(t)
	for name, from := range map[string]func(i int) string{
		"same":    func(int) string { return "127.0.0.1" }, // as the door's
		"another": func(int) string { return "127.0.0.2" },
		"many":    func(i int) string { return fmt.Sprintf("127.0.1.%d", i+1) },
	} {
		t.Run(name, func(t *testing.T) {
			door := r.door("Door "+name, "front")
			door.client.CloseIdleConnections()
			for i := range 200 {
				d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from(i))}}
				c, err := d.DialContext(t.Context(), "tcp", r.address)
				if err != nil {
					t.Skip("this machine has no such address: ", err)
				}
				defer c.Close()
			}
			var p *doorapi.Problem
			for end := time.Now().Add(strangerTime / 2); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				if _, p = door.bundle(""); p == nil {
					return
				}
			}
			t.Error(p)
		})
	}
}

// TestStrangersAreClosed: the connection of whoever is not known ends with the
// answer, and a member's does not.
func TestStrangersAreClosed(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	gone := r.door("Two", "front")
	r.do(func(o *site.Office) error { return o.Remove(t.Context(), site.Operator, gone.id(), false) })
	nobody := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer nobody.CloseIdleConnections()
	for name, c := range map[string]struct {
		client *http.Client
		path   string
		closed bool
	}{
		"a door":              {door.client, doorapi.PathBundle, false},
		"a removed door":      {gone.client, doorapi.PathBundle, true},
		"nobody":              {nobody, doorapi.PathBundle, true},
		"nobody, and nothing": {nobody, "/", true},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+r.address+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := c.client.Do(request)
		if err != nil {
			t.Fatal(name, err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.Close != c.closed {
			t.Errorf("%s: closed is %v", name, response.Close)
		}
	}
}

// at is a connection that comes from an address and has been closed or not.
type at struct {
	net.Conn
	from   string
	closed chan struct{}
	once   sync.Once
}

func (a *at) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(a.from), Port: 1} }
func (a *at) Close() error         { a.once.Do(func() { close(a.closed) }); return nil }
func (a *at) isClosed() bool {
	select {
	case <-a.closed:
		return true
	default:
		return false
	}
}

func comes(c *crowd, from string) (*at, *guest) {
	a := &at{from: from, closed: make(chan struct{})}
	return a, c.enter(a)
}

// TestCrowdOfOneAddress: behind one address, strangers are few, members as many
// as there are.
func TestCrowdOfOneAddress(t *testing.T) {
	c := newCrowd()
	c.grace = time.Hour
	for i := range 10 * strangersEach {
		_, g := comes(c, "10.0.0.1")
		if g == nil || !g.isMember(pass.DoorID{byte(i)}) || !g.isMember(pass.DoorID{byte(i)}) || g.isMember(pass.DoorID{255}) {
			t.Fatalf("member %d is not let in", i)
		}
		t.Cleanup(func() { g.end.Stop() })
	}
	first, g := comes(c, "10.0.0.1")
	for range strangersEach - 1 {
		if _, g := comes(c, "10.0.0.1"); g == nil {
			t.Fatal("too few strangers")
		}
	}
	if _, more := comes(c, "10.0.0.1"); more != nil || first.isClosed() {
		t.Error("one stranger more than there may be")
	}
	c.grace = 0 // they have been there for long enough
	if _, more := comes(c, "10.0.0.1"); more == nil || !first.isClosed() {
		t.Error("the oldest does not go")
	}
	if g.isMember(pass.DoorID{1}) {
		t.Error("who was sent away became a member")
	}
	if len(c.strangers) != strangersEach || c.known != 10*strangersEach {
		t.Errorf("%d strangers, %d members", len(c.strangers), c.known)
	}
	for _, g := range c.strangers {
		g.end.Stop()
	}
}

// TestCrowdOfManyAddresses: who has many connections makes room for who has none.
func TestCrowdOfManyAddresses(t *testing.T) {
	c := newCrowd()
	c.grace = time.Hour
	var all []*at
	for i := range maxStrangers {
		a, g := comes(c, fmt.Sprintf("10.0.0.%d", i/strangersEach))
		defer g.end.Stop()
		all = append(all, a)
	}
	_, g := comes(c, "10.0.1.1")
	if g == nil || !all[0].isClosed() || all[1].isClosed() {
		t.Fatal("there was no room")
	}
	defer g.end.Stop()
	for i := range 2 * membersEach {
		_, g := comes(c, "10.0.1.1")
		if g == nil || g.isMember(pass.DoorID{1}) != (i < membersEach) {
			t.Errorf("connection %d of one member", i)
			continue
		}
		if i >= membersEach {
			_ = g.Close()
		}
		defer g.end.Stop()
	}
}

// TestStrangersLife: a connection that never says whose it is ends.
func TestStrangersLife(t *testing.T) {
	c := newCrowd()
	c.life = time.Millisecond
	a, g := comes(c, "10.0.0.1")
	<-a.closed
	if g.isMember(pass.DoorID{1}) {
		t.Error("it became a member after its end")
	}
}
