package install

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/models"
)

// ownSet is a set whose one file somebody has to bring, with a matrix of its own.
func ownSet(t *testing.T) (*Set, []item) {
	t.Helper()
	m := models.Default()
	m.Name = "own"
	m.Reference.Parts[0].Projection, m.Reference.Parts[0].SHA256 = "own.i16", hash("matrix")
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return &Set{
		Manifest:   m,
		JSON:       text,
		Packages:   []string{"@scope/a", "b"},
		Projection: func(models.Part) ([]byte, error) { return []byte("matrix"), nil },
	}, append(list(), item{"own", "some/where/own.onnx", hash("own"), nil, home.File{Path: "models/own.onnx", SHA256: hash("own")}})
}

func TestSet(t *testing.T) {
	w := newWorld(t)
	var wanted []item
	w.Set, wanted = ownSet(t)
	w.Set.Brought = t.TempDir()
	write(t, filepath.Join(w.Set.Brought, "own.onnx"), "own")
	for range 2 {
		if err := w.run(t.Context(), wanted); err != nil {
			t.Fatal(err)
		}
	}
	if w.fetched != 1 {
		t.Errorf("fetched %d times", w.fetched)
	}
	got := w.files(t)
	for path, contents := range map[string]string{
		"models/own.onnx": "own", "models/own.i16": "matrix", "models/manifest.json": string(w.Set.JSON), "qr/a.wasm": "wasm",
	} {
		if got[path] != contents {
			t.Errorf("%s holds %q", path, got[path])
		}
	}
	if m, err := w.Home.Manifest(); err != nil || m.Name != "own" {
		t.Errorf("the home has %q, %v", m.Name, err)
	}
}

// TestSetAsksFirst: what has to be brought is asked for before anything is fetched, and
// no manifest is left of a set that is not whole.
func TestSetAsksFirst(t *testing.T) {
	for _, folder := range []string{"", t.TempDir()} {
		w := newWorld(t)
		var wanted []item
		w.Set, wanted = ownSet(t)
		w.Set.Brought = folder
		err := w.run(t.Context(), wanted)
		if !errors.Is(err, ErrPrerequisite) || !strings.Contains(err.Error(), "own.onnx") || !strings.Contains(err.Error(), hash("own")) {
			t.Errorf("%v", err)
		}
		if got := w.files(t); w.fetched != 0 || got["models/manifest.json"] != "" {
			t.Errorf("fetched %d times, left %v", w.fetched, got)
		}
	}
}

func TestSetRefusesAnotherFile(t *testing.T) {
	w := newWorld(t)
	var wanted []item
	w.Set, wanted = ownSet(t)
	w.Set.Brought = t.TempDir()
	write(t, filepath.Join(w.Set.Brought, "own.onnx"), "another")
	if err := w.run(t.Context(), wanted); !errors.Is(err, ErrWrongFile) {
		t.Errorf("another file than the manifest's: %v", err)
	}
	write(t, filepath.Join(w.Set.Brought, "own.onnx"), "own")
	w.Set.Projection = func(models.Part) ([]byte, error) { return []byte("another"), nil }
	if err := w.run(t.Context(), wanted); !errors.Is(err, ErrWrongFile) {
		t.Errorf("another matrix than the manifest's: %v", err)
	}
	if got := w.files(t); got["models/manifest.json"] != "" {
		t.Error("a manifest was left")
	}
}

// TestFaceAPI: two files of a package become one of a home.
func TestFaceAPI(t *testing.T) {
	list := map[string]string{"model/face_recognition_model-weights_manifest.json": "no list"}
	read := func(path string) ([]byte, error) {
		data, ok := list[path]
		if !ok {
			return nil, errors.New("absent")
		}
		return []byte(data), nil
	}
	convert := changeOf(models.Source{Mended: true, Path: "model/face_recognition_model.bin"})
	if _, _, err := convert(nil, read); err == nil || strings.Contains(err.Error(), "absent") {
		t.Errorf("the list beside the weights was not read: %v", err)
	}
	clear(list)
	if _, _, err := convert(nil, read); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("no list beside the weights: %v", err)
	}
}

// TestBlocked: what a manifest wants rewritten is, and what cannot be is refused.
func TestBlocked(t *testing.T) {
	change := changeOf(models.Source{Mended: true, Blocked: true, Path: "model/x.onnx"})
	if _, _, err := change([]byte(onnx(1)), nil); !errors.Is(err, mend.ErrMalformed) {
		t.Errorf("a model without an output: %v", err)
	}
}
