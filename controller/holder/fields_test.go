package holder_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// hostile are texts that somebody could enter to break a page or fool its reader.
func hostile() []string {
	return []string{
		"", "\x00", `<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "{{.}}", "flat \u202e3021-A", "A\r\nSet-Cookie: x=1", "\xff\xfe",
		"-1", "1e9", "99999999999999999999", "2027-02-30", strings.Repeat("长", 3000), strings.Repeat("a", 17<<10), "'; DROP TABLE holders; --",
	}
}

// inSources returns what an expression finds in some files of the package.
func inSources(t *testing.T, pattern, expression string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Root(t), "controller", "holder", pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(expression).FindAllStringSubmatch(string(source), -1) {
			all = append(all, found[1])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestEachField posts to every address of the page with each of the fields that the
// pages show or the code asks for, in every wrong way: both are read from the
// sources, so that a new one is tried by itself.
func TestEachField(t *testing.T) {
	fields := slices.Concat(inSources(t, "*.html", `<(?:input|select|textarea|button)[^>]* name="([a-z-]+)"`),
		inSources(t, "*.go", `\b(?:PostForm|form|f)\.Get\("([a-z-]+)"\)`), inSources(t, "*.go", `\bform\["([a-z-]+)"\]`))
	slices.Sort(fields)
	fields = slices.Compact(fields)
	paths := inSources(t, "routes.go", `"POST (/me/[^"]+)"`)
	if len(fields) < 8 || len(paths) < 10 {
		t.Fatalf("found only %q and %q: this test does not read the sources as they are written", fields, paths)
	}
	ids := strings.NewReplacer("{hash}", consentHash, "{id}", facePass, "{token}", strings.Repeat("Q", 26))
	good := url.Values{"label": {"Aunt"}, "zone": {"front"}, "day": {"2027-03-12"}, "hours": {"24"}, "version": {"1"}}
	for _, path := range paths {
		for _, field := range fields {
			b := open(t).in()
			for i, text := range hostile() {
				if i%testenv.Count(5, 1) != len(field)%testenv.Count(5, 1) {
					continue // all of them take a while
				}
				form := url.Values{}
				for name, values := range good {
					form[name] = values
				}
				form[field] = []string{text}
				harmless(t, path, field, text, b.post(ids.Replace(path), form))
			}
		}
		b := open(t).in()
		for _, text := range hostile() {
			if len(text) < 5000 {
				all := strings.NewReplacer("{hash}", url.PathEscape(text), "{id}", url.PathEscape(text), "{token}", url.PathEscape(text)).Replace(path)
				harmless(t, path, "its path", text, b.post(all, good))
			}
		}
	}
}

// harmless is an answer that is a page, says nothing of the text as markup, and is
// no failure of the server.
func harmless(t *testing.T, path, field, text string, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code >= 500 || w.Code == http.StatusTooManyRequests && !strings.Contains(path, "{token}") {
		t.Errorf("%s answers %.20q in %s with %d", path, text, field, w.Code)
	}
	if strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "<img src=x") {
		t.Errorf("%s shows %.20q in %s as markup", path, text, field)
	}
	for _, cookie := range w.Result().Cookies() {
		if cookie.Name == "x" {
			t.Errorf("%s sets a cookie of others", path)
		}
	}
}
