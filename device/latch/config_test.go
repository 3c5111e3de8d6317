package latch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/facelatch/facelatch/internal/testenv"
)

func mqttConfig() Config {
	return Config{Kind: KindMQTT, URL: "mqtt://broker", Topic: "relay/set", Payload: "on {ms}", ID: "front"}
}

func TestConfigs(t *testing.T) {
	change := func(c Config, f func(*Config)) Config {
		f(&c)
		return c
	}
	web := Config{Kind: KindHTTP, URL: "https://relay/open?for={seconds}", SecretFile: "/key"}
	for field, c := range map[string]Config{
		"":                                mqttConfig(),
		" ":                               web,
		"  ":                              {Kind: KindLog},
		"   ":                             {Kind: KindGPIO, Chip: "gpiochip0", Line: "17", ActiveLow: true},
		"    ":                            {Kind: KindCommand, Command: []string{"/bin/true"}, LockCommand: []string{"/bin/true"}},
		"latch.kind":                      {Kind: "bolt"},
		"latch.chip: is needed":           {Kind: KindGPIO, Line: "17"},
		"latch.line: is needed":           {Kind: KindGPIO, Chip: "gpiochip0"},
		"latch.line: does not":            {Kind: KindLog, Line: "17"},
		"latch.active_low: does not":      {Kind: KindLog, ActiveLow: true},
		"latch.command: is needed":        {Kind: KindCommand},
		"latch.command: must be":          {Kind: KindCommand, Command: []string{"open"}},
		"latch.lock_command: must":        {Kind: KindCommand, Command: []string{"/open"}, LockCommand: []string{"lock"}},
		"latch.secret_file: is":           {Kind: KindHTTP, URL: "http://relay"},
		"latch.secret_file: must":         {Kind: KindHTTP, URL: "http://relay", SecretFile: "key"},
		"latch.ca_file: must":             change(web, func(c *Config) { c.CAFile = "ca.pem" }),
		"latch.url: must begin with http": change(web, func(c *Config) { c.URL = "mqtt://relay" }),
		"latch.url: must begin with mqtt": change(mqttConfig(), func(c *Config) { c.URL = "http://broker" }),
		"latch.url: names no host":        change(web, func(c *Config) { c.URL = "http:///open" }),
		"latch.url: must hold no":         change(web, func(c *Config) { c.URL = "http://me:sesame@relay/" }),
		"latch.url: cannot":               change(web, func(c *Config) { c.URL = "http://sesame\x00/" }),
		"latch.topic: must":               change(mqttConfig(), func(c *Config) { c.Topic = "relay/#" }),
		"latch.topic: is needed":          change(mqttConfig(), func(c *Config) { c.Topic = "" }),
		"latch.payload: is needed":        change(mqttConfig(), func(c *Config) { c.Payload = "" }),
		"latch.id: must":                  change(mqttConfig(), func(c *Config) { c.ID = "a/b" }),
		"latch.home_assistant_opens: needs home_assistant": change(mqttConfig(), func(c *Config) { c.HomeAssistantOpens = true }),
		"latch.home_assistant_opens: needs lock_payload": change(mqttConfig(), func(c *Config) {
			c.HomeAssistant, c.HomeAssistantOpens = true, true
		}),
	} {
		err := c.Check()
		if field = strings.TrimSpace(field); field == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), field) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: got %v", field, err)
		}
		if _, opened := Open(c); opened == nil {
			t.Errorf("%s: opened", field)
		}
	}
}

// TestConfigReadsYAML: the names in the file are those in errors.
func TestConfigReadsYAML(t *testing.T) {
	var c Config
	text := "kind: mqtt\nurl: mqtts://broker\ntopic: a/b\npayload: 'on {tenths}'\nid: front\nsecret_file: /s\nlock_payload: 'off'\nhome_assistant: true\n"
	if err := yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil || c.SecretFile != "/s" || !c.HomeAssistant {
		t.Error(c, err)
	}
	for _, f := range c.fields() {
		if err := yaml.UnmarshalWithOptions([]byte(f.name+": null"), &c, yaml.Strict()); err != nil {
			t.Errorf("%s is not a name in the file: %v", f.name, err)
		}
	}
}

func TestFill(t *testing.T) {
	for pulse, want := range map[time.Duration]string{
		3 * time.Second:         "3000 30 3",
		200 * time.Millisecond:  "200 2 0.2",
		1250 * time.Millisecond: "1250 13 1.25",
		10 * time.Second:        "10000 100 10",
	} {
		if got := fill("{ms} {tenths} {seconds}", pulse); got != want {
			t.Errorf("%v: %q", pulse, got)
		}
	}
}

// TestDocumentation: every example in docs/devices.md is read as it stands.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testenv.Root(t), "docs", "devices.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```yaml\n")[1:]
	for _, block := range blocks {
		example, _, _ := strings.Cut(block, "```")
		var door struct {
			Latch Config `yaml:"latch"`
		}
		if err := yaml.UnmarshalWithOptions([]byte(example), &door, yaml.Strict()); err != nil {
			t.Errorf("%s: %v", example, err)
		}
		if err := door.Latch.Check(); err != nil {
			t.Errorf("%s: %v", example, err)
		}
	}
	if len(blocks) != 4 {
		t.Errorf("%d examples", len(blocks))
	}
	header := Sign([]byte(sharedKey), []byte(`{"do":"unlatch","pulse_ms":3000}`), time.Unix(1_800_000_000, 0),
		[16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	if _, mac, _ := strings.Cut(header, "v1="); !strings.Contains(string(text), "`v1="+mac+"`") {
		t.Errorf("the documentation has another signature than %s", header)
	}
}
