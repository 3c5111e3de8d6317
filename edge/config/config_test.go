package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/testenv"
)

// least is a file that gives only what it must.
const least = "state: /var/lib/door\nkiosk:\n  hosts: [door.local]\n"

func sample(t *testing.T) (path, text string) {
	t.Helper()
	path = filepath.Join(testenv.Root(t), "packaging", "door.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, string(data)
}

func TestLeast(t *testing.T) {
	c, err := Parse([]byte(least))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.State, want.Kiosk.Hosts = "/var/lib/door", []string{"door.local"}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("%+v, want %+v", c, want)
	}
}

func TestSampleLoads(t *testing.T) {
	path, _ := sample(t)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Latch.Pulse != 3*time.Second || c.Latch.Kind != "log" || len(c.Methods) != 4 {
		t.Errorf("%+v", c)
	}
}

// fields lists the paths of all fields that hold a value.
func fields(t reflect.Type, above string) (all []string) {
	for f := range t.Fields() {
		tag, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Anonymous:
			all = append(all, fields(f.Type, above)...)
		case f.Type.Kind() == reflect.Struct:
			all = append(all, fields(f.Type, above+tag+".")...)
		default:
			all = append(all, above+tag)
		}
	}
	return all
}

// TestSampleHasEveryField, and explains it not far above.
func TestSampleHasEveryField(t *testing.T) {
	_, text := sample(t)
	lines := strings.Split(text, "\n")
	for _, field := range fields(reflect.TypeFor[Config](), "") {
		name := field[strings.LastIndexByte(field, '.')+1:]
		depth := strings.Repeat("  ", strings.Count(field, "."))
		at := -1
		for i, line := range lines {
			if strings.HasPrefix(line, depth+name+":") || strings.HasPrefix(line, depth+"#"+name+":") {
				at = i
			}
		}
		if at < 0 {
			t.Errorf("packaging/door.yaml has no %s", field)
		} else if !strings.Contains(strings.Join(lines[max(0, at-2):at], "\n"), "# ") {
			t.Errorf("packaging/door.yaml does not explain %s", field)
		}
	}
}

// with returns the sample with the settings of a kind of latch, which stand
// there as comments.
func with(text, kind string) string {
	var lines []string
	inside := false
	for line := range strings.SplitSeq(text, "\n") {
		if section, ok := strings.CutPrefix(line, "  # -- kind "); ok {
			inside = strings.HasPrefix(section, kind+":")
		}
		if inside && strings.HasPrefix(line, "  #") && !strings.HasPrefix(line, "  # ") {
			line = "  " + line[3:]
		}
		lines = append(lines, strings.Replace(line, "kind: log", "kind: "+kind, 1))
	}
	return strings.Join(lines, "\n")
}

// TestSampleOfEveryLatch tries what stands in the sample as comments.
func TestSampleOfEveryLatch(t *testing.T) {
	_, text := sample(t)
	for _, kind := range []string{"gpio", "mqtt", "http", "command"} {
		c, err := Parse([]byte(with(text, kind)))
		if err != nil || c.Latch.Kind != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestEveryFieldWrong puts each field wrong in turn: the error names it, and the
// line on which it stands.
func TestEveryFieldWrong(t *testing.T) {
	_, text := sample(t)
	kinds := map[string]string{
		"chip": "gpio", "line": "gpio", "active_low": "gpio", "secret_file": "http", "ca_file": "http",
		"command": "command", "lock_command": "command", "kind": "log", "pulse": "log",
	}
	wrong := map[string][]string{
		"state":                      {`""`, "relative", "[1]"},
		"controller":                 {"nowhere", "host:0", "host:99999"},
		"mirror":                     {"http://host", "https://", "host", "https://a:b@host", "https://host/?q=1", "https://host/#x", "ftp://host"},
		"kiosk.listen":               {`"8443"`, `":0"`, `":x"`},
		"kiosk.hosts":                {"[]", "door", "[a b]", "[-a]", "['']"},
		"kiosk.plain_http":           {"x", `":8443"`},
		"camera":                     {`""`, "webcam", "'rtsp:'", "'v4l2:'", "ftp://a/b", "'%'"},
		"latch.kind":                 {"magnet", `""`, "[log]"},
		"latch.pulse":                {"0s", "199ms", "11s", "3", "soon"},
		"latch.chip":                 {`""`, "[a]"},
		"latch.line":                 {`""`, "[1]"},
		"latch.active_low":           {"3", "maybe"},
		"latch.url":                  {`""`, "broker", "http://a", "mqtt://user:word@a"},
		"latch.id":                   {`""`, "A Door", "a/b", "a+"},
		"latch.username":             {"[a]"},
		"latch.secret_file":          {`""`, "secret", "[a]"},
		"latch.ca_file":              {"ca.pem"},
		"latch.topic":                {`""`, "a/#", "$SYS/a"},
		"latch.payload":              {`""`, "{a: b}"},
		"latch.lock_payload":         {"[a]"},
		"latch.home_assistant":       {"3"},
		"latch.home_assistant_opens": {"maybe"},
		"latch.command":              {"[unlatch]", "unlatch", "[]"},
		"latch.lock_command":         {"[lock]", "lock"},
		"methods":                    {"[face]", "[plain, plain]", "[card]", "plain"},
		"languages":                  {"[]", "[zh, zh]", "[Chinese language]", "zh", "[xx]", "[zh, pt-BR]"},
		"metrics.listen":             {`":9464"`, "0.0.0.0:9464", "10.0.0.1:9464", "localhost", "example.org:1"},
		"tpm":                        {`""`, "on", "tpm0", "[a]"},
	}
	for _, field := range fields(reflect.TypeFor[Config](), "") {
		if len(wrong[field]) == 0 {
			t.Errorf("nobody has put %s wrong", field)
		}
		for _, value := range wrong[field] {
			text := text
			if name, ok := strings.CutPrefix(field, "latch."); ok {
				kind := cmp.Or(kinds[name], "mqtt")
				text = with(text, kind)
			}
			damaged, line := put(t, text, field, value)
			c, err := Parse([]byte(damaged))
			if !errors.Is(err, ErrInvalid) || !reflect.DeepEqual(c, Config{}) {
				t.Errorf("%s: %s: error %v", field, value, err)
				continue
			}
			if said := err.Error(); !strings.Contains(said, field) || !strings.Contains(said, fmt.Sprintf("line %d:", line)) || strings.Contains(said, "\n") {
				t.Errorf("%s: %s: the error is %q, want line %d", field, value, said, line)
			}
		}
	}
}

// TestLanguages: a door offers what its page has texts for, and nothing else.
func TestLanguages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Root(t), "web", "src", "kiosk", "lang", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, file := range files {
		have = append(have, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	slices.Sort(have)
	if !slices.Equal(have, pageLanguages()) {
		t.Errorf("the page has %q, and a door may be told to offer %q", have, pageLanguages())
	}
	for tag, ok := range map[string]bool{
		"zh": true, "en": true, "zh-CN": true, "zh-Hans-CN": true, "en-GB": true,
		"xx": false, "pt-BR": false, "de": false, "eng": false, "zhx-CN": false,
	} {
		err := Config{Languages: []string{tag}}.languages()
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "the page has no") {
			t.Errorf("%s: %v", tag, err)
		}
	}
}

// put gives a field of the sample another value and returns its line.
func put(t *testing.T, text, field, value string) (string, int) {
	t.Helper()
	lines := strings.Split(text, "\n")
	below := strings.Split(field, ".")
	for i, line := range lines {
		depth := strings.Repeat("  ", len(below)-1)
		if len(below) > 1 && parent(lines[:i]) != strings.Join(below[:len(below)-1], ".") {
			continue
		}
		if name, _, ok := strings.Cut(line, ":"); ok && name == depth+below[len(below)-1] {
			lines[i] = name + ": " + value
			return strings.Join(lines, "\n"), i + 1
		}
	}
	t.Fatalf("the sample has no %s", field)
	return "", 0
}

// parent returns what the next line of a file may stand below.
func parent(lines []string) string {
	var path []string
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.Contains(name, "#") || strings.TrimSpace(value) != "" {
			continue
		}
		depth := (len(name) - len(strings.TrimLeft(name, " "))) / 2
		path = append(path[:min(depth, len(path))], strings.TrimSpace(name))
	}
	return strings.Join(path, ".")
}

func TestUnknownAndDoubleFields(t *testing.T) {
	for text, want := range map[string][]string{
		least + "gallery: yes\n":           {"gallery", "line 4"},
		least + "kiosk:\n  hosts: [a]\n":   {"kiosk", "line 4"},
		"state: /a\nkiosk:\n  host: [a]\n": {"kiosk.host", "line 3"},
		least + "latch:\n  pin: 4\n":       {"latch.pin", "line 5"},
		least + "---\nstate: /b\n":         {"second document"},
		least + "prompts: 1\n":             {"prompts", "line 4", "the zone has this setting now"},
		least + "light: false\n":           {"light", "line 4", "the zone has this setting now"},
		"state: [\n":                       {"line 1"},
		"- state\n":                        {"line 1"},
		"state: /a\n":                      {"kiosk.hosts"},
		"":                                 {"state"},
		least + "latch: {kind: gpio}\n":    {"latch.chip", "line 4"},
		least + "latch: {kind: mqtt}\n":    {"latch.url", "line 4"},
		least + "latch: {kind: http}\n":    {"latch.url", "line 4"},
		least + "latch: {kind: command}\n": {"latch.command", "line 4"},
		strings.Repeat("#", MaxSize+1):     {"bytes"},
	} {
		_, err := Parse([]byte(text))
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%.60q: error %v", text, err)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%.60q: error %q without %q", text, err, part)
			}
		}
	}
}

// TestPromise4ADoorOfFacesOnlyIsRefused with the sentence of the promise.
func TestPromise4ADoorOfFacesOnlyIsRefused(t *testing.T) {
	const sentence = "A door that accepts faces must accept at least one other method with the same doors and the same hours."
	_, err := Parse([]byte(least + "methods: [face]\n"))
	if !errors.Is(err, bundle.ErrOnlyWay) || !strings.Contains(err.Error(), "line 4: methods: "+sentence) {
		t.Errorf("error %v", err)
	}
	c, err := Parse([]byte(least + "methods: [face, pin]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Accepted(bundle.Face | bundle.Plain); !errors.Is(err, bundle.ErrOnlyWay) {
		t.Errorf("error %v where the zone has no PINs", err)
	}
	if m, err := c.Accepted(bundle.Face | bundle.PIN | bundle.Plain); err != nil || m != bundle.Face|bundle.PIN {
		t.Errorf("%v, %v", m, err)
	}
	if m, err := Default().Accepted(bundle.Plain); err != nil || m != bundle.Plain {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := (Config{Methods: []string{"pin"}}).Accepted(bundle.Plain); err == nil {
		t.Error("a door without a way in")
	}
}

func TestPasswordsAreForTheOwner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "door.yaml")
	text := least + "camera: rtsp://user:word@10.0.0.5/stream\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(file); !errors.Is(err, ErrExposed) || strings.Contains(err.Error(), "word@") {
		t.Errorf("error %v", err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(file); err != nil {
		t.Error(err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse(data)
		switch {
		case err == nil && c.valid() != nil:
			t.Error("not valid, and no error")
		case err != nil && (!errors.Is(err, ErrInvalid) || !reflect.DeepEqual(c, Config{}) || strings.Contains(err.Error(), "\n")):
			t.Errorf("error %q", err)
		}
	})
}

func TestCorpora(t *testing.T) { testenv.Corpus(t, "FuzzParse") }
