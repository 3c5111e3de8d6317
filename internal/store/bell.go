package store

import "sync"

// bell wakes all who wait for something, whoever they are.
type bell struct {
	mu sync.Mutex // guards next
	// next is closed at the next ring.
	next chan struct{}
}

func newBell() *bell { return &bell{next: make(chan struct{})} }

// wait returns what is closed at the next ring.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.next)
	b.next = make(chan struct{})
}
