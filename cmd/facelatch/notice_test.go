package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// writtenDraft are the arguments that leave nothing to be written in a draft.
func writtenDraft(dir string) []string {
	return []string{
		"notice", "draft", "--site", dir, "--country", "CN", "--number", "1", "--operator", "Garden Court Property",
		"--address", "1 Garden Road", "--contact", "12345", "--complaint", "the authority",
	}
}

// published DIR... has people agree to a notice at sites.
func published(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: published DIR...")
	}
	for _, dir := range args {
		ts.Check(ts.Exec("facelatch", writtenDraft(dir)...))
		path := ts.MkAbs("published-" + filepath.Base(dir) + ".json")
		ts.Check(os.WriteFile(path, []byte(ts.ReadFile("stdout")), 0o600))
		ts.Check(ts.Exec("facelatch", "notice", "publish", path, "--site", dir))
	}
}

// publishAt is published for tests that are no scripts.
func publishAt(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notice.json")
	if err := os.WriteFile(path, []byte(done(t, exitDone, writtenDraft(dir)...)), 0o600); err != nil {
		t.Fatal(err)
	}
	done(t, exitDone, "notice", "publish", path, "--site", dir)
}
