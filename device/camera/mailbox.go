package camera

import (
	"context"
	"sync"
	"time"
)

// mailbox holds the newest frame of a source, or its newest error, until Next
// takes it. Drivers fill it from one goroutine.
type mailbox struct {
	pool *pool
	news chan struct{} // one token while there is something to take

	mu     sync.Mutex // guards what follows
	frame  *Frame
	err    error
	seq    uint64
	closed bool
}

func newMailbox() *mailbox {
	return &mailbox{pool: newPool(), news: make(chan struct{}, 1)}
}

// put takes over a frame; the one that waited is wiped, unseen.
func (m *mailbox) put(f *Frame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.pool = m.pool
	if m.closed {
		f.Wipe()
		return
	}
	m.seq++
	f.Seq, f.At = m.seq, time.Now()
	m.frame.Wipe()
	m.frame, m.err = f, nil
	m.ring()
}

// fail reports an error; a frame that waits is older, and stays to be taken.
func (m *mailbox) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
	m.ring()
}

func (m *mailbox) ring() {
	select {
	case m.news <- struct{}{}:
	default:
	}
}

// Next implements Source.
func (m *mailbox) Next(ctx context.Context) (*Frame, error) {
	for {
		if f, err, ok := m.take(); ok {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-m.news:
		}
	}
}

func (m *mailbox) take() (*Frame, error, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		m.ring() // for whoever asks next
		return nil, ErrClosed, true
	case m.frame != nil:
		f := m.frame
		m.frame = nil
		return f, nil, true
	case m.err != nil:
		err := m.err
		m.err = nil
		return nil, err, true
	}
	return nil, nil, false
}

// close wipes what waits and ends every Next. It says whether it was open.
func (m *mailbox) close() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := !m.closed
	m.closed = true
	m.frame.Wipe()
	m.frame = nil
	m.ring()
	return was
}

func (m *mailbox) isClosed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// drop wipes the frame that waits.
func (m *mailbox) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.frame.Wipe()
	m.frame = nil
}
