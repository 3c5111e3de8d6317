package latch

import (
	"context"
	"encoding/json"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

// discovery announces a lock to Home Assistant, as its MQTT integration reads
// it (https://www.home-assistant.io/integrations/lock.mqtt/).
//
// It has no state topic: an entity with one would get a history, and the
// history of a front door is when the people behind it come. Home Assistant
// learns whether this program runs, and nothing more.
type discovery struct {
	Name         *string `json:"name"` // null: the device's
	UniqueID     string  `json:"unique_id"`
	Device       device  `json:"device"`
	Origin       named   `json:"origin"`
	Availability string  `json:"availability_topic"`
	Command      string  `json:"command_topic"`
	Unlock       string  `json:"payload_unlock,omitempty"`
	Lock         string  `json:"payload_lock,omitempty"`
	Optimistic   bool    `json:"optimistic"`
	QoS          int     `json:"qos"`
	Retain       bool    `json:"retain"`
}

type device struct {
	Identifiers  []string `json:"identifiers"`
	Name         string   `json:"name"`
	Manufacturer string   `json:"manufacturer"`
}

type named struct {
	Name string `json:"name"`
}

// homeAssistantPulse is what its button asks for.
const homeAssistantPulse = 3 * time.Second

func (c Config) discovery() discovery {
	d := discovery{
		UniqueID:     "facelatch_" + c.ID,
		Device:       device{[]string{"facelatch_" + c.ID}, "Door " + c.ID, "Facelatch"},
		Origin:       named{"Facelatch"},
		Availability: c.availabilityTopic(),
		// A lock must have a topic for commands. Nothing listens to this one.
		Command:    "facelatch/" + c.ID + "/unused",
		Optimistic: true,
		QoS:        1,
	}
	if c.HomeAssistantOpens {
		d.Command, d.Unlock, d.Lock = c.Topic, fill(c.Payload, homeAssistantPulse), c.LockPayload
	}
	return d
}

func (c Config) availabilityTopic() string { return "facelatch/" + c.ID + "/availability" }

func (b *broker) presenceConfig() autopaho.ClientConfig {
	return autopaho.ClientConfig{
		ClientConfig:   paho.ClientConfig{ClientID: "facelatch-" + b.c.ID + "-presence"},
		WillMessage:    &paho.WillMessage{Topic: b.c.availabilityTopic(), Payload: []byte("offline"), QoS: 1, Retain: true},
		WillProperties: &paho.WillProperties{}, // no delay
		OnConnectionUp: func(m *autopaho.ConnectionManager, _ *paho.Connack) {
			go b.announce(m) // it must not block here
		},
	}
}

// announce is done at each connection. If it fails, the connection is down, and
// there will be another.
func (b *broker) announce(m *autopaho.ConnectionManager) {
	ctx, cancel := context.WithTimeout(context.Background(), hookTimeout)
	defer cancel()
	config, err := json.Marshal(b.c.discovery())
	if err != nil {
		return // strings and a bool: it cannot
	}
	retained := func(topic string, payload []byte) {
		_, _ = m.Publish(ctx, &paho.Publish{QoS: 1, Retain: true, Topic: topic, Payload: payload})
	}
	retained("homeassistant/lock/facelatch_"+b.c.ID+"/config", config)
	retained(b.c.availabilityTopic(), []byte("online"))
}

// leave says that the program ends.
func (b *broker) leave(ctx context.Context) {
	if b.presence == nil {
		return
	}
	if up, cancel := context.WithTimeout(ctx, 100*time.Millisecond); b.presence.AwaitConnection(up) == nil {
		_, _ = b.presence.Publish(ctx, &paho.Publish{QoS: 1, Retain: true, Topic: b.c.availabilityTopic(), Payload: []byte("offline")})
		cancel()
	} else {
		cancel()
	}
	_ = b.presence.Disconnect(ctx)
}
