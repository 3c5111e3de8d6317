package latch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
)

// How the broker is kept.
const (
	mqttKeepAlive = 5 // seconds; a broker declares the door dead after one and a half
	mostWait      = 1500 * time.Millisecond
	// An order that the relay has not taken within this many seconds is dropped
	// by the broker (MQTT 5, 3.3.2.3.3): a relay that comes back must not open
	// for somebody who left.
	orderLife = 3
	// noSubscriber is the broker's word that nobody listens (MQTT 5, 3.4.2.1).
	noSubscriber = 0x10
)

// errNoRelay means that the broker passed the order to nobody.
var errNoRelay = errors.New("no relay listens to its topic")

// broker is a latch behind an MQTT 5 broker.
//
// Around an opening it publishes the order to the relay's topic, not retained,
// and nothing else: no state, no event, to nobody else. Where the relay cannot
// time its pulse, the order to lock follows.
type broker struct {
	c     Config
	relay *autopaho.ConnectionManager
	// presence tells Home Assistant that this program lives; nil without it. It
	// is a connection of its own because a connection has one last will, and
	// that of relay may have to lock the door.
	presence *autopaho.ConnectionManager
	cancel   context.CancelFunc

	mu   sync.Mutex    // guards down
	down chan struct{} // closed when the connection of relay is lost, and made anew
}

func openMQTT(c Config) (Latch, error) {
	password, err := readSecret("secret_file", c.SecretFile)
	if err != nil {
		return nil, err
	}
	settings, err := trust(c.CAFile)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	b := &broker{c: c, cancel: cancel, down: make(chan struct{})}
	s := newSwitch(b)
	connect := func(own autopaho.ClientConfig) *autopaho.ConnectionManager {
		m, connectErr := autopaho.NewConnection(ctx, common(own, c, settings, password))
		err = errors.Join(err, connectErr)
		return m
	}
	s.mu.Lock() // settle waits until relay is set
	b.relay = connect(b.relayConfig(s))
	s.mu.Unlock()
	if c.HomeAssistant {
		b.presence = connect(b.presenceConfig())
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &brokered{s, b}, nil
}

// brokered is a switch whose Check asks for the connection, too.
type brokered struct {
	*switched
	b *broker
}

func (l *brokered) Check(ctx context.Context) error {
	if err := l.switched.Check(ctx); err != nil {
		return err
	}
	return l.b.connected(ctx)
}

// common fills in what both connections share.
func common(own autopaho.ClientConfig, c Config, settings *tls.Config, password []byte) autopaho.ClientConfig {
	u, _ := url.Parse(c.URL) // checked by Config.Check
	own.ServerUrls, own.AttemptConnection = []*url.URL{u}, dialBroker(settings)
	own.KeepAlive, own.ConnectTimeout, own.PacketTimeout = mqttKeepAlive, hookTimeout, hookTimeout
	own.ConnectUsername, own.ConnectPassword = c.Username, password
	own.ReconnectBackoff = backoff
	// A session that survived the connection would carry out an order that has
	// failed: every connection begins a new one.
	own.CleanStartOnInitialConnection, own.SessionExpiryInterval = true, 0
	own.ConnectPacketBuilder = func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) {
		p.CleanStart = true
		return p, nil
	}
	return own
}

// dialBroker connects directly: autopaho's own dialer would obey a proxy that
// the environment names.
func dialBroker(settings *tls.Config) func(context.Context, autopaho.ClientConfig, *url.URL) (net.Conn, error) {
	return func(ctx context.Context, _ autopaho.ClientConfig, u *url.URL) (net.Conn, error) {
		port := u.Port()
		if u.Scheme == "mqtt" {
			return (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), or(port, "1883")))
		}
		conn, err := (&tls.Dialer{Config: settings}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), or(port, "8883")))
		if err != nil {
			return nil, err
		}
		return packets.NewThreadSafeConn(conn), nil // writes to a tls.Conn are not safe for several goroutines
	}
}

func or(port, standard string) string {
	if port == "" {
		return standard
	}
	return port
}

// backoff waits longer after each attempt that failed, up to mostWait, and
// never as long as another door that lost the broker at the same moment.
func backoff(attempt int) time.Duration {
	if attempt == 0 {
		return 0
	}
	d := min(mostWait, 200*time.Millisecond<<min(attempt-1, 5))
	return d*4/5 + rand.N(d*2/5)
}

func (b *broker) relayConfig(s *switched) autopaho.ClientConfig {
	own := autopaho.ClientConfig{OnConnectionDown: b.lost}
	own.ClientID = "facelatch-" + b.c.ID
	if b.c.LockPayload != "" {
		own.WillMessage = &paho.WillMessage{Topic: b.c.Topic, Payload: []byte(b.c.LockPayload), QoS: 1}
		own.WillProperties = &paho.WillProperties{} // no delay
		own.OnConnectionUp = func(*autopaho.ConnectionManager, *paho.Connack) {
			go s.settle() // it must not block here; if it fails, the connection is down, and there will be another
		}
	}
	return own
}

func (b *broker) open(ctx context.Context, pulse time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	life := uint32(orderLife)
	return b.send(ctx, &paho.Publish{
		QoS: 1, Topic: b.c.Topic, Payload: []byte(fill(b.c.Payload, pulse)),
		Properties: &paho.PublishProperties{MessageExpiry: &life},
	})
}

func (b *broker) lock() error {
	if b.c.LockPayload == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), hookTimeout)
	defer cancel()
	err := b.send(ctx, &paho.Publish{QoS: 1, Topic: b.c.Topic, Payload: []byte(b.c.LockPayload)})
	if errors.Is(err, errNoRelay) { // gone: what it does when it comes back is its own safe state
		return nil
	}
	return err
}

// send publishes, and waits until the broker has taken it and somebody listens.
func (b *broker) send(ctx context.Context, p *paho.Publish) error {
	if err := b.connected(ctx); err != nil {
		return err
	}
	ctx, cancel := b.whileConnected(ctx)
	defer cancel()
	answer, err := b.relay.Publish(ctx, p)
	if answer != nil && answer.ReasonCode == noSubscriber {
		return fmt.Errorf("%w: %w", ErrFailed, errNoRelay)
	}
	if err != nil {
		return fmt.Errorf("%w: the broker: %w", ErrFailed, err)
	}
	return nil
}

// lost fails the orders that wait for an answer of the connection that is gone;
// paho would let them wait for the next one.
func (b *broker) lost() (again bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.down)
	b.down = make(chan struct{})
	return true
}

// whileConnected returns a context that ends with the connection.
func (b *broker) whileConnected(ctx context.Context) (context.Context, context.CancelFunc) {
	b.mu.Lock()
	down := b.down
	b.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-down:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// connected waits a moment for the connection, since it may be coming back.
func (b *broker) connected(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if b.relay.AwaitConnection(ctx) != nil {
		return fmt.Errorf("%w: the broker cannot be reached", ErrFailed)
	}
	return nil
}

func (b *broker) close() {
	ctx, cancel := context.WithTimeout(context.Background(), hookTimeout)
	defer cancel()
	b.leave(ctx)
	_ = b.relay.Disconnect(ctx)
	b.cancel()
}
