package latch

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrConfig means that a Config cannot be used. The error names the field, as
// "latch.FIELD: ...".
var ErrConfig = errors.New("the latch's configuration is wrong")

// Kinds of latches.
const (
	KindLog     = "log"
	KindGPIO    = "gpio"
	KindMQTT    = "mqtt"
	KindHTTP    = "http"
	KindCommand = "command"
)

// Config says what holds the door shut. Kind decides which other fields may be
// set; one that belongs to another kind is an error.
//
// In Topic's Payload, in URL of kind http, and in Command, {ms}, {tenths} and
// {seconds} stand for the length of the pulse: milliseconds, tenths of a
// second, and seconds with up to three decimals.
type Config struct {
	// Kind is log, gpio, mqtt, http or command.
	Kind string `yaml:"kind" json:"kind"`

	// Chip is the name (gpiochip0), path or label of a Linux gpiochip. gpio only.
	Chip string `yaml:"chip,omitempty" json:"chip,omitempty"`
	// Line is the number or the name of a line of the chip. gpio only.
	Line string `yaml:"line,omitempty" json:"line,omitempty"`
	// ActiveLow is true where the relay lets go when the line is pulled to
	// ground: the line is then never driven high, only released. gpio only.
	ActiveLow bool `yaml:"active_low,omitempty" json:"active_low,omitempty"`

	// URL is the broker (mqtt://host:1883 or mqtts://host:8883) or the hook
	// (http:// or https://), without a password. mqtt and http.
	URL string `yaml:"url,omitempty" json:"url,omitempty"`
	// Username is sent to the broker. mqtt only.
	Username string `yaml:"username,omitempty" json:"username,omitempty"`
	// SecretFile is an absolute path. The broker's password, or the key that
	// signs requests to the hook (at least 16 bytes), is the file's content
	// without white space at its ends. mqtt and http.
	SecretFile string `yaml:"secret_file,omitempty" json:"secret_file,omitempty"`
	// CAFile is an absolute path to the PEM certificates that the server's must
	// come from; the system's own if empty. mqtt and http.
	CAFile string `yaml:"ca_file,omitempty" json:"ca_file,omitempty"`

	// Topic is what the relay listens to. mqtt only.
	Topic string `yaml:"topic,omitempty" json:"topic,omitempty"`
	// Payload tells the relay to let go for one pulse. mqtt only.
	Payload string `yaml:"payload,omitempty" json:"payload,omitempty"`
	// LockPayload tells the relay to lock. Set it for a relay that cannot time
	// its pulse itself: it is sent after each pulse, when the door connects, and
	// by the broker when the door dies. mqtt only.
	LockPayload string `yaml:"lock_payload,omitempty" json:"lock_payload,omitempty"`
	// ID names this door to the broker and to Home Assistant: letters, digits,
	// - and _. mqtt only.
	ID string `yaml:"id,omitempty" json:"id,omitempty"`
	// HomeAssistant announces a lock entity below the topic homeassistant/. It
	// says whether the door's latch can be reached, never when it opened. mqtt only.
	HomeAssistant bool `yaml:"home_assistant,omitempty" json:"home_assistant,omitempty"`
	// HomeAssistantOpens lets that entity send Payload to the relay itself, for
	// three seconds, past every pass. It needs LockPayload. mqtt only.
	HomeAssistantOpens bool `yaml:"home_assistant_opens,omitempty" json:"home_assistant_opens,omitempty"`

	// Command is an absolute path and its arguments. command only.
	Command []string `yaml:"command,omitempty" json:"command,omitempty"`
	// LockCommand is run when the door starts, when it stops, and when Command
	// failed. command only.
	LockCommand []string `yaml:"lock_command,omitempty" json:"lock_command,omitempty"`
}

// fieldsOf lists the fields that a kind may set; those that begin with + it must.
func fieldsOf(kind string) ([]string, bool) {
	switch kind {
	case KindLog:
		return nil, true
	case KindGPIO:
		return []string{"+chip", "+line", "active_low"}, true
	case KindMQTT:
		return []string{
			"+url", "username", "secret_file", "ca_file", "+topic", "+payload", "lock_payload", "+id",
			"home_assistant", "home_assistant_opens",
		}, true
	case KindHTTP:
		return []string{"+url", "+secret_file", "ca_file"}, true
	case KindCommand:
		return []string{"+command", "lock_command"}, true
	}
	return nil, false
}

// Check says what is wrong with a configuration. It reads no file.
func (c Config) Check() error {
	allowed, known := fieldsOf(c.Kind)
	if !known {
		return bad("kind", "must be log, gpio, mqtt, http or command")
	}
	for _, f := range c.fields() {
		switch {
		case slices.Contains(allowed, "+"+f.name) && !f.set:
			return bad(f.name, "is needed for kind "+c.Kind)
		case f.set && !slices.Contains(allowed, f.name) && !slices.Contains(allowed, "+"+f.name):
			return bad(f.name, "does not belong to kind "+c.Kind)
		}
	}
	for _, check := range []func() error{c.checkPaths, c.checkURL, c.checkTopic} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

type field struct {
	name string
	set  bool
}

func (c Config) fields() []field {
	return []field{
		{"chip", c.Chip != ""},
		{"line", c.Line != ""},
		{"active_low", c.ActiveLow},
		{"url", c.URL != ""},
		{"username", c.Username != ""},
		{"secret_file", c.SecretFile != ""},
		{"ca_file", c.CAFile != ""},
		{"topic", c.Topic != ""},
		{"payload", c.Payload != ""},
		{"lock_payload", c.LockPayload != ""},
		{"id", c.ID != ""},
		{"home_assistant", c.HomeAssistant},
		{"home_assistant_opens", c.HomeAssistantOpens},
		{"command", len(c.Command) > 0},
		{"lock_command", len(c.LockCommand) > 0},
	}
}

func bad(field, what string) error {
	return fmt.Errorf("%w: latch.%s: %s", ErrConfig, field, what)
}

func (c Config) checkPaths() error {
	paths := []struct{ field, path string }{{"secret_file", c.SecretFile}, {"ca_file", c.CAFile}}
	if len(c.Command) > 0 {
		paths = append(paths, struct{ field, path string }{"command", c.Command[0]})
	}
	if len(c.LockCommand) > 0 {
		paths = append(paths, struct{ field, path string }{"lock_command", c.LockCommand[0]})
	}
	for _, p := range paths {
		if p.path != "" && !filepath.IsAbs(p.path) {
			return bad(p.field, "must be an absolute path")
		}
	}
	return nil
}

func (c Config) checkURL() error {
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return bad("url", "cannot be read as a URL") // err repeats it
	}
	schemes := []string{"http", "https"}
	if c.Kind == KindMQTT {
		schemes = []string{"mqtt", "mqtts"}
	}
	switch {
	case !slices.Contains(schemes, u.Scheme):
		return bad("url", "must begin with "+strings.Join(schemes, ":// or ")+"://")
	case u.Hostname() == "":
		return bad("url", "names no host")
	case u.User != nil:
		return bad("url", "must hold no password; use secret_file")
	}
	return nil
}

func (c Config) checkTopic() error {
	if c.Kind != KindMQTT {
		return nil
	}
	if strings.ContainsAny(c.Topic, "#+\x00") || strings.HasPrefix(c.Topic, "$") {
		return bad("topic", "must be one topic, without # or +")
	}
	word := strings.IndexFunc(c.ID, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	})
	switch {
	case word >= 0 || len(c.ID) > 64:
		return bad("id", "must be at most 64 letters, digits, - and _")
	case c.HomeAssistantOpens && !c.HomeAssistant:
		return bad("home_assistant_opens", "needs home_assistant")
	case c.HomeAssistantOpens && c.LockPayload == "":
		return bad("home_assistant_opens", "needs lock_payload, which the entity sends to lock")
	}
	return nil
}

// fill puts the length of a pulse into a text.
func fill(text string, pulse time.Duration) string {
	ms := pulse.Milliseconds()
	seconds := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", ms/1000, ms%1000), "0"), ".")
	return strings.NewReplacer(
		"{ms}", fmt.Sprint(ms), "{tenths}", fmt.Sprint((ms+99)/100), "{seconds}", seconds,
	).Replace(text)
}
