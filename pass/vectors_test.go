package pass_test

import (
	"bytes"
	"testing"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// TestBase45Vectors: the examples of RFC 9285 and what is no Base45.
func TestBase45Vectors(t *testing.T) {
	all, err := vectors.Base45s()
	must(t, err)
	for _, v := range all.Accept {
		if got := pass.Encode45(v.Bytes); got != v.Text {
			t.Errorf("%x is written as %q, want %q", []byte(v.Bytes), got, v.Text)
		}
		if got, err := pass.Decode45(v.Text); err != nil || !bytes.Equal(got, v.Bytes) {
			t.Errorf("%q is read as %x, %v", v.Text, got, err)
		}
	}
	for _, text := range all.Refuse {
		if got, err := pass.Decode45(text); err == nil || got != nil {
			t.Errorf("%q is read as %x", text, got)
		}
	}
}
