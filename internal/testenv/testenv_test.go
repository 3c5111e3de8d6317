package testenv

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRoot(t *testing.T) {
	if _, err := os.Stat(filepath.Join(Root(t), "packages-test.txt")); err != nil {
		t.Error(err)
	}
}

func TestFacesIsAbsolute(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FACES", dir)
	if got := Faces(t); got != dir {
		t.Errorf("got %q", got)
	}
	t.Setenv("FACES", "internal") // from the root, not from this folder
	if got := Faces(t); got != filepath.Join(Root(t), "internal") {
		t.Errorf("got %q", got)
	}
}

// TestMissing checks the promise of make test: a skip elsewhere, a failure
// where CI=true.
func TestMissing(t *testing.T) {
	for _, test := range []struct {
		ci            string
		skips, failed bool
	}{{"", true, false}, {"true", false, true}} {
		t.Setenv("CI", test.ci)
		var r recorder
		Missing(&r, "no photographs")
		if r.skipped != test.skips || r.failed != test.failed {
			t.Errorf("CI=%q: %+v", test.ci, r)
		}
	}
}

// recorder notes what Missing does to a test.
type recorder struct {
	testing.TB
	skipped, failed bool
}

func (r *recorder) Helper()      {}
func (r *recorder) Skip(...any)  { r.skipped = true }
func (r *recorder) Fatal(...any) { r.failed = true }

func TestCount(t *testing.T) {
	t.Setenv("FACELATCH_SOAK", "")
	if Count(1, 2) != 1 {
		t.Error("not a soak")
	}
	t.Setenv("FACELATCH_SOAK", "1")
	if Count(1, 2) != 2 {
		t.Error("a soak")
	}
}
