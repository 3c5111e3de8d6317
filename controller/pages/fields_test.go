package pages_test

import (
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/internal/testenv"
)

// sheet is a form as a page shows it: where it is sent, and what stands in it.
type sheet struct {
	action string
	values url.Values
}

var (
	formShape   = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	fieldShape  = regexp.MustCompile(`(?s)<(input|select|textarea|button)\b([^>]*)>(?:(.*?)</(?:select|textarea|button)>)?`)
	optionShape = regexp.MustCompile(`<option([^>]*)>`)
	attribute   = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

func attributes(text string) map[string]string {
	all := map[string]string{}
	for _, found := range attribute.FindAllStringSubmatch(text, -1) {
		all[found[1]] = html.UnescapeString(found[2])
	}
	return all
}

// sheets are the forms of a page that are posted, as a browser would send them.
func sheets(page string) (all []sheet) {
	for _, found := range formShape.FindAllStringSubmatch(page, -1) {
		of := attributes(found[1])
		if !strings.EqualFold(of["method"], "post") {
			continue
		}
		s := sheet{of["action"], url.Values{}}
		for _, field := range fieldShape.FindAllStringSubmatch(found[2], -1) {
			s.add(field[1], attributes(field[2]), field[3])
		}
		all = append(all, s)
	}
	return all
}

func (s *sheet) add(kind string, of map[string]string, inside string) {
	name, value := of["name"], of["value"]
	if name == "" {
		return
	}
	_, checked := of["checked"]
	switch {
	case kind == "textarea":
		value = html.UnescapeString(inside)
	case kind == "select":
		for i, option := range optionShape.FindAllStringSubmatch(inside, -1) {
			if o := attributes(option[1]); i == 0 || hasKey(o, "selected") {
				value = o["value"]
			}
		}
	case of["type"] == "radio" && !checked && s.values.Has(name), of["type"] == "checkbox" && !checked && s.values.Has(name):
		return
	}
	if of["type"] == "radio" || of["type"] == "checkbox" && len(s.values[name]) > 0 && checked {
		s.values.Set(name, value)
		return
	}
	s.values.Add(name, value)
}

func hasKey(m map[string]string, key string) bool { _, ok := m[key]; return ok }

// read are names of fields that the code of the pages asks for.
var readShape = regexp.MustCompile(`(?:\bf\.(?:Get|Has)\(|\.value\(|FormValue\(|Query\(\)\.Get\(|v\.text\(f, )"([a-zA-Z0-9:-]+)"`)

// namesRead returns the names of all fields that the code asks for.
func namesRead(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Root(t), "controller", "pages", "*.go"))
	must(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		must(t, err)
		for _, found := range readShape.FindAllStringSubmatch(string(source), -1) {
			names = append(names, found[1])
		}
	}
	if len(names) < 20 {
		t.Fatalf("the code asks for %q only: this test does not read it as it is written", names)
	}
	return names
}

// forms returns every form that an owner is shown, by where it is sent.
func (f furnished) forms() map[string]sheet {
	all := map[string]sheet{}
	for _, route := range pages.Routes() {
		method, path, _ := strings.Cut(f.names.Replace(route.Pattern), " ")
		if method != http.MethodGet {
			continue
		}
		for _, s := range sheets(f.owner.get(path).Body.String()) {
			at, _, _ := strings.Cut(s.action, "?")
			if at == "" {
				at = path
			}
			s.action = at
			if known, ok := all[at]; !ok || len(s.values) > len(known.values) {
				all[at] = s
			}
		}
	}
	return all
}

// fieldNames are those of all fields: of the forms that pages show, and those that
// the code asks for. A new one is among them by itself.
func (f furnished) fieldNames(t *testing.T) []string {
	names := namesRead(t)
	for _, s := range f.forms() {
		names = append(names, slices.Collect(maps.Keys(s.values))...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ends says whether sending a form ends what the next one needs.
func ends(action string) bool {
	for _, last := range []string{"sign-out", "delete", "remove", "end", "end-others", "remove-passkey", "language"} {
		if strings.HasSuffix(action, "/"+last) {
			return true
		}
	}
	return false
}

// TestEachField fills every form in as its page shows it, but for one field, into
// which something hostile is put: each field, one after the other.
func TestEachField(t *testing.T) {
	if testing.Short() {
		t.Skip("the pages are the same under the race detector")
	}
	f := furnish(t)
	sent := 0
	for action, s := range f.forms() {
		if ends(action) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(s.values)) {
			for _, text := range hostile[:testenv.Count(4, len(hostile))] {
				sent++
				f.clock.pass(time.Second)
				values := maps.Clone(s.values)
				values[name] = []string{text}
				f.harmless(t, action, name, text, f.owner.request("POST", action, values.Encode(), "application/x-www-form-urlencoded"))
			}
		}
	}
	t.Logf("%d requests", sent)
	if sent < 200 {
		t.Error("too few forms were found: this test does not read the pages as they are written")
	}
}

// TestHostilePaths puts hostile texts where an address has an id.
func TestHostilePaths(t *testing.T) {
	f := furnish(t)
	parts := regexp.MustCompile(`\{[a-z]+\}`)
	for _, route := range pages.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if !parts.MatchString(path) || route.JSON {
			continue
		}
		for _, text := range hostile {
			if len(text) > 4096 {
				text = text[:4096] // servers take no longer ones
			}
			f.clock.pass(time.Second)
			q := httptest.NewRequest(method, origin+"/", nil)
			q.URL.Path = parts.ReplaceAllLiteralString(path, text)
			q.Header.Set("Sec-Fetch-Site", "same-origin")
			f.harmless(t, route.Pattern, "its path", text, f.owner.send(q))
		}
	}
}

// harmless is an answer that is a page, says nothing of the text as markup, and is
// no failure of the server.
func (f furnished) harmless(t *testing.T, action, name, text string, a answer) {
	t.Helper()
	if a.Code >= 500 && a.Code != http.StatusServiceUnavailable {
		t.Errorf("%s answers %.20q in %s with %d: %s", action, text, name, a.Code, a.words())
	}
	if found := inside.FindString(a.Body.String()); found != "" && strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%s shows %q in %s as markup", action, found, name)
	}
	for _, cookie := range a.Result().Cookies() {
		if cookie.Name == "x" {
			t.Errorf("%s sets a cookie of others", action)
		}
	}
}
