package kiosk

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/netip"
	"sync/atomic"

	"github.com/coder/websocket"
)

// What a page is told in its bye when it was not let in. Else it is a Loss.
const (
	ByeNotPaired = string(LossUnpaired) // never, or not any more: pair it
	ByeSignature = "bad-signature"      // the answer to the challenge is wrong
	ByeConnected = "already connected"  // another window or tablet has the door
)

// connect answers GET /ws. ctx ends the connection.
func (s *Server) connect(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	origin, ok := s.origin(r)
	if !ok {
		s.refuse()
		http.Error(w, "wrong origin", http.StatusForbidden)
		return
	}
	if !s.enter() {
		http.Error(w, "the door stops", http.StatusServiceUnavailable)
		return
	}
	defer s.open.Done()
	n, before, ok := s.welcome(ctx, w, r, origin)
	if ok {
		n.run(before)
	}
}

// welcome upgrades a connection, and has it prove that it is the paired kiosk.
func (s *Server) welcome(ctx context.Context, w http.ResponseWriter, r *http.Request, origin string) (n, before *session, ok bool) {
	var controls atomic.Int64
	ws, err := websocket.Accept(smallBuffer{w}, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the origin was compared, more strictly
		OnPingReceived: func(context.Context, []byte) bool {
			return controls.Add(1) <= controlBurst
		},
		OnPongReceived: func(context.Context, []byte) { controls.Add(1) },
	})
	if err != nil {
		return nil, nil, false
	}
	n = newSession(ctx, s, ws, &controls)
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // zero where there is none
	from := at.Addr().Unmap().WithZone("")
	waiting, leave := s.hellos.enter(ctx, from)
	why, ok := n.hello(waiting, origin)
	leave()
	if ok {
		s.gate.know(from)
		before, why, ok = s.take(n)
	}
	if ok {
		return n, before, true
	}
	s.refuse()
	n.part(why)
	return nil, nil, false
}

// hello sends the challenge and checks the answer. Each connection has a
// challenge of its own, so that an answer is good for one connection.
func (n *session) hello(ctx context.Context, origin string) (why string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	challenge := make([]byte, 32)
	_, _ = rand.Read(challenge) // never fails
	nonce := base64.StdEncoding.EncodeToString(challenge)
	n.ws.SetReadLimit(MaxText)
	door := n.server.config.Door
	if n.ws.Write(ctx, websocket.MessageText, sayChallenge(nonce, door)) != nil {
		return "", false
	}
	kind, data, err := n.ws.Read(ctx)
	if err != nil {
		return "", false
	}
	e, err := decode(data)
	h, isHello := e.(hello)
	if err != nil || !isHello || kind != websocket.MessageText {
		return string(LossProtocol), false
	}
	n.server.mu.Lock()
	paired := n.server.paired
	n.server.mu.Unlock()
	if paired.ID == "" || paired.ID != h.Kiosk {
		return ByeNotPaired, false
	}
	if !paired.signed(SignedText(origin, door, nonce), h.Signature) {
		return ByeSignature, false
	}
	n.kiosk = h.Kiosk
	n.ws.SetReadLimit(MaxFrame + 1) // the reader has its own, tighter for texts
	n.hear()
	return "", true
}

// part says bye to a connection that was not let in, and closes it.
func (n *session) part(why string) {
	defer n.cause(nil)
	defer func() { _ = n.ws.CloseNow() }()
	if why == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.ctx), byeTime)
	defer cancel()
	if n.ws.Write(ctx, websocket.MessageText, sayBye(why)) == nil {
		_, _, _ = n.ws.Read(ctx) // until the page closes
	}
}
