package kiosk

import (
	"context"
	"net/netip"
	"slices"
	"sync"
)

// Connections that are at their challenge at once, and from one address. More
// than one from an address are two windows, or one that was loaded anew.
const (
	maxHellos  = 8
	hellosEach = 2
)

// hellos are the connections that have not answered their challenge. One that
// comes when there are too many takes the place of an older one: else whoever
// opens some and says nothing would keep the paired kiosk out.
type hellos struct {
	mu      sync.Mutex // guards what follows
	waiting []*waiting // the oldest is the first
}

type waiting struct {
	from netip.Addr
	end  context.CancelFunc
}

// enter adds a connection. The context ends when another takes its place; leave
// has to be called.
func (h *hellos) enter(ctx context.Context, from netip.Addr) (_ context.Context, leave func()) {
	ctx, end := context.WithCancel(ctx)
	one := &waiting{from, end}
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := h.surplus(from); i >= 0 {
		h.waiting[i].end()
		h.waiting = slices.Delete(h.waiting, i, i+1)
	}
	h.waiting = append(h.waiting, one)
	return ctx, func() {
		end()
		h.mu.Lock()
		defer h.mu.Unlock()
		if i := slices.Index(h.waiting, one); i >= 0 {
			h.waiting = slices.Delete(h.waiting, i, i+1)
		}
	}
}

// surplus returns who has to go for one more from an address: the oldest from
// there if there are enough, else the oldest of an address that has the most if
// it is full, and -1 for nobody.
func (h *hellos) surplus(from netip.Addr) int {
	each := map[netip.Addr]int{}
	for _, w := range h.waiting {
		each[w.from]++
	}
	own := each[from] >= hellosEach
	if !own && len(h.waiting) < maxHellos {
		return -1
	}
	found := -1
	for i, w := range h.waiting {
		switch {
		case own && w.from != from:
		case found < 0 || each[w.from] > each[h.waiting[found].from]:
			found = i
		}
	}
	return found
}
