package testenv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Corpus checks that the fuzz target of the calling package has a committed
// corpus that go test can read, in the one folder where it looks. A corpus in
// a folder of another name is ignored without a word, so this test is needed.
// That each file is then really run is checked by internal/check, which sees
// the tests' names.
func Corpus(t *testing.T, target string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("%s has no corpus in testdata/fuzz/%s", target, target)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(data), "go test fuzz v1\n") {
			t.Errorf("%s is not in the form that go test reads", file)
		}
	}
}
