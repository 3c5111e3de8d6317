package eval

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

func TestReadPairs(t *testing.T) {
	pairs, err := ReadPairs(strings.NewReader("# two people\na/1.jpg b/1.jpg 0\n\n  a/1.jpg\ta/2.jpg 1 \r\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Pair{{"a/1.jpg", "b/1.jpg", false}, {"a/1.jpg", "a/2.jpg", true}}
	if !reflect.DeepEqual(pairs, want) {
		t.Errorf("got %v", pairs)
	}
	if got := photographs(pairs); !reflect.DeepEqual(got, []string{"a/1.jpg", "b/1.jpg", "a/2.jpg"}) {
		t.Errorf("photographs: %v", got)
	}
}

func TestReadPairsRefuses(t *testing.T) {
	for text, line := range map[string]string{
		"":                       "empty",
		"# nothing\n":            "empty",
		"a b 1\na b\n":           "line 2",
		"a b 2\n":                "line 1",
		"a b 1 c\n":              "line 1",
		"/etc/passwd b 1\n":      "line 1",
		"a ../../secret.jpg 0":   "line 1",
		strings.Repeat("a", 1e5): "token too long",
	} {
		if pairs, err := ReadPairs(strings.NewReader(text)); !errors.Is(err, ErrPairs) || pairs != nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// FuzzReadPairs: an error comes with nothing; what was read, written and read
// again is the same.
func FuzzReadPairs(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ReadPairs(strings.NewReader(text))
		if err != nil {
			if pairs != nil {
				t.Fatal("pairs beside an error")
			}
			return
		}
		var again strings.Builder
		for _, p := range pairs {
			same := 0
			if p.Same {
				same = 1
			}
			fmt.Fprintln(&again, p.A, p.B, same)
		}
		// A first path that starts with # would read as a remark.
		if strings.Contains(text, "#") {
			return
		}
		back, err := ReadPairs(strings.NewReader(again.String()))
		if err != nil || !reflect.DeepEqual(back, pairs) {
			t.Fatalf("%q became %q: %v", text, again.String(), err)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzReadPairs") }
