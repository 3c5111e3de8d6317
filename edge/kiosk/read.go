package kiosk

import (
	"context"
	"io"
	"time"

	"github.com/coder/websocket"
)

// Rates of what a page may send: on average a second, and at once. A page that
// was stalled by the network sends what it queued at once.
const (
	textRate, textBurst   = 20, 60
	controlBurst          = 20      // pings and pongs of the protocol's own, which browsers do not send
	strayRate, strayBurst = 0.1, 5  // frames that are none, or that nobody wants
	spareRate, spareBurst = 1.0, 30 // frames beyond what was asked for
)

// reader is what reading one connection needs.
type reader struct {
	*session
	buffer []byte // of MaxFrame+1 bytes, zero between messages
	flush  bool   // the next binary message is zeros

	texts, strays, spares bucket
	frames                bucket // as the order asks
	version               uint64 // of the order that frames was made for
}

// read takes messages until ctx is done or the connection breaks. After the
// end of the session it drops them, so that the page can still read its bye.
func (n *session) read(ctx context.Context) {
	defer close(n.shut)
	r := &reader{
		session: n,
		texts:   newBucket(textRate, textBurst),
		strays:  newBucket(strayRate, strayBurst),
		spares:  newBucket(spareRate, spareBurst),
	}
	defer func() { clear(r.buffer) }()
	for {
		if why, ok := r.next(ctx); !ok {
			n.end(why)
			return
		}
		n.hear()
	}
}

// next reads one message and acts on it. When ok is false nothing more can be
// read.
func (r *reader) next(ctx context.Context) (why Loss, ok bool) {
	kind, body, err := r.ws.Reader(ctx)
	if err != nil {
		return LossGone, false
	}
	limit := MaxText
	if kind == websocket.MessageBinary {
		limit = MaxFrame
	}
	if len(r.buffer) <= limit {
		clear(r.buffer)
		r.buffer = make([]byte, limit+1)
	}
	got, err := readAll(body, r.buffer[:limit+1])
	message := r.buffer[:got]
	defer clear(message)
	switch {
	case err != nil:
		return LossGone, false
	case got > limit:
		return LossFlood, false
	case r.ctx.Err() != nil:
		return "", true // draining
	case kind == websocket.MessageBinary:
		r.binary(message)
	default:
		r.text(message)
	}
	return "", true
}

// readAll reads into b until the end or until b is full. It takes no other
// error for the end, as io.ReadFull's answer could be.
func readAll(from io.Reader, b []byte) (int, error) {
	got := 0
	for got < len(b) {
		n, err := from.Read(b[got:])
		got += n
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

func (r *reader) text(message []byte) {
	if !r.texts.take(time.Now()) || r.controls.Load() > controlBurst {
		r.end(LossFlood)
		return
	}
	e, err := decode(message)
	if err != nil {
		r.end(LossProtocol)
		return
	}
	switch e := e.(type) {
	case hello:
		r.end(LossProtocol) // said already
	case pong:
		if r.pongs.Add(1) > r.pings.Load() {
			r.end(LossProtocol)
		}
	case flush:
		r.flush = true
	case Camera:
		r.server.noteCamera(e.State)
		r.event(e)
	default:
		r.event(e)
	}
}

func (s *Server) noteCamera(state CameraState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.camera = state
}

func (r *reader) binary(message []byte) {
	if r.flush {
		r.flush = false
		if len(message) > MaxFlush || !zero(message) {
			r.stray()
		}
		return
	}
	r.server.frames.Lock()
	defer r.server.frames.Unlock()
	r.frame(message)
}

// frame judges a frame and pushes it. The caller holds server.frames, so that
// no frame is pushed after WantFrames or the end of the connection dropped the
// last.
func (r *reader) frame(jpeg []byte) {
	order, version := r.server.wanted()
	switch {
	case r.ctx.Err() != nil:
	case r.asked.version != version, r.pongs.Load() < r.asked.from:
		// It was sent before the page knew what is wanted now.
	case order.mode == NoFrames:
		r.stray()
	case !r.due(order, version):
		if !r.spares.take(time.Now()) {
			r.end(LossFlood)
		}
	case r.server.config.Frames.Push(jpeg) != nil:
		r.stray()
	}
}

// due says whether a frame comes no sooner than the order asks, with some room
// for uneven networks.
func (r *reader) due(o order, version uint64) bool {
	if r.version != version {
		r.frames, r.version = newBucket(1.5*float64(o.fps), 2*float64(o.fps)), version
	}
	return r.frames.take(time.Now())
}

// stray counts a frame that no page of ours sends.
func (r *reader) stray() {
	if !r.strays.take(time.Now()) {
		r.end(LossProtocol)
	}
}

func (s *Server) wanted() (order, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.order, s.version.order
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
