package install

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
)

// onnx returns the smallest model with one weight.
func onnx(weight float32) string {
	raw := binary.LittleEndian.AppendUint32(nil, math.Float32bits(weight))
	tensor := append([]byte{2 << 3, 1, 9<<3 | 2, 4}, raw...)
	graph := append([]byte{5<<3 | 2, byte(len(tensor))}, tensor...)
	return string(append([]byte{7<<3 | 2, byte(len(graph))}, graph...))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// list is a stand-in for the real table: a file to copy and a model to mend.
func list() []item {
	return []item{
		plain("@scope/a", "dist/a.wasm", home.File{Path: "qr/a.wasm", SHA256: hash("wasm")}),
		{"b", "m.onnx", hash(onnx(1e-40)), mendModel, home.File{Path: "models/m.onnx", SHA256: hash(onnx(0))}},
	}
}

// world is a home to fill, and packages to fill it from.
type world struct {
	Options
	packages map[string]string // path below node_modules to contents
	fetched  int
	said     []string
}

func newWorld(t *testing.T) *world {
	w := &world{packages: map[string]string{"@scope/a/dist/a.wasm": "wasm", "b/m.onnx": onnx(1e-40)}}
	w.Options = Options{
		Home:   home.Dir(filepath.Join(t.TempDir(), "new", "bin")),
		Arch:   "amd64",
		Notice: []byte("whose work this is"),
		Report: func(line string) { w.said = append(w.said, line) },
		Fetch: func(_ context.Context, dir string) error {
			w.fetched++
			for path, contents := range w.packages {
				write(t, filepath.Join(dir, "node_modules", path), contents)
			}
			return nil
		},
	}
	return w
}

func write(t *testing.T, path, contents string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(contents), 0o644); err != nil {
		t.Fatal(err)
	}
}

// files returns what the home holds, path to contents, but for the lock.
func (w *world) files(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	root := os.DirFS(string(w.Home))
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == ".setup.lock" {
			return err
		}
		data, err := fs.ReadFile(root, path)
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRunFillsAndThenDoesNothing(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		if err := w.run(t.Context(), list()); err != nil {
			t.Fatal(err)
		}
	}
	if w.fetched != 1 {
		t.Errorf("fetched %d times", w.fetched)
	}
	got := w.files(t)
	want := map[string]string{"qr/a.wasm": "wasm", "models/m.onnx": onnx(0), "licences/NOTICE.txt": "whose work this is"}
	for path, contents := range want {
		if got[path] != contents {
			t.Errorf("%s is %q", path, got[path])
		}
		delete(got, path)
	}
	if len(got) != 0 {
		t.Errorf("left over: %q", got)
	}
	if said := strings.Join(w.said, "\n"); !strings.Contains(said, "1 tiny weights") || !strings.Contains(said, "everything is installed") {
		t.Errorf("said:\n%s", said)
	}
}

func TestRunRepairs(t *testing.T) {
	w := newWorld(t)
	if err := w.run(t.Context(), list()); err != nil {
		t.Fatal(err)
	}
	w.said = nil
	write(t, filepath.Join(string(w.Home), "qr", "a.wasm"), "bad")
	write(t, filepath.Join(string(w.Home), ".setup", "node_modules", "b", "m.onnx"), "left by a killed run")
	write(t, filepath.Join(string(w.Home), "licences", "NOTICE.txt"), "an older one")
	if err := w.run(t.Context(), list()); err != nil {
		t.Fatal(err)
	}
	if got := w.files(t); got["qr/a.wasm"] != "wasm" || got["licences/NOTICE.txt"] != "whose work this is" || len(got) != 3 {
		t.Errorf("%q", got)
	}
	if !slices.Equal(w.said, []string{"installed qr/a.wasm"}) {
		t.Errorf("said %q", w.said)
	}
}

func TestRunRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*world) []item
		want   error
	}{
		"another file": {func(w *world) []item {
			w.packages["b/m.onnx"] = onnx(0.5)
			return list()
		}, ErrWrongFile},
		"no file": {func(w *world) []item {
			delete(w.packages, "b/m.onnx")
			return list()
		}, fs.ErrNotExist},
		"a model that mends into another": {func(*world) []item {
			l := list()
			l[1].SHA256 = hash("x")
			return l
		}, ErrWrongFile},
		"a failing npm": {func(w *world) []item {
			w.Fetch = func(context.Context, string) error { return fs.ErrPermission }
			return list()
		}, fs.ErrPermission},
		"a link out of the package": {func(w *world) []item {
			fetch := w.Fetch
			w.Fetch = func(ctx context.Context, dir string) error {
				err := fetch(ctx, dir)
				path := filepath.Join(dir, "node_modules", "b", "m.onnx")
				return errors.Join(err, os.Rename(path, path+"2"), os.Symlink("m.onnx2", path))
			}
			return list()
		}, ErrWrongFile},
	} {
		w := newWorld(t)
		l := test.change(w)
		if err := w.run(t.Context(), l); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		got := w.files(t)
		if _, there := got["models/m.onnx"]; there {
			t.Errorf("%s: the bad model is in place", name)
		}
		for path := range got {
			if strings.Contains(path, ".setup") || strings.Contains(path, "partial") {
				t.Errorf("%s: left over: %s", name, path)
			}
		}
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newWorld(t)
	fetch := w.Fetch
	w.Fetch = func(ctx context.Context, dir string) error { cancel(); return fetch(ctx, dir) }
	if err := w.run(ctx, list()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLockWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := lock(short, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second lock: %v", err)
	}
	unlock()
	again, err := lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestUnsupportedArchitecture(t *testing.T) {
	err := Run(t.Context(), Options{Home: home.Dir(t.TempDir()), Arch: "riscv64"})
	if !errors.Is(err, ErrPrerequisite) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func TestNPMMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := NPM{}.Fetch(t.Context(), t.TempDir())
	if !errors.Is(err, ErrPrerequisite) || !strings.Contains(err.Error(), "apt-get install nodejs npm") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

// TestNPM runs Fetch with a stand-in for npm, which says how it was called.
func TestNPM(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\necho \"$@\" > said\n[ -s package-lock.json ] || exit 9\ncase $(cat package.json) in bad) echo EINTEGRITY >&2; exit 1;; esac\n"
	for _, name := range []string{"npm", "node"} {
		write(t, filepath.Join(bin, name), script)
		if err := os.Chmod(filepath.Join(bin, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	dir := t.TempDir()
	if err := (NPM{PackageJSON: []byte("good"), Lock: []byte("lock")}).Fetch(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if said, _ := os.ReadFile(filepath.Join(dir, "said")); !strings.HasPrefix(string(said), "ci --ignore-scripts ") {
		t.Errorf("npm was called with %q", said)
	}
	err := NPM{PackageJSON: []byte("bad"), Lock: []byte("lock")}.Fetch(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "EINTEGRITY") {
		t.Errorf("what npm said is lost: %v", err)
	}
}

// TestItems checks the table itself.
func TestItems(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		all, err := items(arch, models.Default())
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, it := range all {
			if seen[it.Path] || len(it.sha256) != 64 || len(it.SHA256) != 64 {
				t.Errorf("%s: %+v", arch, it)
			}
			if (it.change != nil) == (it.sha256 == it.SHA256) {
				t.Errorf("%s: %s is changed: %t, but the hashes say otherwise", arch, it.Path, it.change != nil)
			}
			seen[it.Path] = true
		}
		for _, m := range models.Default().Models {
			if !seen["models/"+m.File] {
				t.Errorf("%s: %s is not installed", arch, m.File)
			}
		}
	}
}

func TestBrief(t *testing.T) {
	said := "npm error code EINTEGRITY\nnpm error     at trace (x.js:1)\nnpm error\n" + strings.Repeat("npm error more\n", 20)
	if got := brief(said); !strings.HasPrefix(got, "  npm error code EINTEGRITY\n  npm error more") || strings.Count(got, "\n") != 7 {
		t.Errorf("got\n%s", got)
	}
}
