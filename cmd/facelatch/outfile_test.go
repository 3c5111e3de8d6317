package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingWritten: where no file was made, none is taken back, and the
// message names the file that was asked for.
func TestNothingWritten(t *testing.T) {
	dir := t.TempDir()
	theirs := filepath.Join(dir, "theirs.txt")
	if err := os.WriteFile(theirs, []byte("not ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "gone", "x.txt"), theirs, filepath.Join(theirs, "x.txt")} {
		o := &outFile{path: path}
		err := o.HandOver("FL1:X")
		if err == nil || strings.Contains(err.Error(), ".unfinished-") || !strings.Contains(err.Error(), "could not be written: "+path+": ") {
			t.Errorf("%s: %v", path, err)
		}
		if o.made {
			t.Errorf("%s is taken for made", path)
		}
		if err := o.TakeBack(); err != nil {
			t.Errorf("%s: taking back: %v", path, err)
		}
	}
	if data, err := os.ReadFile(theirs); err != nil || string(data) != "not ours" {
		t.Errorf("somebody else's file: %q, %v", data, err)
	}
}

// TestWrittenIsTakenBack also where only a part was written.
func TestWrittenIsTakenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.txt")
	o := &outFile{path: path}
	if err := o.HandOver("FL1:X"); err != nil || !o.made {
		t.Fatalf("made %v, %v", o.made, err)
	}
	if !o.wrote([]byte("FL1:X\n and more")) || o.wrote([]byte("FL1:Y\n")) {
		t.Error("whose file it is was not told apart")
	}
	if err := o.TakeBack(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}
