package controller

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// pollsEach is how many waiting requests each door has. One more ends the
// oldest, which is one of a line that broke.
const pollsEach = 2

// news is the newest bundle, and those who wait for the next.
type news struct {
	mu      sync.Mutex // guards what follows
	now     *site.Published
	before  *site.Published // whose objects are still being fetched
	changed chan struct{}   // closed at the next change of whatever kind
	closed  bool
	waiting map[pass.DoorID][]*wait
	heard   map[pass.DoorID]Heard
}

// Heard is when somebody who belongs to the site last asked for news, and what they
// had then. It is in memory, and about the machine: doors ask all the time.
type Heard struct {
	// At is when they last asked; who waits for an answer asks still.
	At time.Time
	// Bundle is the number of the bundle that they had.
	Bundle uint64
}

// wait is a request that waits.
type wait struct{ cancel context.CancelFunc }

func newNews() *news {
	return &news{changed: make(chan struct{}), waiting: make(map[pass.DoorID][]*wait), heard: make(map[pass.DoorID]Heard)}
}

// hear notes that somebody asked.
func (n *news) hear(id pass.DoorID, h Heard) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.heard[id] = h
}

// all returns the number of the newest bundle and who was heard of.
func (n *news) all(now time.Time) (newest uint64, heard map[pass.DoorID]Heard) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now != nil {
		newest = n.now.Number
	}
	heard = maps.Clone(n.heard)
	for id := range n.waiting {
		if h, known := heard[id]; known {
			h.At = now
			heard[id] = h
		}
	}
	return newest, heard
}

// set makes a bundle the newest, and wakes everybody who waits: also who has
// that bundle already, because they may have been removed.
func (n *news) set(p *site.Published) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now != nil && n.now.Number != p.Number {
		n.before = n.now
	}
	n.now = p
	n.wake()
}

// wake needs n.mu.
func (n *news) wake() {
	if !n.closed {
		close(n.changed)
		n.changed = make(chan struct{})
	}
}

// close sends away who waits, for good.
func (n *news) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.closed {
		n.closed = true
		close(n.changed)
	}
}

// get returns the newest bundle, what will be closed at the next change, and
// whether there will be none.
func (n *news) get() (*site.Published, <-chan struct{}, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now, n.changed, n.closed
}

// object returns what the newest bundle names, or the one before it.
func (n *news) object(hash [32]byte) (site.Object, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range []*site.Published{n.now, n.before} {
		if p != nil {
			if o, ok := p.Objects[hash]; ok {
				return o, true
			}
		}
	}
	return site.Object{}, false
}

// queue lets a door wait, for a limited time. done has to be called.
func (n *news) queue(ctx context.Context, id pass.DoorID, longest time.Duration) (waits context.Context, done func()) {
	waits, cancel := context.WithTimeout(ctx, longest)
	w := &wait{cancel}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting[id] = append(n.waiting[id], w)
	if all := n.waiting[id]; len(all) > pollsEach {
		all[0].cancel()
		n.waiting[id] = slices.Clone(all[1:])
	}
	return waits, func() {
		cancel()
		n.mu.Lock()
		defer n.mu.Unlock()
		n.waiting[id] = slices.DeleteFunc(n.waiting[id], func(other *wait) bool { return other == w })
		if len(n.waiting[id]) == 0 {
			delete(n.waiting, id)
		}
	}
}
