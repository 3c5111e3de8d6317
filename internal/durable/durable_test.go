package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// only checks that no temporary file was left beside those named.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(names) {
		t.Fatalf("%d files, want %q", len(entries), names)
	}
	for i, e := range entries {
		if e.Name() != names[i] {
			t.Errorf("found %s, want %s", e.Name(), names[i])
		}
	}
}

func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, text := range []string{"one", "two"} {
		if err := (Disk{}).Write(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != text {
			t.Errorf("read %q, want %q", got, text)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, want 0600 (%v)", info.Mode(), err)
	}
	only(t, dir, "a")
}

func TestCreateNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := (Disk{}).Create(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Disk{}.Create(path, []byte("two"), 0o600)
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want %v", err, fs.ErrExist)
	}
	if got := read(t, path); got != "one" {
		t.Errorf("the file became %q", got)
	}
	only(t, dir, "a")
}

// FAT has no links, so that the other way is needed there.
func TestCreateWithoutLinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := (Disk{}).createDirectly(path, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Disk{}).createDirectly(path, []byte("two"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want %v", err, fs.ErrExist)
	}
	if got := read(t, path); got != "one" {
		t.Errorf("the file became %q", got)
	}
}

func TestWriteWithoutFolder(t *testing.T) {
	err := Disk{}.Write(filepath.Join(t.TempDir(), "no", "a"), nil, 0o600)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}

func TestExtend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("whole\ntor"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Disk{}).Extend(path, 6, []byte("next\n")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "whole\nnext\n" {
		t.Errorf("read %q", got)
	}
	if err := (Disk{}).Extend(path, 60, []byte("x")); err == nil {
		t.Error("a gap was made")
	}
	if got := read(t, path); got != "whole\nnext\n" {
		t.Errorf("read %q after a failure", got)
	}
}

// What a crash left can be longer than what takes its place.
func TestExtendCutsAllThatWasTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("whole\nthe beginning of a long line that was to"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Disk{}).Extend(path, 6, []byte("next\n")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "whole\nnext\n" {
		t.Errorf("read %q", got)
	}
}

func TestRemoveTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := (Disk{}).Remove(path); err != nil {
			t.Error(err)
		}
	}
}

func TestSweepRemovesOnlyTheUnfinished(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"kept", Temporary + "XYZ"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(dir); err != nil {
		t.Fatal(err)
	}
	only(t, dir, "kept")
}
