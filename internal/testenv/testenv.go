// Package testenv finds what tests use but the repository does not hold: the
// installed home and the photographs. A test that cannot have them is skipped
// with a reason, which make test counts; where the environment says CI=true
// it fails instead, so that nothing goes untested there unnoticed.
//
// It is for tests only and will never be imported by anything else.
package testenv

import (
	"os"
	"path/filepath"
	"testing"
)

// Root returns the repository's root: the nearest folder above the test's that
// has a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}

// Home returns the home that make setup filled, to be used as a home.Dir:
// FACELATCH_HOME if set, else bin/ of the repository.
//
// It is a string so that packages which internal/home imports can use this one.
func Home(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("FACELATCH_HOME")
	if dir == "" {
		dir = filepath.Join(Root(t), "bin")
	}
	if _, err := os.Stat(filepath.Join(dir, "models")); err != nil {
		Missing(t, "the models are not installed: run make setup")
	}
	return dir
}

// Faces returns the folder of photographs: FACES if set, taken from the
// repository's root, else ../shared/faces beside the repository. The
// photographs are other people's: tests read them and never copy one.
func Faces(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("FACES")
	if dir == "" {
		dir = filepath.Join("..", "shared", "faces")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(Root(t), dir)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		Missing(t, "no photographs: set FACES to a folder of them")
	}
	return dir
}

// Missing skips a test for a reason, or fails it where CI=true.
func Missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("with CI=true nothing may be skipped: " + reason)
	} else {
		t.Skip(reason)
	}
}

// Count returns how often a test should repeat something: a little in make
// test, much in make soak.
func Count(test, soak int) int {
	if os.Getenv("FACELATCH_SOAK") == "1" {
		return soak
	}
	return test
}
