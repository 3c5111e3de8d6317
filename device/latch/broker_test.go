package latch

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// startBroker runs a broker at an address of this machine; stop kills it. What
// it retained is gone then.
type startBroker func(t *testing.T, at string) (stop func())

// brokers are the two that every test here is run with.
func brokers() map[string]startBroker {
	return map[string]startBroker{
		"mochi":     func(t *testing.T, at string) func() { return startMochi(t, at, nil, new(auth.AllowHook)) },
		"mosquitto": startMosquitto,
	}
}

func startMochi(t *testing.T, at string, settings *tls.Config, hook mochi.Hook) func() {
	t.Helper()
	server := mochi.New(&mochi.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err := server.AddHook(hook, nil); err != nil {
		t.Fatal(err)
	}
	if err := server.AddListener(listeners.NewTCP(listeners.Config{ID: "t", Address: at, TLSConfig: settings})); err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() { _ = server.Close() })
	t.Cleanup(stop)
	return stop
}

func startMosquitto(t *testing.T, at string) func() {
	t.Helper()
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/mosquitto"); err != nil {
			testenv.Missing(t, "no mosquitto: install the Debian package mosquitto")
		}
	}
	host, port, _ := net.SplitHostPort(at)
	config := writeFile(t, fmt.Sprintf("listener %s %s\nallow_anonymous true\npersistence false\n", port, host))
	cmd := exec.Command(program, "-c", config)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(stop)
	eventually(t, "mosquitto listens", func() bool {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
	return stop
}

// freeAddress is one where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	at, err := nettest.Address()
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// message is what a broker passed on.
type message struct {
	topic, payload string
	retain         bool
}

// spy subscribes to every topic of a broker.
type spy struct {
	mu   sync.Mutex
	seen []message
	m    *autopaho.ConnectionManager
}

func newSpy(t *testing.T, at string) *spy {
	t.Helper()
	s := &spy{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	m, err := autopaho.NewConnection(context.Background(), autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: "mqtt", Host: at}}, KeepAlive: 5,
		ClientConfig: paho.ClientConfig{
			ClientID: "spy", OnPublishReceived: []func(paho.PublishReceived) (bool, error){s.note},
		},
	})
	if err == nil {
		err = m.AwaitConnection(ctx)
	}
	if err == nil {
		_, err = m.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "#", QoS: 1, RetainAsPublished: true}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.m = m
	t.Cleanup(s.stop)
	return s
}

func (s *spy) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.m.Disconnect(ctx)
}

func (s *spy) note(r paho.PublishReceived) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, message{r.Packet.Topic, string(r.Packet.Payload), r.Packet.Retain})
	return true, nil
}

// messages returns what was seen.
func (s *spy) messages() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *spy) saw(m message) func() bool {
	return func() bool { return slices.Contains(s.messages(), m) }
}

// count returns how often something was sent to the relay.
func (s *spy) count(payload string) int {
	n := 0
	for _, m := range s.messages() {
		if m.topic == "relay/set" && m.payload == payload {
			n++
		}
	}
	return n
}

// wire stands between the latch and the broker, and can fall silent or break.
type wire struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	deaf  bool // what the latch sends is lost
	conns []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to}
	go w.accept()
	t.Cleanup(func() {
		l.Close()
		w.cut()
	})
	return w
}

func (w *wire) accept() {
	for {
		in, err := w.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", w.to)
		if err != nil {
			in.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, in, out)
		w.mu.Unlock()
		go func() { _, _ = io.Copy(in, out); in.Close() }()
		go func() { _, _ = io.Copy(heard{w, out}, in); out.Close() }()
	}
}

// heard passes on what is written to it, unless the wire is deaf.
type heard struct {
	w  *wire
	to net.Conn
}

func (h heard) Write(p []byte) (int, error) {
	h.w.mu.Lock()
	deaf := h.w.deaf
	h.w.mu.Unlock()
	if deaf {
		return len(p), nil
	}
	return h.to.Write(p)
}

func (w *wire) setDeaf(deaf bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = deaf
}

// cut ends every connection.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// password is a hook of the broker that lets one client in.
type password struct{ mochi.HookBase }

func (password) ID() string { return "password" }

func (password) Provides(b byte) bool {
	return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck
}

func (password) OnConnectAuthenticate(_ *mochi.Client, p packets.Packet) bool {
	return string(p.Connect.Username) == "door" && string(p.Connect.Password) == sharedKey
}

func (password) OnACLCheck(*mochi.Client, string, bool) bool { return true }
