package kiosk

import (
	"context"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// write sends what is to be shown and asked until the connection ends, then
// says bye.
func (n *session) write() {
	tick := time.NewTicker(pingEvery / 4)
	defer tick.Stop()
	var sent versions
	var nonce Nonce
	var pinged time.Duration
	for {
		shown := n.shown()
		n.news(&sent, &nonce)
		if now := time.Since(n.born); now-pinged >= pingEvery {
			n.ping()
			pinged = now
		}
		select {
		case <-n.ctx.Done():
			n.bye()
			return
		case <-shown:
		case <-tick.C:
			if n.silence() >= silent {
				n.end(LossSilent)
			}
		}
	}
}

// shown returns a channel that is closed when there is something new to send.
func (n *session) shown() <-chan struct{} {
	n.server.mu.Lock()
	defer n.server.mu.Unlock()
	return n.server.shown
}

// news sends what changed since sent. The end of frames is said before the
// screen that follows it, and their beginning after the screen that announces
// it.
func (n *session) news(sent *versions, nonce *Nonce) {
	s := n.server
	now := s.config.Now()
	s.mu.Lock()
	page, screen, order, version := s.page, s.screen, s.order, s.version
	s.mu.Unlock()
	var show Nonce // none where no phone would answer it
	if slices.Contains(page.Methods, "phone") {
		show = s.nonces.Show(now)
	}
	switch {
	case version.page == 0:
		return
	case version.page != sent.page:
		n.send(sayConfig(page, show))
	case show != *nonce:
		n.send(sayNonce(show))
	}
	frames := version.order != sent.order
	if frames && order.mode == NoFrames {
		n.ask(order, version.order)
	}
	if version.screen != sent.screen {
		n.send(sayScreen(screen, now))
	}
	if frames && order.mode != NoFrames {
		n.ask(order, version.order)
	}
	*sent, *nonce = version, show
}

// ask sends an order for frames, and a ping whose answer shows that the page
// has read it.
func (n *session) ask(o order, version uint64) {
	n.server.frames.Lock()
	n.asked.version, n.asked.from = version, n.pings.Load()+1
	n.server.frames.Unlock()
	n.send(sayFrames(o))
	n.ping()
}

func (n *session) ping() {
	n.pings.Add(1)
	n.send(sayPing())
}

// send writes one message, or ends the connection: a page that does not read
// fills the buffers on the way until this takes too long. A context with a
// deadline would close the connection without saying which it was.
func (n *session) send(message []byte) {
	if n.ctx.Err() != nil {
		return
	}
	n.timers.Add(1)
	late := time.AfterFunc(max(0, min(writeTime, silent-n.silence())), func() {
		defer n.timers.Done()
		n.end(LossSilent)
		_ = n.ws.CloseNow()
	})
	err := n.ws.Write(context.WithoutCancel(n.ctx), websocket.MessageText, message)
	if late.Stop() {
		n.timers.Done()
	}
	if err != nil {
		n.end(LossGone)
	}
}

// bye tells the page why, and leaves it a moment to close.
func (n *session) bye() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.ctx), byeTime)
	defer cancel()
	why := n.why()
	if why == LossGone {
		return
	}
	if n.ws.Write(ctx, websocket.MessageText, sayBye(string(why))) == nil {
		select {
		case <-ctx.Done():
		case <-n.shut:
		}
	}
}
