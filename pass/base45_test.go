package pass

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/internal/testenv"
)

func TestBase45RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "data")
		text := encode45(data)
		if want := (len(data)*3 + 1) / 2; len(text) != want {
			t.Fatalf("%d characters for %d bytes, want %d", len(text), len(data), want)
		}
		back, err := decode45(text)
		if err != nil || !bytes.Equal(back, data) {
			t.Fatalf("%x, %v", back, err)
		}
	})
}

// TestBase45Exhaustive: of all groups of two and three characters, those that
// are read are exactly those that are written.
func TestBase45Exhaustive(t *testing.T) {
	read := 0
	for _, a := range alphabet45 {
		for _, b := range alphabet45 {
			pair := string(a) + string(b)
			if data, err := decode45(pair); err == nil {
				read++
				if encode45(data) != pair {
					t.Fatalf("%q is read and not written", pair)
				}
			}
			for _, c := range alphabet45 {
				triple := pair + string(c)
				if data, err := decode45(triple); err == nil {
					read++
					if encode45(data) != triple {
						t.Fatalf("%q is read and not written", triple)
					}
				}
			}
		}
	}
	if read != 1<<8+1<<16 {
		t.Fatalf("%d groups are read, want %d", read, 1<<8+1<<16)
	}
}

func FuzzBase45(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		data, err := decode45(text)
		if err != nil {
			if data != nil {
				t.Fatal("bytes and an error")
			}
			return
		}
		if again := encode45(data); again != text {
			t.Fatalf("%q is written as %q", text, again)
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzBase45")
	testenv.Corpus(t, "FuzzParse")
	testenv.Corpus(t, "FuzzReferences")
	testenv.Corpus(t, "FuzzParseSchedule")
}
