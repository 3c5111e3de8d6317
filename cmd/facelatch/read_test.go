package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/facelatch/facelatch/picture"
)

// TestReadSized: a source is read whole, up to the first byte too many for a
// picture, and one that became longer is not taken for whole.
func TestReadSized(t *testing.T) {
	want := bytes.Repeat([]byte("a face"), 100_000)
	size := int64(len(want))
	for _, stated := range []int64{size, size + 1, 2 * size} {
		got, err := readSized(iotest.HalfReader(bytes.NewReader(want)), stated)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("stated as %d: %d bytes, %v", stated, len(got), err)
		}
	}
	for _, stated := range []int64{0, 1, size - 1} {
		if got, err := readSized(bytes.NewReader(want), stated); !errors.Is(err, errChanged) || got != nil {
			t.Errorf("stated as %d: %d bytes, %v", stated, len(got), err)
		}
	}
	if got, err := readSized(endless{}, 1<<40); err != nil || len(got) != picture.MaxFile+1 {
		t.Errorf("an endless source: %d bytes, %v", len(got), err)
	}
	broken := errors.New("broken")
	source := io.MultiReader(bytes.NewReader(want[:50]), iotest.ErrReader(broken))
	if got, err := readSized(source, size); !errors.Is(err, broken) || got != nil {
		t.Errorf("a broken source: %d bytes, %v", len(got), err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestReadFileWaitsForNothing would not end if it did.
func TestReadFileWaitsForNothing(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("this file system has no pipes:", err)
	}
	for _, path := range []string{pipe, os.DevNull, "/dev/zero"} {
		if data, err := readFile(path); data != nil || err == nil || !strings.Contains(err.Error(), path+": is not a regular file") {
			t.Errorf("%s: %d bytes, %v", path, len(data), err)
		}
	}
}
