package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerated: what is committed is what this program makes, byte for byte,
// and nothing else that it once made is left.
func TestGenerated(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	base := filepath.Join("..", root)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(base, filepath.FromSlash(name)))
		if err != nil {
			t.Errorf("%v: run go generate ./spec/vectors", err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs: run go generate ./spec/vectors", name)
		}
	}
	var left []string
	for _, pattern := range []string{"*/testdata/fuzz/*/*", "internal/cose/testdata/fuzz/*/*"} {
		found, err := filepath.Glob(filepath.Join(base, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, found...)
	}
	for _, path := range left {
		name, err := filepath.Rel(base, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := files[filepath.ToSlash(name)]; !ok && isOurs(filepath.ToSlash(name)) {
			t.Errorf("%s is made no longer: delete it", name)
		}
	}
}

// isOurs returns whether a seed has a name that this program gives.
func isOurs(name string) bool {
	if !strings.HasPrefix(name, "pass/") && !strings.HasPrefix(name, "bundle/") && !strings.HasPrefix(name, "statuslist/") &&
		!strings.HasPrefix(name, "consent/") && !strings.HasPrefix(name, "internal/cose/") {
		return false
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	return strings.HasPrefix(base, "accept-") || strings.HasPrefix(base, "refuse-") || strings.HasPrefix(base, "record-") || strings.HasPrefix(base, "challenge-")
}
