package kiosk_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
)

func spki(t *testing.T, k *kiosktest.Kiosk) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&k.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// turnedAway checks that a kiosk is told why it may not connect, and that the
// door hears of no kiosk.
func (r *rig) turnedAway(k *kiosktest.Kiosk, why string) {
	r.t.Helper()
	before := len(r.door.all())
	p, err := k.Connect(r.soon())
	if err != nil {
		r.t.Fatal(err)
	}
	defer p.Close()
	if err := r.ended(p); !errors.Is(err, kiosktest.ErrBye) || !strings.HasSuffix(err.Error(), ": "+why) {
		r.t.Errorf("ended with %v, want %s", err, why)
	}
	if p.Count("config") > 0 || len(r.door.all()) != before {
		r.t.Error("it was let in")
	}
}

func TestConnect(t *testing.T) {
	r := start(t)
	r.server.Configure(kiosk.Page{Site: "Lindenhof", Zone: map[string]string{"en": "Front"}, Methods: []string{"plain", "pin"}, Languages: []string{"zh", "en"}, BrowserQR: true})
	r.server.Show(kiosk.Screen{Key: "ready", State: "idle"})
	k := r.paired()
	p := r.connect(k)
	if _, err := p.WaitScreen(r.soon(), "ready"); err != nil {
		t.Fatal(err)
	}
	m, _ := p.Wait(r.soon(), "config", nil)
	var page struct {
		Site      string
		Methods   []string
		Langs     []string
		BrowserQR bool
	}
	if err := json.Unmarshal(m.Raw, &page); err != nil || page.Site != "Lindenhof" || !page.BrowserQR || len(page.Methods) != 2 {
		t.Errorf("config %s: %v", m.Raw, err)
	}
	for _, send := range []error{
		p.Code(r.soon(), "FL1:ABC"), p.PIN(r.soon(), "12345678", "87654321"), p.NotMe(r.soon()), p.Cancel(r.soon()),
		p.Camera(r.soon(), "covered"), p.Send(r.soon(), map[string]any{"t": "lang", "lang": "zh-Hant"}),
	} {
		if send != nil {
			t.Fatal(send)
		}
	}
	want := []kiosk.Event{
		kiosk.Connected{Kiosk: k.ID},
		kiosk.Code{Text: "FL1:ABC"},
		kiosk.PIN{Number: "12345678", Code: "87654321"},
		kiosk.NotMe{},
		kiosk.Cancel{},
		kiosk.Camera{State: kiosk.CameraCovered},
		kiosk.Lang{Lang: "zh-Hant"},
	}
	r.until("all events", func() bool { return len(r.door.all()) == len(want) })
	if got := r.door.all(); !slices.Equal(got, want) {
		t.Errorf("events %v", got)
	}
	if st := r.server.State(); !st.Connected || st.Camera != kiosk.CameraCovered {
		t.Errorf("state %+v", st)
	}
	p.Close()
	if l := r.lost(1); l.Why != kiosk.LossGone {
		t.Errorf("%+v", l)
	}
	r.until("not connected", func() bool { st := r.server.State(); return !st.Connected && st.Losses == 1 && st.Camera == "" })
}

// A page that comes before the door knows itself is told nothing but pings.
func TestNotConfigured(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig) {
		p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		s, err := kiosk.New(r.config(), r.door)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Serve(ctx, p) }()
		r.server, r.dial = s, p.dial
		k := r.paired()
		page, err := k.Connect(r.soon())
		if err != nil {
			t.Fatal(err)
		}
		s.Show(kiosk.Screen{Key: "ready"})
		time.Sleep(5 * time.Second)
		if page.Count("ping") == 0 || page.Count("screen") > 0 || page.Count("config") > 0 {
			t.Errorf("%d pings, %d screens", page.Count("ping"), page.Count("screen"))
		}
		s.Configure(kiosk.Page{})
		m, err := page.Wait(r.soon(), "config", nil)
		if err != nil || !strings.Contains(string(m.Raw), `"methods":[]`) {
			t.Errorf("%s, %v", m.Raw, err)
		}
		if _, err := page.WaitScreen(r.soon(), "ready"); err != nil {
			t.Error(err)
		}
		page.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// The screen tells how much time is left, by the daemon's clock.
func TestScreenTime(t *testing.T) {
	r := start(t)
	p := r.connect(r.paired())
	r.server.Show(kiosk.Screen{Key: "look", Hint: "closer", Until: r.clock.Now().Add(8e9)})
	m, err := p.WaitScreen(r.soon(), "look")
	if err != nil || m.Until == nil || *m.Until != 8000 || m.Hint != "closer" {
		t.Errorf("%s, %v", m.Raw, err)
	}
	r.server.Show(kiosk.Screen{Key: "late", Until: r.clock.Now().Add(-1)})
	if m, err := p.WaitScreen(r.soon(), "late"); err != nil || m.Until == nil || *m.Until != 0 {
		t.Errorf("%s, %v", m.Raw, err)
	}
}

func TestWrongOrigin(t *testing.T) {
	r := start(t)
	k := r.paired()
	good := k.Origin
	for _, origin := range []string{"https://evil.example", "", "null", good + "/", good + "0", strings.Replace(good, "https", "http", 1), strings.Replace(good, "127.0.0.1", "localhost", 1)} {
		k.Origin = origin
		if ws, err := k.Dial(r.soon()); err == nil {
			_ = ws.CloseNow()
			t.Errorf("%q was let in", origin)
		}
	}
	k.Origin = good
	r.connect(k)
	if st := r.server.State(); st.Refused != 7 {
		t.Errorf("%d refused", st.Refused)
	}
}

func TestNotPaired(t *testing.T) {
	r := start(t)
	k := r.tablet()
	k.ID = "0011223344556677"
	r.turnedAway(k, kiosk.ByeNotPaired)
	r.paired()
	r.turnedAway(k, kiosk.ByeNotPaired)
}

func TestOtherKey(t *testing.T) {
	r := start(t)
	k := r.tablet()
	k.ID = r.paired().ID
	r.turnedAway(k, kiosk.ByeSignature)
}

// A signature is for one door, one origin and one connection.
func TestReplayedSignature(t *testing.T) {
	r := start(t)
	k := r.paired()
	first, err := k.Dial(r.soon())
	if err != nil {
		t.Fatal(err)
	}
	defer first.CloseNow()
	m := read(r, first)
	if m.T != "challenge" || m.Door != doorID {
		t.Fatalf("%s", m.Raw)
	}
	if raw, err := base64.StdEncoding.DecodeString(m.Nonce); err != nil || len(raw) != 32 {
		t.Errorf("the challenge is %q", m.Nonce)
	}
	sig, err := k.Sign(m.Door, m.Nonce)
	if err != nil {
		t.Fatal(err)
	}
	hello, _ := json.Marshal(map[string]string{"t": "hello", "kiosk": k.ID, "sig": base64.StdEncoding.EncodeToString(sig)})
	second, err := k.Dial(r.soon())
	if err != nil {
		t.Fatal(err)
	}
	defer second.CloseNow()
	if again := read(r, second); again.Nonce == m.Nonce {
		t.Error("the same challenge twice")
	}
	for _, c := range []struct {
		ws   *websocket.Conn
		kind string
	}{{second, "bye"}, {first, "config"}} {
		if err := c.ws.Write(r.soon(), websocket.MessageText, hello); err != nil {
			t.Fatal(err)
		}
		if m := read(r, c.ws); m.T != c.kind {
			t.Errorf("%s, want a %s", m.Raw, c.kind)
		}
	}
	otherDoor, _ := k.Sign("another door", m.Nonce)
	if slices.Equal(otherDoor, sig) {
		t.Error("the door is not signed")
	}
}

func read(r *rig, ws *websocket.Conn) kiosktest.Message {
	r.t.Helper()
	_, data, err := ws.Read(r.soon())
	m := kiosktest.Message{Raw: data}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

func TestSecondConnection(t *testing.T) {
	r := start(t)
	k := r.paired()
	p := r.connect(k)
	r.turnedAway(k, kiosk.ByeConnected)
	if p.Err() != nil {
		t.Error(p.Err())
	}
	p.Close()
	r.lost(1)
	r.connect(k) // at once
	if n := len(r.door.all()); n != 3 {
		t.Errorf("%d events", n)
	}
}

// What is not a message of the page ends the connection, before hello and
// after.
func TestNonsense(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":         "hello",
		"unknown":         `{"t":"open"}`,
		"an extra field":  `{"t":"notme","really":true}`,
		"two values":      `{"t":"notme"}{"t":"notme"}`,
		"a letter in PIN": `{"t":"pin","number":"1234567O","code":"12345678"}`,
		"an empty code":   `{"t":"code","text":""}`,
		"too long":        `{"t":"code","text":"` + strings.Repeat("A", kiosk.MaxText) + `"}`,
		"a second hello":  `{"t":"hello","kiosk":"0011223344556677","sig":"` + base64.StdEncoding.EncodeToString(make([]byte, 64)) + `"}`,
		"pongs for none":  strings.Repeat(`{"t":"pong"}`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			k := r.paired()
			p := r.connect(k)
			for p.Err() == nil && p.SendRaw(r.soon(), []byte(text)) == nil && name == "pongs for none" {
				continue
			}
			why := kiosk.LossProtocol
			if name == "too long" {
				why = kiosk.LossFlood
			}
			if l := r.lost(1); l.Why != why {
				t.Errorf("%+v", l)
			}
			ws, err := k.Dial(r.soon())
			if err != nil {
				t.Fatal(err)
			}
			defer ws.CloseNow()
			_ = ws.Write(r.soon(), websocket.MessageText, []byte(text))
			for m := (kiosktest.Message{}); err == nil; {
				_, m.Raw, err = ws.Read(r.soon())
				if strings.Contains(string(m.Raw), `"config"`) {
					t.Fatal("it was let in")
				}
			}
		})
	}
}

func TestTextFlood(t *testing.T) {
	r := start(t)
	p := r.connect(r.paired())
	sent := 0
	for p.Err() == nil && sent < 100_000 && p.Code(r.soon(), "https://example.org/") == nil {
		sent++
	}
	if l := r.lost(1); l.Why != kiosk.LossFlood {
		t.Errorf("%+v", l)
	}
	if n := len(r.door.all()); n > 60+200 {
		t.Errorf("%d events of %d reached the door", n, sent)
	}
}

// Connections that fill the door's gate from four addresses do not keep the
// paired kiosk out, and it stays when more come.
func TestACrowdAtTheGate(t *testing.T) {
	r := start(t)
	k := r.paired()
	address := strings.TrimPrefix(r.url, "https://")
	for i := range 64 {
		r.knock(address, 1, byte(i%4))
	}
	p := r.connect(k)
	for i := range 500 { // each from an address of its own
		r.knock(address, byte(2+i/250), byte(i%250))
	}
	if err := p.Code(r.soon(), "still here"); err != nil {
		t.Fatal(err)
	}
	r.until("the door hears it", func() bool {
		return slices.Contains(r.door.all(), kiosk.Event(kiosk.Code{Text: "still here"}))
	})
	p.Close()
	r.lost(1)
	r.connect(k)
}

// knock opens a connection from an address of this machine, and says nothing.
func (r *rig) knock(address string, third, last byte) {
	r.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, third, last)}}
	c, err := d.DialContext(r.soon(), "tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
}

// Connections that say nothing do not keep the paired kiosk out, not even from
// its own address: they end when others come.
func TestManyAtTheDoor(t *testing.T) {
	r := start(t)
	k := r.paired()
	var silent []*websocket.Conn
	for range 10 {
		ws, err := k.Dial(r.soon())
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		silent = append(silent, ws)
	}
	r.connect(k)
	if _, _, err := silent[0].Read(r.soon()); err != nil {
		t.Fatal("no challenge: ", err)
	}
	if _, _, err := silent[0].Read(r.soon()); err == nil || r.server.State().Losses > 0 {
		t.Errorf("the oldest is still there (%v)", err)
	}
}

func TestConnectionLimit(t *testing.T) {
	r := start(t)
	failed := 0
	for range 20 {
		d := tls.Dialer{Config: &tls.Config{RootCAs: r.roots}}
		c, err := d.DialContext(r.soon(), "tcp", strings.TrimPrefix(r.url, "https://"))
		if err != nil {
			failed++
			continue
		}
		defer c.Close()
	}
	if failed != 4 {
		t.Errorf("%d of 20 connections from one address were closed", failed)
	}
}
