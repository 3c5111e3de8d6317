package kiosk

import (
	"net"
	"time"

	"github.com/facelatch/facelatch/internal/visitors"
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
	maxFromOne     = 16 // from one place, see visitors.Place
)

// gate clears behind TLS (see clearing) what a listener lets in.
type gate struct{ net.Listener }

// newGate closes what comes when too much is open. An address is kept only while a
// connection from it is open.
func newGate(l net.Listener) net.Listener {
	return gate{visitors.Listen(l, maxConnections, maxFromOne)}
}

// Accept returns the next connection that may come in.
func (g gate) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &clearing{Conn: c}, nil
}
