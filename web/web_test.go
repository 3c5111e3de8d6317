package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
)

// texts reads the language files of a page.
func texts(t *testing.T, page string) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("src", page, "lang", "*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%s has the languages %q, %v", page, files, err)
	}
	all := map[string]map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(data, &words); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = words
	}
	return all
}

// TestLanguages checks that every language says everything, and leaves the same
// gaps in it.
func TestLanguages(t *testing.T) {
	for _, page := range []string{"kiosk", "enrol", "phone", "desk"} {
		all := texts(t, page)
		want := all["en"]
		for lang, words := range all {
			if !slices.Equal(slices.Sorted(maps.Keys(words)), slices.Sorted(maps.Keys(want))) {
				t.Errorf("%s in %s has other texts than in English", page, lang)
			}
			for key, text := range words {
				if text == "" || strings.Count(text, "{") != strings.Count(want[key], "{") {
					t.Errorf("%s, %s, %s: %q", page, lang, key, text)
				}
			}
		}
	}
}

// TestKioskSaysWhatDoorsSay checks that the page has words for every screen and
// every hint that a door has.
func TestKioskSaysWhatDoorsSay(t *testing.T) {
	words := texts(t, "kiosk")["en"]
	for _, key := range door.Keys() {
		if words[string(key)+".title"] == "" || words[string(key)+".text"] == "" {
			t.Errorf("no words for the screen %q", key)
		}
	}
	for _, hint := range door.Hints() {
		if words["hint."+string(hint)] == "" {
			t.Errorf("no words for the hint %q", hint)
		}
	}
}

// TestDistIsFresh checks that what is committed is what the sources make.
func TestDistIsFresh(t *testing.T) {
	if testing.Short() {
		t.Skip("the sources are the same under the race detector")
	}
	fresh := filepath.Join(t.TempDir(), "dist")
	if said, err := exec.CommandContext(t.Context(), "go", "run", "./build", fresh).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	made, committed := tree(t, os.DirFS(fresh)), tree(t, os.DirFS("dist"))
	if !maps.EqualFunc(made, committed, bytes.Equal) {
		t.Error("web/dist is not what web/src makes: run go generate ./web")
	}
}

func tree(t *testing.T, from fs.FS) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(from, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// pages are all pages, by name.
func pages() map[string]fs.FS {
	return map[string]fs.FS{"kiosk": Kiosk(), "enrol": Enrol(), "phone": Phone(), "help": CertificateHelp()}
}

// TestPagesAreSelfContained checks that no page names another origin.
func TestPagesAreSelfContained(t *testing.T) {
	for name, page := range pages() {
		files := tree(t, page)
		if files["index.html"] == nil {
			t.Errorf("%s has no index.html", name)
		}
		for file, data := range files {
			for _, scheme := range []string{"http://", "https://", "//cdn", "wss://"} {
				rest := bytes.ReplaceAll(data, []byte("http://www.w3.org/2000/svg"), nil)
				if bytes.Contains(rest, []byte(scheme)) {
					t.Errorf("%s/%s names an address: %s", name, file, scheme)
				}
			}
			if _, known := Type(file); !known {
				t.Errorf("%s/%s has no type", name, file)
			}
		}
	}
}

// TestServe checks headers, types and what is not there.
func TestServe(t *testing.T) {
	all, err := WithLibraries(Kiosk(), home.Dir(testenv.Home(t)))
	if errors.Is(err, home.ErrNotInstalled) {
		testenv.Missing(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	handler := Serve(all)
	for _, test := range []struct {
		method, path string
		status       int
		kind         string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8"},
		{"HEAD", "/kiosk.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/zxing/zxing_reader.wasm", 200, "application/wasm"},
		{"GET", "/zxing", 404, ""},
		{"GET", "/../web.go", 404, ""},
		{"GET", "/nothing.js", 404, ""},
		{"POST", "/", 404, ""},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(test.method, "http://door"+test.path, nil))
		if w.Code != test.status || test.kind != "" && w.Header().Get("Content-Type") != test.kind {
			t.Errorf("%s %s: %d %s", test.method, test.path, w.Code, w.Header().Get("Content-Type"))
		}
		if w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s has no policy", test.method, test.path)
		}
	}
}

// TestWithLibrariesRefuses checks that a home without the files is told so.
func TestWithLibrariesRefuses(t *testing.T) {
	if page, err := WithLibraries(Kiosk(), home.Dir(t.TempDir())); !errors.Is(err, home.ErrNotInstalled) || page != nil {
		t.Errorf("%v, %v", page, err)
	}
}
