package store

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// keepNoted is how many entries a bell remembers where they stand.
const keepNoted = 8192

// bell wakes all who wait for something to be noted, and tells where it stands. What
// this process notes itself nobody need ask the database for; for the rest one asks
// for all.
type bell struct {
	// asking is whether somebody asks the database at present.
	asking atomic.Bool

	mu sync.Mutex // guards what follows
	// waiting are those that are waited for, and by how many.
	waiting map[QueueID]int
	// next is closed at the next ring.
	next chan struct{}
	// noted are the newest, and before those before them: about as many again.
	noted, before map[QueueID]uint64
}

func newBell() *bell {
	return &bell{next: make(chan struct{}), noted: make(map[QueueID]uint64), waiting: make(map[QueueID]int)}
}

// await notes that somebody waits for entries, and forget that they do no longer.
func (b *bell) await(ids []QueueID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		b.waiting[id]++
	}
}

func (b *bell) forget(ids []QueueID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		if b.waiting[id]--; b.waiting[id] == 0 {
			delete(b.waiting, id)
		}
	}
}

// unknown returns what somebody waits for that it does not know of.
func (b *bell) unknown() []QueueID {
	b.mu.Lock()
	all := slices.Collect(maps.Keys(b.waiting))
	b.mu.Unlock()
	return b.fill(make(map[QueueID]uint64), all)
}

// wait returns what is closed at the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

// ring says that something is noted, durably.
func (b *bell) ring(all ...Noted) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.noted) > keepNoted {
		b.noted, b.before = make(map[QueueID]uint64), b.noted
	}
	for _, n := range all {
		b.noted[n.ID] = n.Index
	}
	close(b.next)
	b.next = make(chan struct{})
}

// fill puts down where entries stand that it knows of, and returns the others.
func (b *bell) fill(found map[QueueID]uint64, ids []QueueID) (rest []QueueID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		index, ok := b.noted[id]
		if !ok {
			index, ok = b.before[id]
		}
		if ok {
			found[id] = index
		} else {
			rest = append(rest, id)
		}
	}
	return rest
}
