package doorapi

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

func example() Code {
	return Code{Address: "192.168.1.20:8443", Authority: [32]byte{1, 2, 3}, Secret: [16]byte{4, 5, 6}}
}

func TestCodeRoundTrip(t *testing.T) {
	for _, address := range []string{"192.168.1.20:8443", "court.local:443", "[fd00::1]:8443", "[fe80::1%eth0]:1"} {
		c := example()
		c.Address = address
		text, err := c.Text()
		if err != nil {
			t.Fatal(address, err)
		}
		for _, typed := range []string{text, strings.ToLower(text), "  " + text[:20] + "\n" + text[20:] + " "} {
			if back, err := ParseCode(typed); err != nil || back != c {
				t.Errorf("%q: %v, %v", typed, back, err)
			}
		}
		if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:") != "" {
			t.Errorf("%q needs more than a compact QR code has", text)
		}
	}
}

func TestCodeRefused(t *testing.T) {
	good, err := example().Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"", "FLJ1:", "FL1:" + good[5:], good[:len(good)-1], good + "A", good[:30] + "1" + good[31:],
		strings.Repeat("A", 2000), "FLJ2:" + good[5:],
	} {
		if c, err := ParseCode(text); !errors.Is(err, ErrCode) || c != (Code{}) {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	for _, address := range []string{"", "host", ":1", "host:", "host:0", "host:65536", "host:01", "a b:1", "h/x:1", "fd00::1:443", "[]:1", strings.Repeat("a", 260) + ":1"} {
		c := example()
		c.Address = address
		if text, err := c.Text(); !errors.Is(err, ErrCode) || text != "" {
			t.Errorf("%q: %q, %v", address, text, err)
		}
	}
}

func TestCodeIsNotPrinted(t *testing.T) {
	if text := fmt.Sprintf("%v", example()); text != "a join code for 192.168.1.20:8443" {
		t.Errorf("printed as %q", text)
	}
}

// FuzzCode: what is accepted has one text.
func FuzzCode(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCode(text)
		if err != nil {
			if c != (Code{}) {
				t.Errorf("%v beside %v", c, err)
			}
			return
		}
		again, err := c.Text()
		if err != nil || again != strings.ToUpper(strings.Join(strings.Fields(text), "")) {
			t.Errorf("%q became %q, %v", text, again, err)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzCode") }
