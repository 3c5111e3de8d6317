package kiosk

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// session is the connection of the paired kiosk, from its hello on. Its reader
// (read.go) and its writer (write.go) are a goroutine each.
type session struct {
	server *Server
	ws     *websocket.Conn
	kiosk  string // its id, once it said hello

	ctx   context.Context // done when the connection ends; its cause is a lossCause
	cause context.CancelCauseFunc
	heard atomic.Int64  // when the last whole message came, in ns since born
	born  time.Time     // with a monotonic clock
	over  chan struct{} // closed after the Lost event
	shut  chan struct{} // closed when nothing more can be read

	timers   sync.WaitGroup // of send
	controls *atomic.Int64  // pings and pongs of the WebSocket protocol's own

	events sync.Mutex // one event at a time
	ended  bool       // guarded by events: Lost was given, nothing may follow

	// pings counts what was sent, pongs what was answered; the difference
	// tells which messages the page had read when it sent one of its own.
	pings, pongs atomic.Int64

	// asked is what the page was told to send; guarded by server.frames.
	asked struct {
		version uint64 // of the order
		from    int64  // the page knows once this many pings are answered
	}
}

// lossCause carries a Loss as the cause of a context.
type lossCause struct{ why Loss }

func (c lossCause) Error() string { return string(c.why) }

func newSession(ctx context.Context, s *Server, ws *websocket.Conn, controls *atomic.Int64) *session {
	n := &session{server: s, ws: ws, controls: controls, born: time.Now(), over: make(chan struct{}), shut: make(chan struct{})}
	n.ctx, n.cause = context.WithCancelCause(ctx)
	return n
}

// end ends the connection; the first reason counts. It does not wait.
func (n *session) end(why Loss) { n.cause(lossCause{why}) }

// why says for what reason a connection ended.
func (n *session) why() Loss {
	var c lossCause
	if errors.As(context.Cause(n.ctx), &c) {
		return c.why
	}
	return LossStopped
}

func (n *session) hear() { n.heard.Store(int64(time.Since(n.born))) }

// silence is how long nothing was heard.
func (n *session) silence() time.Duration {
	return time.Since(n.born) - time.Duration(n.heard.Load())
}

// run speaks with the kiosk until the connection ends. The connection that was
// there before has to be over first.
func (n *session) run(before *session) {
	if before != nil {
		<-before.over
	}
	n.event(Connected{n.kiosk})
	stop := context.AfterFunc(n.ctx, n.lost)
	read, stopReading := context.WithCancel(context.WithoutCancel(n.ctx))
	var wait sync.WaitGroup
	wait.Go(func() { n.read(read) })
	n.write()
	stop()
	n.lost() // has run, runs (and this waits), or runs here
	stopReading()
	_ = n.ws.CloseNow()
	wait.Wait()
	n.timers.Wait()
	n.server.gone(n)
}

// event gives an event to the door unless the connection is lost already.
func (n *session) event(e Event) {
	n.events.Lock()
	defer n.events.Unlock()
	if !n.ended {
		n.server.door.Event(e)
	}
}

// lost drops frames and gives the Lost event, once.
func (n *session) lost() {
	n.events.Lock()
	defer n.events.Unlock()
	if n.ended {
		return
	}
	n.ended = true
	why := n.why()
	n.server.lose(why)
	n.server.door.Event(Lost{n.kiosk, why})
	close(n.over)
}

// lose notes a loss, and drops what the connection's frames left.
func (s *Server) lose(why Loss) {
	s.frames.Lock()
	defer s.frames.Unlock()
	s.config.Frames.Drop()
	s.config.Frames.Lose()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.losses++
	s.last = why
	s.camera = ""
}

// take makes n the connection of the kiosk and returns the one before, which
// it ended; ok is false if that one is alive or n's kiosk is not paired (any
// more).
func (s *Server) take(n *session) (before *session, why string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paired.ID != n.kiosk {
		return nil, ByeNotPaired, false
	}
	before = s.current
	if before != nil && before.ctx.Err() == nil {
		if before.silence() < missedPing {
			return nil, ByeConnected, false
		}
		before.end(LossReplaced)
	}
	s.current = n
	return before, "", true
}

// gone forgets a connection that is over.
func (s *Server) gone(n *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == n {
		s.current = nil
	}
}
