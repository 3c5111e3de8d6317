package controller

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/pass"
)

const (
	// maxStrangers is how many connections there are at once of which nobody
	// knows yet whose they are, and strangersEach how many from one address.
	maxStrangers  = 128
	strangersEach = 16
	// strangerTime is how long such a connection lasts: long enough to join.
	strangerTime = 20 * time.Second
	// strangerGrace is how long it is not closed to make room for another, so
	// that doors that come back all at once do not undo each other's handshakes.
	strangerGrace = 2 * time.Second
	// maxMembers is how many connections members have at once: each may wait for
	// a bundle and do an errand. No single one takes those of the others.
	maxMembers  = 2 * site.MaxMembers
	membersEach = 16
)

// crowd is all who are connected. Strangers and members are counted apart, so
// that no number of strangers keeps a door from its bundles.
type crowd struct {
	grace, life time.Duration

	mu        sync.Mutex // guards what follows
	strangers []*guest   // the oldest is the first
	members   map[pass.DoorID]int
	known     int
}

func newCrowd() *crowd {
	return &crowd{grace: strangerGrace, life: strangerTime, members: make(map[pass.DoorID]int)}
}

// guest is one connection.
type guest struct {
	net.Conn
	crowd *crowd
	from  string
	since time.Time
	end   *time.Timer
	gone  sync.Once

	known bool        // guarded by crowd.mu, as is what follows
	who   pass.DoorID // if it is known
}

// gate is a listener that lets a crowd in, and closes what is too much.
type gate struct {
	net.Listener
	crowd *crowd
}

// Accept is a method of [net.Listener].
func (l gate) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if g := l.crowd.enter(conn); g != nil {
			return g, nil
		}
		_ = conn.Close()
	}
}

// enter adds a stranger, perhaps in another's place, or returns nil.
func (c *crowd) enter(conn net.Conn) *guest {
	g := &guest{Conn: conn, crowd: c, from: visitors.Place(conn.RemoteAddr().String()), since: time.Now()}
	c.mu.Lock()
	defer c.mu.Unlock()
	if victim, full := c.full(g.from); full {
		if victim == nil {
			return nil
		}
		c.drop(victim)
		_ = victim.Conn.Close() // whoever serves it finds out, and closes the rest
	}
	c.strangers = append(c.strangers, g)
	g.end = time.AfterFunc(c.life, func() { _ = conn.Close() })
	return g
}

// full says whether there is no room for one more stranger from an address, and
// who has to go for it, if anybody: the oldest of those who have been there for
// long enough, or else of an address that has more than this one.
func (c *crowd) full(from string) (victim *guest, full bool) {
	each := make(map[string]int)
	for _, g := range c.strangers {
		each[g.from]++
	}
	own := each[from] >= strangersEach
	if !own && len(c.strangers) < maxStrangers {
		return nil, false
	}
	for _, g := range c.strangers {
		switch {
		case own && g.from != from:
		case victim == nil || each[g.from] > each[victim.from]:
			victim = g
		}
	}
	if time.Since(victim.since) < c.grace && each[victim.from] <= each[from]+1 {
		victim = nil
	}
	return victim, true
}

// drop takes a stranger off the list.
func (c *crowd) drop(g *guest) {
	if i := slices.Index(c.strangers, g); i >= 0 {
		c.strangers = slices.Delete(c.strangers, i, i+1)
	}
}

// Close is a method of [net.Conn].
func (g *guest) Close() error {
	g.gone.Do(func() {
		g.end.Stop()
		g.crowd.mu.Lock()
		defer g.crowd.mu.Unlock()
		g.crowd.drop(g)
		if g.known {
			g.crowd.known--
			if g.crowd.members[g.who]--; g.crowd.members[g.who] == 0 {
				delete(g.crowd.members, g.who)
			}
		}
	})
	return g.Conn.Close()
}

// isMember makes a member's connection of a stranger's. It says whether it may
// stay open after the answer.
func (g *guest) isMember(id pass.DoorID) bool {
	c := g.crowd
	c.mu.Lock()
	defer c.mu.Unlock()
	if g.known {
		return g.who == id
	}
	if c.known >= maxMembers || c.members[id] >= membersEach || !slices.Contains(c.strangers, g) || !g.end.Stop() {
		return false
	}
	c.drop(g)
	g.known, g.who = true, id
	c.known++
	c.members[id]++
	return true
}

// guestKey is where the context of a request has its connection.
type guestKey struct{}

func withGuest(ctx context.Context, conn net.Conn) context.Context {
	if t, ok := conn.(*tls.Conn); ok {
		return context.WithValue(ctx, guestKey{}, t.NetConn())
	}
	return ctx
}

// leave has each connection closed after its answer: see [stay].
func leave(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		h.ServeHTTP(w, r)
	})
}

// stay keeps the connection of a member, who has shown that the key is its own.
func stay(w http.ResponseWriter, r *http.Request, id pass.DoorID) {
	if g, ok := r.Context().Value(guestKey{}).(*guest); ok && g.isMember(id) {
		w.Header().Del("Connection")
	}
}
