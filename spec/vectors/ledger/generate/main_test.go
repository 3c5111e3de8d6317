package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestGenerated: what is committed is what this program makes, byte for byte.
func TestGenerated(t *testing.T) {
	want, err := File()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("it differs: run go generate ./spec/vectors/ledger")
	}
}
