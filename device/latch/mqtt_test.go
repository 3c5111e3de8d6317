package latch

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

// openedAt opens a latch at a broker and waits for the connection.
func openedAt(t *testing.T, at string, change func(*Config)) Latch {
	t.Helper()
	c := mqttConfig()
	c.URL = "mqtt://" + at
	if change != nil {
		change(&c)
	}
	l := openLatch(t, c)
	eventually(t, "the broker is reached", func() bool { return l.Check(t.Context()) == nil })
	return l
}

// overBrokers runs a test with each broker.
func overBrokers(t *testing.T, test func(t *testing.T, start startBroker, at string)) {
	for name, start := range brokers() {
		t.Run(name, func(t *testing.T) { test(t, start, freeAddress(t)) })
	}
}

// TestNoDiaryOfOpenings records everything that the broker passes on around
// openings, and everything that it keeps. There is the order to the relay, not
// retained, and nothing else: no state, no event, nothing for Home Assistant.
func TestNoDiaryOfOpenings(t *testing.T) {
	overBrokers(t, func(t *testing.T, start startBroker, at string) {
		start(t, at)
		l := openedAt(t, at, func(c *Config) { c.HomeAssistant = true })
		before := newSpy(t, at)
		online := message{"facelatch/front/availability", "online", true}
		eventually(t, "it is announced", before.saw(online))
		before.stop()

		kept := newSpy(t, at)
		eventually(t, "what is kept arrives", func() bool { return len(kept.messages()) == 2 })
		first := kept.messages()
		for range 3 {
			if err := l.Unlatch(t.Context(), MinPulse); err != nil {
				t.Fatal(err)
			}
		}
		order := message{"relay/set", "on 200", false}
		eventually(t, "the relay is told three times", func() bool { return kept.count("on 200") == 3 })
		time.Sleep(MinPulse + 300*time.Millisecond) // what might follow the pulse
		if got := kept.messages()[len(first):]; !slices.Equal(got, []message{order, order, order}) {
			t.Errorf("around three openings the broker saw %v", got)
		}
		kept.stop()
		after := newSpy(t, at)
		eventually(t, "what is kept arrives", func() bool { return len(after.messages()) >= len(first) })
		sortMessages(first)
		if now := after.messages(); !slices.Equal(sortMessages(now), first) {
			t.Errorf("openings changed what the broker keeps: %v, before %v", now, first)
		}
		l.Close()
		eventually(t, "it says that it is gone", after.saw(message{"facelatch/front/availability", "offline", true}))
	})
}

func sortMessages(m []message) []message {
	slices.SortFunc(m, func(a, b message) int { return strings.Compare(a.topic, b.topic) })
	return m
}

// TestRelayWithoutATimer: the order to lock follows the pulse.
func TestRelayWithoutATimer(t *testing.T) {
	overBrokers(t, func(t *testing.T, start startBroker, at string) {
		start(t, at)
		s := newSpy(t, at)
		l := openedAt(t, at, func(c *Config) { c.LockPayload = "off" })
		eventually(t, "it is locked at the start", func() bool { return s.count("off") == 1 })
		if err := l.Unlatch(t.Context(), MinPulse); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is locked after the pulse", func() bool { return s.count("off") == 2 })
		l.Close()
		eventually(t, "it is locked at the end", func() bool { return s.count("off") == 3 })
		want := []message{{"relay/set", "off", false}, {"relay/set", "on 200", false}, {"relay/set", "off", false}, {"relay/set", "off", false}}
		if got := s.messages(); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

// TestTheBrokerLocksForTheDead: the door is lost in the middle of a pulse, and
// its last will locks.
func TestTheBrokerLocksForTheDead(t *testing.T) {
	overBrokers(t, func(t *testing.T, start startBroker, at string) {
		start(t, at)
		s := newSpy(t, at)
		w := newWire(t, at)
		l := openedAt(t, w.listener.Addr().String(), func(c *Config) { c.LockPayload, c.HomeAssistant = "off", true })
		eventually(t, "it is announced", s.saw(message{"facelatch/front/availability", "online", true}))
		eventually(t, "it is locked at the start", func() bool { return s.count("off") == 1 })
		if err := l.Unlatch(t.Context(), MaxPulse); err != nil {
			t.Fatal(err)
		}
		w.listener.Close() // it does not come back
		w.cut()
		eventually(t, "the broker locks", func() bool { return s.count("off") == 2 })
		eventually(t, "the broker says that it is gone", s.saw(message{"facelatch/front/availability", "offline", true}))
		if err := l.Close(); !errors.Is(err, ErrStuck) {
			t.Errorf("closing without a broker: %v", err)
		}
	})
}

// TestNoLateOpening: an order that failed is never carried out, even though it
// may have been on its way.
func TestNoLateOpening(t *testing.T) {
	overBrokers(t, func(t *testing.T, start startBroker, at string) {
		start(t, at)
		s := newSpy(t, at)
		w := newWire(t, at)
		l := openedAt(t, w.listener.Addr().String(), nil)
		w.setDeaf(true)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := l.Unlatch(ctx, time.Second); !errors.Is(err, ErrFailed) {
			t.Errorf("an order that nobody heard: %v", err)
		}
		w.setDeaf(false)
		w.cut()
		lost := time.Now()
		eventually(t, "an order is carried out again", func() bool { return l.Unlatch(t.Context(), MinPulse) == nil })
		t.Logf("it recovered after %v", time.Since(lost))
		eventually(t, "that order arrives", func() bool { return s.count("on 200") == 1 })
		if n := s.count("on 1000"); n != 0 {
			t.Error("the door opened for somebody who left")
		}
		l.Close()
	})
}

// TestBrokerComesBack kills the broker and brings it back, and counts orders.
func TestBrokerComesBack(t *testing.T) {
	overBrokers(t, func(t *testing.T, start startBroker, at string) {
		stop := start(t, at)
		l := openedAt(t, at, nil)
		for range testenv.Count(3, 100) {
			stop()
			eventually(t, "the loss is noticed", func() bool {
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				return l.Check(ctx) != nil
			})
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			if err := l.Unlatch(ctx, time.Second); !errors.Is(err, ErrFailed) {
				t.Errorf("an order without a broker: %v", err)
			}
			cancel()
			stop = start(t, at)
			back := time.Now()
			s := newSpy(t, at)
			eventually(t, "the broker is reached again", func() bool { return l.Check(t.Context()) == nil })
			t.Logf("it was back after %v", time.Since(back))
			if err := l.Unlatch(t.Context(), MinPulse); err != nil {
				t.Error(err)
			}
			eventually(t, "the relay is told", func() bool { return s.count("on 200") == 1 })
			if got := s.messages(); len(got) != 1 {
				t.Errorf("the broker saw %v", got)
			}
			s.stop()
		}
		l.Close()
	})
}

// TestNobodyListens: the broker's word that it passed the order to nobody is a
// failure. (mochi does not say so.)
func TestNobodyListens(t *testing.T) {
	at := freeAddress(t)
	startMosquitto(t, at)
	l := openedAt(t, at, nil)
	if err := l.Unlatch(t.Context(), time.Second); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "no relay listens") {
		t.Error(err)
	}
	l.Close()
}

func TestBrokerWithTLSAndPassword(t *testing.T) {
	certificates := httptest.NewUnstartedServer(nil) // for its certificate
	certificates.StartTLS()
	defer certificates.Close()
	at := freeAddress(t)
	startMochi(t, at, certificates.TLS, &password{})
	c := mqttConfig()
	c.URL, c.Username = "mqtts://"+at, "door"
	c.SecretFile = writeFile(t, sharedKey+"\n")
	c.CAFile = writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificates.Certificate().Raw})))
	l := openLatch(t, c)
	eventually(t, "the broker is reached", func() bool { return l.Check(t.Context()) == nil })
	if err := l.Unlatch(t.Context(), time.Second); err != nil {
		t.Error(err)
	}
	l.Close()

	for name, change := range map[string]func(*Config){
		"wrong password": func(c *Config) { c.SecretFile = writeFile(t, "not the password") },
		"a stranger":     func(c *Config) { c.CAFile = "" },
	} {
		wrong := c
		change(&wrong)
		l := openLatch(t, wrong)
		if err := l.Check(t.Context()); !errors.Is(err, ErrFailed) {
			t.Errorf("%s: %v", name, err)
		}
		l.Close()
	}
}

// TestDiscovery checks what Home Assistant reads. Without leave its commands go
// to a topic that nobody reads, and there is never a topic for a state.
func TestDiscovery(t *testing.T) {
	c := mqttConfig()
	c.HomeAssistant = true
	decode := func() map[string]any {
		data, err := json.Marshal(c.discovery())
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		for key := range m {
			if strings.Contains(key, "state") || strings.Contains(key, "json_attributes") {
				t.Errorf("%s would give it a history", key)
			}
		}
		return m
	}
	m := decode()
	if m["command_topic"] != "facelatch/front/unused" || m["payload_unlock"] != nil || m["retain"] != false ||
		m["optimistic"] != true || m["availability_topic"] != "facelatch/front/availability" || m["unique_id"] != "facelatch_front" {
		t.Errorf("%v", m)
	}
	c.HomeAssistantOpens, c.LockPayload = true, "off"
	m = decode()
	if m["command_topic"] != "relay/set" || m["payload_unlock"] != "on 3000" || m["payload_lock"] != "off" {
		t.Errorf("%v", m)
	}
}
