package kiosk_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

// pipes is a network without buffers inside one test, so that time can be the
// test's own: whoever writes waits for whoever reads.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.done); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.done:
		return nil, io.ErrClosedPipe
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inTime runs a test in its own time, with a server.
func inTime(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		r := startOn(t, p, 8443, nil)
		r.dial = p.dial
		test(t, r)
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func (d *recorder) at(i int) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.times[i]
}

// A tablet that is switched off sends nothing, not even that it is gone.
func TestSilence(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		p := r.connect(r.paired())
		time.Sleep(10 * time.Second)
		if p.Err() != nil {
			t.Fatalf("a page that answers was cut: %v", p.Err())
		}
		p.Mute(true)
		from := time.Now()
		if l := r.lost(1); l.Why != kiosk.LossSilent {
			t.Errorf("%+v", l)
		}
		// It may have been heard just before from.
		if took := r.door.at(1).Sub(from); took > kiosk.LossTime {
			t.Errorf("noticed after %v", took)
		}
	})
}

// raw connects without reading anything after the hello.
func (r *rig) raw(k *kiosktest.Kiosk) *websocket.Conn {
	r.t.Helper()
	ws, err := k.Dial(r.soon())
	if err == nil {
		err = k.Hello(r.soon(), ws)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return ws
}

// A page that never reads is lost as soon as one that is silent, even if it
// goes on sending.
func TestNeverReads(t *testing.T) {
	for _, sends := range []bool{false, true} {
		inTime(t, func(t *testing.T, r *rig) {
			k := r.paired()
			from := time.Now()
			ws := r.raw(k)
			defer ws.CloseNow()
			for i := 0; sends && i < 30; i++ {
				if ws.Write(r.soon(), websocket.MessageText, []byte(`{"t":"code","text":"x"}`)) != nil {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			if l := r.lost(1); l.Why != kiosk.LossSilent {
				t.Errorf("%+v", l)
			}
			events := len(r.door.all())
			if took := r.door.at(events - 1).Sub(from); took > kiosk.LossTime {
				t.Errorf("noticed after %v", took)
			}
		})
	}
}

// What a slow page has not read is replaced, not queued.
func TestNewestWins(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		ws := r.raw(r.paired())
		defer ws.CloseNow()
		for i := range 100_000 {
			r.server.Show(kiosk.Screen{Key: "screen", Hint: fmt.Sprint(i)})
			r.server.WantFrames(kiosk.LookFrames, 1+i%30, 1280)
			r.server.WantFrames(kiosk.NoFrames, 0, 0)
		}
		synctest.Wait()
		var last kiosktest.Message
		n := 0
		for ; last.Hint != "99999" || last.T != "screen"; n++ {
			last = read(r, ws)
		}
		if n > 10 {
			t.Errorf("%d messages were kept", n)
		}
	})
}

// Whoever does not answer the challenge is cut.
func TestNoHello(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		from := time.Now()
		ws, err := r.paired().Dial(r.soon())
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		read(r, ws)
		if _, _, err := ws.Read(r.soon()); err == nil {
			t.Error("it was spoken to")
		}
		if took := time.Since(from); took > 6*time.Second {
			t.Errorf("it took %v", took)
		}
		if len(r.door.all()) != 0 {
			t.Error("the door heard of it")
		}
	})
}

// A frame that drips in ends the connection as silence does.
func TestDrip(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		ws := r.raw(r.paired())
		defer ws.CloseNow()
		go func() {
			for {
				if _, _, err := ws.Read(context.Background()); err != nil {
					return
				}
			}
		}()
		w, err := ws.Writer(r.soon(), websocket.MessageBinary)
		for err == nil {
			_, err = w.Write([]byte{0})
			time.Sleep(50 * time.Millisecond)
		}
		if l := r.lost(1); l.Why != kiosk.LossSilent {
			t.Errorf("%+v", l)
		}
	})
}

// Pings of the protocol's own are no sign of life, and are answered only a few
// times.
func TestControlFlood(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		ws := r.raw(r.paired())
		defer ws.CloseNow()
		go func() {
			for {
				if _, _, err := ws.Read(context.Background()); err != nil {
					return
				}
			}
		}()
		answered := 0
		for range 1000 {
			ctx, cancel := context.WithTimeout(r.soon(), 10*time.Millisecond)
			if ws.Ping(ctx) == nil {
				answered++
			}
			cancel()
		}
		if l := r.lost(1); l.Why != kiosk.LossSilent {
			t.Errorf("%+v", l)
		}
		if answered > 20 {
			t.Errorf("%d pings were answered", answered)
		}
	})
}

// A tablet that lost its connection without a word gets in again as soon as
// the old one has missed its pings, before that is lost.
func TestBackAfterMissedPings(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		k := r.paired()
		old := r.connect(k)
		time.Sleep(5*time.Second + time.Millisecond)
		old.Mute(true)
		time.Sleep(1600 * time.Millisecond)
		p := r.connect(k)
		if l := r.lost(1); l.Why != kiosk.LossReplaced {
			t.Errorf("%+v", l)
		}
		time.Sleep(5 * time.Second)
		if p.Err() != nil {
			t.Error(p.Err())
		}
		e := r.door.all()
		if len(e) != 3 || e[2] != kiosk.Event(kiosk.Connected{Kiosk: k.ID}) {
			t.Errorf("events %v", e)
		}
	})
}

// The screen gets a fresh nonce when one is due or spent.
func TestNonceOnScreen(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		r.server.Configure(kiosk.Page{Methods: []string{"plain", "phone"}})
		p := r.connect(r.paired())
		m, _ := p.Wait(r.soon(), "config", nil)
		first := m.Nonce
		for i := range 3 {
			if i < 2 {
				r.clock.move(kiosk.NonceTime)
			} else {
				r.server.Spend()
			}
			m, err := p.Wait(r.soon(), "nonce", func(m kiosktest.Message) bool { return m.Nonce != first })
			if err != nil {
				t.Fatal(err)
			}
			first = m.Nonce
		}
		if good := r.server.GoodNonces(); len(good) != 1 {
			t.Errorf("%d nonces are good after one was spent", len(good))
		}
	})
}

// A door that takes no phones shows nothing for one to answer.
func TestNoNonceWithoutPhones(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		r.server.Configure(kiosk.Page{Methods: []string{"plain", "face", "pin"}})
		p := r.connect(r.paired())
		time.Sleep(3 * kiosk.NonceTime)
		m, err := p.Wait(r.soon(), "config", nil)
		if err != nil || m.Nonce != "" || p.Count("nonce") != 0 || p.Count("config") != 1 {
			t.Errorf("%v, the nonce %q, %d more, %d configs", err, m.Nonce, p.Count("nonce"), p.Count("config"))
		}
		if good := r.server.GoodNonces(); len(good) != 0 {
			t.Errorf("%d nonces are good", len(good))
		}
		r.server.Configure(kiosk.Page{Methods: []string{"phone"}})
		if _, err := p.Wait(r.soon(), "config", func(m kiosktest.Message) bool { return m.Nonce != "" }); err != nil {
			t.Error(err)
		}
	})
}

// A server that stops says so, and leaves nothing running.
func TestStop(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		p := r.connect(r.paired())
		from := time.Now()
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(from); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if l := r.lost(1); l.Why != kiosk.LossStopped {
			t.Errorf("%+v", l)
		}
		if err := r.ended(p); err == nil {
			t.Error("the page was not told")
		}
	})
}
