package tlsrecord

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/facelatch/facelatch/internal/testenv"
)

// record makes one of a length.
func record(n int, fill byte) []byte {
	return append([]byte{23, 3, 3, byte(n >> 8), byte(n)}, bytes.Repeat([]byte{fill}, n)...)
}

// TestReader: however it arrives and is asked for, each header and each record
// comes by itself, and what is not filled is zero.
func TestReader(t *testing.T) {
	lengths := []int{1, 0, 5, 1000, 7, 0x1ff, 3}
	var stream []byte
	var ends []int // of headers and of records
	for i, n := range lengths {
		ends = append(ends, len(stream)+header, len(stream)+header+n)
		stream = append(stream, record(n, byte(i+1))...)
	}
	for name, from := range map[string]io.Reader{
		"at once": bytes.NewReader(stream), "by bytes": iotest.OneByteReader(bytes.NewReader(stream)),
		"by halves": iotest.HalfReader(bytes.NewReader(stream)), "with its end": iotest.DataErrReader(bytes.NewReader(stream)),
	} {
		r := &Reader{From: from}
		var got []byte
		for {
			p := bytes.Repeat([]byte{0xee}, 2000)
			n, err := r.Read(p)
			for _, end := range ends {
				if len(got) < end && len(got)+n > end {
					t.Fatalf("%s: %d bytes after %d, over the end at %d", name, n, len(got), end)
				}
			}
			if slices.ContainsFunc(p[n:], func(b byte) bool { return b != 0 }) {
				t.Fatalf("%s: what was not filled is not zero", name)
			}
			got = append(got, p[:n]...)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, stream) {
			t.Errorf("%s: %d bytes of %d", name, len(got), len(stream))
		}
	}
}

// FuzzReader: whatever comes is passed on, byte for byte, in pieces that no
// header's end is inside of.
func FuzzReader(f *testing.F) {
	f.Add(append(record(3, 1), record(0, 2)...), uint8(7))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		r := &Reader{From: bytes.NewReader(stream)}
		var got []byte
		for {
			p := make([]byte, int(size)+1)
			before := r.left
			n, err := r.Read(p)
			if before == 0 && n > header || before > 0 && n > before {
				t.Fatalf("%d bytes with %d left of a record", n, before)
			}
			got = append(got, p[:n]...)
			if err != nil {
				break
			}
		}
		if !bytes.Equal(got, stream) {
			t.Errorf("%d bytes of %d", len(got), len(stream))
		}
	})
}

func TestCorpora(t *testing.T) { testenv.Corpus(t, "FuzzReader") }
