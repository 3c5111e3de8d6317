package mrzread

import (
	"errors"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// FuzzRead: whatever a picture shows, it is left as it is, and what is returned has
// the shape of lines.
func FuzzRead(f *testing.F) {
	r, err := New()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(64), []byte("any pixels"))
	f.Add(uint16(1), []byte{})
	f.Fuzz(func(t *testing.T, width uint16, pixels []byte) {
		p := &picture.Picture{W: 1 + int(width)%400, H: 1 + len(pixels)%300, Scale: 1}
		p.Pix = make([]byte, 3*p.W*p.H)
		for i := range p.Pix {
			if len(pixels) > 0 {
				p.Pix[i] = pixels[(i/9)%len(pixels)]
			}
		}
		before := string(p.Pix)
		got, err := r.Read(p)
		if string(p.Pix) != before {
			t.Fatal("the picture was changed")
		}
		switch {
		case errors.Is(err, ErrNone) && got == nil:
			return
		case err != nil && !errors.Is(err, ErrDoubt):
			t.Fatal(err)
		}
		count, characters := got.Size.Shape()
		if len(got.Lines) != count || len(got.Sure) != count || (err == nil) != got.sure() {
			t.Fatalf("%v %+v", err, got)
		}
		for _, line := range got.Lines {
			if len(line) != characters {
				t.Fatalf("%+v", got)
			}
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzRead") }
