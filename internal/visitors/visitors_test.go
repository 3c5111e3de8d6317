package visitors_test

import (
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/visitors"
)

func TestPlace(t *testing.T) {
	for remote, want := range map[string]string{
		"192.168.1.7:50000":          "192.168.1.7",
		"[::ffff:192.168.1.7]:50000": "192.168.1.7",
		"[2001:db8:1:2:3:4:5:6]:1":   "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:1":   "2001:db8:1:2::/64",
		"[fe80::1%eth0]:1":           "fe80::/64",
		"@":                          "",
		"":                           "",
	} {
		if got := visitors.Place(remote); got != want {
			t.Errorf("%q is at %q", remote, got)
		}
	}
}

// TestTries: whoever tries too often waits, and nobody else does.
func TestTries(t *testing.T) {
	var now atomic.Int64
	tries := visitors.NewTries(func() time.Time { return time.Unix(now.Load(), 0) }, 3, time.Minute)
	for range 3 {
		if wait := tries.Allow("a"); wait != 0 {
			t.Fatalf("waits %s", wait)
		}
	}
	now.Add(20)
	if wait := tries.Allow("a"); wait != 40*time.Second {
		t.Errorf("waits %s", wait)
	}
	locked := 0
	for i := range 1000 {
		if tries.Allow(fmt.Sprint("b", i)) != 0 {
			locked++
		}
	}
	if locked > 5 { // who shares a bucket with the first
		t.Errorf("%d others wait", locked)
	}
	now.Add(40)
	if wait := tries.Allow("a"); wait != 0 {
		t.Errorf("waits %s after a minute", wait)
	}
	now.Add(-3600) // a clock that was set back locks nobody out
	if wait := tries.Allow("a"); wait != 0 {
		t.Errorf("waits %s", wait)
	}
}

// fake is a listener whose connections come from where a test says.
type fake struct {
	net.Listener
	come chan string
}

func (f fake) Accept() (net.Conn, error) {
	from, ok := <-f.come
	if !ok {
		return nil, net.ErrClosed
	}
	return &conn{from: from}, nil
}

type conn struct {
	net.Conn
	from   string
	closed atomic.Bool
}

func (c *conn) RemoteAddr() net.Addr { return addr(c.from) }
func (c *conn) Close() error         { c.closed.Store(true); return nil }

type addr string

func (addr) Network() string  { return "tcp" }
func (a addr) String() string { return string(a) }

// TestListen: one place fills its own share, and who leaves makes room.
func TestListen(t *testing.T) {
	come := make(chan string, 100)
	l := visitors.Listen(fake{come: come}, 5, 2)
	accept := func(from ...string) (all []net.Conn) {
		t.Helper()
		for _, f := range from {
			come <- f
		}
		for range from {
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		return all
	}
	own := accept("10.0.0.1:1", "10.0.0.1:2")
	come <- "10.0.0.1:3" // is closed, and the next is let in
	others := accept("10.0.0.2:1", "10.0.0.3:1", "10.0.0.4:1")
	if got := others[0].RemoteAddr().String(); got != "10.0.0.2:1" {
		t.Errorf("%s came in", got)
	}
	for range 2 { // closing twice leaves once
		if err := own[0].Close(); err != nil {
			t.Fatal(err)
		}
	}
	accept("10.0.0.1:4")
	come <- "10.0.0.5:1" // there are five
	close(come)
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("one too many: %v", err)
	}
}

// TestFullCountsNothing: asking whether somebody may is no try.
func TestFullCountsNothing(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	tries := visitors.NewTries(func() time.Time { return now }, 2, time.Minute)
	for range 10 {
		if wait := tries.Full("here"); wait != 0 {
			t.Fatalf("full after nothing: %v", wait)
		}
	}
	tries.Allow("here")
	tries.Allow("here")
	if wait := tries.Full("here"); wait != time.Minute {
		t.Errorf("after two tries of two: %v", wait)
	}
}
