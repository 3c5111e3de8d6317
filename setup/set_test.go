package main

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/install"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/models/sets"
)

// TestSetsLock: the packages of sets are pinned as those of the default one are, and
// come with them in one lock file.
func TestSetsLock(t *testing.T) {
	var wanted struct{ Dependencies map[string]string }
	if err := json.Unmarshal(setsJSON, &wanted); err != nil {
		t.Fatal(err)
	}
	merged, err := packaged(&install.Set{})
	if err != nil {
		t.Fatal(err)
	}
	lock, plain := readLock(t, merged.Lock), readLock(t, packageLock)
	for name, version := range wanted.Dependencies {
		p := lock.Packages["node_modules/"+name]
		if p.Version != version || !integrity.MatchString(p.Integrity) || p.Resolved != "" || p.HasInstallScript || len(p.Dependencies) > 0 {
			t.Errorf("%s: %+v", name, p)
		}
		plain.Packages["node_modules/"+name] = p
	}
	if len(lock.Packages) != len(plain.Packages) || !maps.Equal(lock.Packages[""].Dependencies, union(plain.Packages[""].Dependencies, wanted.Dependencies)) {
		t.Error("the merged lock file holds something else than the two")
	}
	for name, p := range plain.Packages {
		if got := lock.Packages[name]; name != "" && (got.Version != p.Version || got.Integrity != p.Integrity) {
			t.Errorf("merging changed %s", name)
		}
	}
	text := strings.Join(strings.Fields(string(notice)), " ")
	for name, version := range wanted.Dependencies {
		if !strings.Contains(text, name+" "+version) {
			t.Errorf("NOTICE does not name %s %s", name, version)
		}
	}
}

func union(a, b map[string]string) map[string]string {
	u := maps.Clone(a)
	maps.Copy(u, b)
	return u
}

// TestSetsComeFromSomewhere: every model of every set comes from a locked package of
// that version, or is for the operator to bring.
func TestSetsComeFromSomewhere(t *testing.T) {
	npm, err := packaged(&install.Set{})
	if err != nil {
		t.Fatal(err)
	}
	lock := readLock(t, npm.Lock)
	for _, name := range sets.Names() {
		m, _, err := sets.Manifest(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, model := range m.Models {
			locked, fetched := lock.Packages["node_modules/"+model.Source.Package]
			if fetched && locked.Version != model.Source.Version {
				t.Errorf("%s: %s comes from version %s, locked is %s", name, model.File, model.Source.Version, locked.Version)
			}
			if !fetched && !slices.Contains([]string{"opencv_zoo", "own"}, model.Source.Package) {
				t.Errorf("%s: nobody says where %s comes from", name, model.File)
			}
		}
	}
}

func TestChoice(t *testing.T) {
	for _, bad := range []choice{
		{from: "x"},
		{name: "dlib", manifest: "x.json"},
		{name: "nothing"},
		{manifest: filepath.Join(t.TempDir(), "absent.json")},
	} {
		if _, err := bad.set(); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if set, err := (choice{}).set(); set != nil || err != nil {
		t.Errorf("no choice is not the default: %v, %v", set, err)
	}
	if _, err := (choice{name: "arcface"}).set(); !errors.Is(err, install.ErrPrerequisite) || !strings.Contains(err.Error(), "arcface_own.onnx") {
		t.Errorf("a manifest with a blank: %v", err)
	}
	set, err := choice{name: "dlib"}.set()
	if err != nil || set.Manifest.Name != "dlib" || !slices.Contains(set.Packages, "@vladmandic/face-api") || !slices.Contains(set.Packages, "onnxruntime-node") {
		t.Errorf("%+v, %v", set, err)
	}
}

// TestOwnManifest: a manifest of one's own, with a matrix beside the models.
func TestOwnManifest(t *testing.T) {
	dir := t.TempDir()
	_, text, err := sets.Manifest("arcface")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.ReplaceAll(string(text), sets.Blank, strings.Repeat("ab", 32))
	path := filepath.Join(dir, "own.json")
	for file, contents := range map[string]string{path: own, filepath.Join(dir, "arcface-own-170.i16"): "matrix"} {
		if err := os.WriteFile(file, []byte(contents), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := choice{manifest: path, from: dir}
	set, err := c.set()
	if err != nil {
		t.Fatal(err)
	}
	if data, err := set.Projection(set.Manifest.Reference.Parts[0]); err != nil || string(data) != "matrix" {
		t.Errorf("%q, %v", data, err)
	}
	c.from = ""
	if _, err := c.projection(models.Part{Projection: "arcface-own-170.i16"}); !errors.Is(err, models.ErrNoProjection) {
		t.Errorf("a matrix from nowhere: %v", err)
	}
}
