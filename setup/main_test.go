package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/install"
	"github.com/facelatch/facelatch/models"
)

type lockFile struct {
	Packages map[string]struct {
		Version          string
		Integrity        string
		Resolved         string
		Dependencies     map[string]string
		HasInstallScript bool
	}
}

func readLock(t *testing.T, data []byte) lockFile {
	t.Helper()
	var lock lockFile
	if err := json.Unmarshal(data, &lock); err != nil {
		t.Fatal(err)
	}
	return lock
}

var integrity = regexp.MustCompile(`^sha512-[A-Za-z0-9+/]{86}==$`)

// TestLock checks that the lock file pins what package.json names and nothing
// more: every package by version and SHA-512, no address of a registry.
func TestLock(t *testing.T) {
	var wanted struct{ Dependencies map[string]string }
	if err := json.Unmarshal(packageJSON, &wanted); err != nil {
		t.Fatal(err)
	}
	lock := readLock(t, packageLock)
	if !maps.Equal(lock.Packages[""].Dependencies, wanted.Dependencies) {
		t.Error("package.json and the lock file name different packages")
	}
	delete(lock.Packages, "")
	for path, p := range lock.Packages {
		name := strings.TrimPrefix(path, "node_modules/")
		if wanted.Dependencies[name] != p.Version {
			t.Errorf("%s: version %q is locked, %q is asked for", name, p.Version, wanted.Dependencies[name])
		}
		if !integrity.MatchString(p.Integrity) || p.Resolved != "" || p.HasInstallScript || len(p.Dependencies) > 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if len(lock.Packages) != len(wanted.Dependencies) {
		t.Errorf("%d packages are locked, %d are asked for", len(lock.Packages), len(wanted.Dependencies))
	}
}

// TestBenchLock checks the same of the packages that only make bench uses;
// those have dependencies.
func TestBenchLock(t *testing.T) {
	data, err := os.ReadFile("../bench/js/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	lock := readLock(t, data)
	delete(lock.Packages, "")
	for path, p := range lock.Packages {
		if !integrity.MatchString(p.Integrity) || p.Resolved != "" || p.HasInstallScript {
			t.Errorf("%s: %+v", path, p)
		}
	}
	face := "node_modules/faceplugin-face-recognition-js"
	if lock.Packages[face].Integrity != readLock(t, packageLock).Packages[face].Integrity {
		t.Error("the benchmark compares with another version of the models' package")
	}
}

// TestManifestMatchesLock checks that the models come from a locked package.
func TestManifestMatchesLock(t *testing.T) {
	lock := readLock(t, packageLock)
	for _, m := range models.Default().Models {
		if got := lock.Packages["node_modules/"+m.Source.Package].Version; got != m.Source.Version {
			t.Errorf("%s comes from version %s, locked is %q", m.File, m.Source.Version, got)
		}
	}
}

// TestNoticeNamesEveryPackage checks package names with their versions.
func TestNoticeNamesEveryPackage(t *testing.T) {
	lock := readLock(t, packageLock)
	text := strings.Join(strings.Fields(string(notice)), " ")
	for _, path := range slices.Sorted(maps.Keys(lock.Packages)) {
		if name := strings.TrimPrefix(path, "node_modules/"); path != "" && !strings.Contains(text, name+" "+lock.Packages[path].Version) {
			t.Errorf("NOTICE does not name %s %s", name, lock.Packages[path].Version)
		}
	}
}

func TestExitCode(t *testing.T) {
	if got := exitCode(fmt.Errorf("x: %w", install.ErrPrerequisite)); got != 2 {
		t.Errorf("a missing prerequisite exits %d", got)
	}
	if got := exitCode(install.ErrWrongFile); got != 1 {
		t.Errorf("another failure exits %d", got)
	}
}
