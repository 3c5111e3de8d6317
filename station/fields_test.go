package station

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/doorapi"
)

// bodies is what each path of the page reads; TestEachField sees that none is
// missing. A field that is added to one of them is tried by itself.
func bodies() map[string]any {
	return map[string]any{
		"/api/meet": doorapi.MeetRequest{}, "/api/choose": choice{}, "/api/finish": named{}, "/api/abandon": named{}, "/api/transfer": named{},
	}
}

// fieldsOf lists the fields of a struct as they stand in JSON, with those below, as
// paths.
func fieldsOf(t reflect.Type) (all [][]string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all = append(all, []string{name})
		if f.Type.Kind() == reflect.Struct {
			for _, below := range fieldsOf(f.Type) {
				all = append(all, append([]string{name}, below...))
			}
		}
	}
	return all
}

// with is an object in which a field is another.
func with(object map[string]any, path []string, value any) map[string]any {
	changed := maps.Clone(object)
	if changed == nil {
		changed = map[string]any{}
	}
	if len(path) > 1 {
		below, _ := changed[path[0]].(map[string]any)
		value = with(below, path[1:], value)
	}
	changed[path[0]] = value
	return changed
}

// odd is what could stand in a field instead.
func odd() []any {
	return []any{
		nil, true, 0, -1, 1 << 40, 1.5,
		[]any{},
		[]any{nil},
		map[string]any{},
		map[string]any{"x": 1},
		"", " ", "\x00", "a\x00b", "\u202eevil", "\ufeff", "a\r\nSet-Cookie: x=y", "<script>alert(1)</script>", "'; DROP TABLE holders; --", "{{.}}",
		"../../etc/passwd", strings.Repeat("a", 3000), strings.Repeat("长", 900), "👨‍👩‍👧‍👦", "NaN", "null", "AAAA", "=cmd|' /C calc'!A0",
	}
}

// TestEachField sends everything that a page sends with each of its fields in every
// wrong way: the answer is a problem with a sentence, or what was asked for, and
// never a failure of the station.
func TestEachField(t *testing.T) {
	source, err := os.ReadFile("handler.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`"POST (/api/[a-z]+)"`).FindAllStringSubmatch(string(source), -1) {
		if _, known := bodies()[found[1]]; !known && found[1] != "/api/frame" {
			t.Errorf("nobody tries the fields of %s", found[1])
		}
	}
	r := newRig(t, nil)
	for path, body := range bodies() {
		good := map[string]any{"enrolment": r.begin("plain")}
		if path == "/api/choose" {
			good = r.choice("plain")
		}
		for _, field := range fieldsOf(reflect.TypeOf(body)) {
			for _, value := range odd() {
				r.tryField(path, field, with(good, field, value))
			}
		}
		for _, unknown := range []string{"x", "face", "Kind", "__proto__", strings.Repeat("k", 300)} {
			r.tryField(path, []string{unknown}, with(good, []string{unknown}, "x"))
		}
	}
	for _, said := range r.said {
		t.Errorf("the operator is told of a failure: %.200q", said)
	}
}

func (r *rig) tryField(path string, field []string, body map[string]any) {
	r.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	response, data := r.do(http.MethodPost, path, "application/json", sent, nil)
	r.decode(response, data, nil)
	if response.StatusCode >= 500 {
		r.t.Errorf("%s answers %.100s with %d: %s", path, sent, response.StatusCode, data)
	}
	if strings.Contains(string(data), "<script>") || slices.Contains(response.Header.Values("Set-Cookie"), "x=y") {
		r.t.Errorf("%s, %v: %s", path, field, data)
	}
	if path == "/api/choose" && response.StatusCode == http.StatusOK {
		var chosen struct{ Enrolment string }
		if json.Unmarshal(data, &chosen) == nil {
			r.post("/api/abandon", named{chosen.Enrolment}, nil)
		}
	}
}

// TestHostileQueries: what stands behind an address is an enrolment, or nothing.
func TestHostileQueries(t *testing.T) {
	r := newRig(t, nil)
	for _, value := range odd() {
		text, ok := value.(string)
		if !ok || text == "" || len(text) > 1000 {
			continue
		}
		for _, at := range []struct{ method, path string }{
			{http.MethodPost, "/api/frame?enrolment=" + url.QueryEscape(text)}, {http.MethodGet, pathPass + url.PathEscape(text) + namePNG},
		} {
			response, data := r.do(at.method, at.path, "image/jpeg", nil, nil)
			if response.StatusCode < 300 || response.StatusCode >= 500 {
				t.Errorf("%q: %d %s", text, response.StatusCode, data)
			}
		}
	}
}
