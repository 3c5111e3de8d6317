package tflite

import (
	"bytes"
	"errors"
	"testing"

	"github.com/facelatch/facelatch/internal/mend"
	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzToONNX checks that an error comes with no result, that a result depends
// on the input alone, is a well-formed ONNX file without tiny weights, and is
// not much larger than the input.
func FuzzToONNX(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		converted, err := ToONNX(data)
		if err != nil {
			if converted != nil || !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrUnsupported) {
				t.Fatalf("%d bytes with error %v", len(converted), err)
			}
			return
		}
		again, err := ToONNX(data)
		if err != nil || !bytes.Equal(converted, again) || !bytes.Equal(before, data) {
			t.Fatal("converting again gives another result")
		}
		if _, n, err := mend.Mend(converted); err != nil || n != 0 {
			t.Fatalf("%d tiny weights, error %v", n, err)
		}
		if len(converted) > 1000+100*len(data) {
			t.Fatalf("%d bytes from %d", len(converted), len(data))
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzToONNX") }
