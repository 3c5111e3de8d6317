package controllertest

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Forwarder is one address behind which several controllers are, as a balancer of
// TCP connections is: each goes to the next that takes it.
type Forwarder struct {
	// Address is where it listens.
	Address string

	listener net.Listener
	next     atomic.Uint32

	mu    sync.Mutex // guards what follows
	where []string
	open  map[net.Conn]bool
}

// NewForwarder listens on a port of this machine's, and forwards to nobody yet.
func NewForwarder() (*Forwarder, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &Forwarder{Address: l.Addr().String(), listener: l, open: make(map[net.Conn]bool)}
	go f.accept()
	return f, nil
}

// To says where connections are to go from now on.
func (f *Forwarder) To(addresses ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.where = addresses
}

// Close ends it and all that goes through it.
func (f *Forwarder) Close() error {
	err := f.listener.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.open {
		err = errors.Join(err, c.Close())
	}
	clear(f.open)
	return err
}

func (f *Forwarder) accept() {
	for {
		c, err := f.listener.Accept()
		if err != nil {
			return
		}
		go f.forward(c)
	}
}

// keep has a connection closed with the forwarder; forget takes it back.
func (f *Forwarder) keep(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[c] = true
}

func (f *Forwarder) forget(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[c] {
		delete(f.open, c)
		_ = c.Close()
	}
}

func (f *Forwarder) forward(from net.Conn) {
	f.keep(from)
	defer f.forget(from)
	to := f.dial()
	if to == nil {
		return
	}
	f.keep(to)
	defer f.forget(to)
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			done <- struct{}{}
		}()
	}
	<-done // one side ended, or broke, and the other ends with it
}

// dial connects to the next who is there, or returns nil.
func (f *Forwarder) dial() net.Conn {
	f.mu.Lock()
	where := f.where
	f.mu.Unlock()
	for range where {
		at := where[int(f.next.Add(1))%len(where)]
		if c, err := net.Dial("tcp", at); err == nil {
			return c
		}
	}
	return nil
}
