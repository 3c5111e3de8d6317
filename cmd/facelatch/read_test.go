package main

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/facelatch/facelatch/picture"
)

// TestReadAll: any source is read whole, up to the first byte too many, and a
// buffer that was too small is cleared before it is left.
func TestReadAll(t *testing.T) {
	want := bytes.Repeat([]byte("a face"), 100_000)
	for _, first := range []int{1, 7, len(want), len(want) + 1, 1 << 20} {
		buffer := bytes.Repeat([]byte{1}, first)
		got, err := readAll(iotest.HalfReader(bytes.NewReader(want)), buffer)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("from a buffer of %d: %d bytes, %v", first, len(got), err)
		}
		if first <= len(want) && !bytes.Equal(buffer, make([]byte, first)) {
			t.Errorf("the buffer of %d was left full", first)
		}
	}
	if got, err := readAll(endless{}, make([]byte, 1)); err != nil || len(got) != picture.MaxFile+1 {
		t.Errorf("an endless source: %d bytes, %v", len(got), err)
	}
	broken := errors.New("broken")
	buffer := make([]byte, 100)
	if got, err := readAll(io.MultiReader(bytes.NewReader(want[:50]), iotest.ErrReader(broken)), buffer); !errors.Is(err, broken) || got != nil || !bytes.Equal(buffer, make([]byte, 100)) {
		t.Errorf("a broken source: %d bytes, %v", len(got), err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
