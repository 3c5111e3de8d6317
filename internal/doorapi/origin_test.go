package doorapi

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

func TestOrigin(t *testing.T) {
	for _, good := range []string{
		"https://desk.example", "https://desk.lan:8443", "https://192.168.1.20:8443", "https://localhost:1", "https://a:65535", "https://xn--fiqs8s.example",
	} {
		if host, err := OriginHost(good); err != nil || host == "" {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, wrong := range []string{
		"", "desk.example", "http://desk.example", "https://", "https://desk.example/", "https://desk.example/x", "https://desk.example?", "https://desk.example#",
		"https://a@desk.example", "https://Desk.example", "https://desk.example:443", "https://desk.example:0", "https://desk.example:65536", "https://desk.example:08",
		"https://desk .example", "https://desk..example", "https://.example", "https://-a.example", "https://desk.example; script-src *", "https://desk.example\n",
		"https://controller.facelatch.internal", "https://[::1]", "https://1.2.3", "https://" + strings.Repeat("a", 64) + ".example", "https://*.example",
	} {
		if host, err := OriginHost(wrong); !errors.Is(err, ErrOrigin) || host != "" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// FuzzOrigin: what is accepted is what a browser makes of it, and stands in a header
// as one word.
func FuzzOrigin(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		host, err := OriginHost(text)
		if err != nil {
			if host != "" {
				t.Errorf("%q beside %v", host, err)
			}
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.Hostname() != host || "https://"+u.Host != text || u.User != nil || u.Port() == "443" {
			t.Errorf("%q became %v, %v", text, u, err)
		}
		if strings.ContainsAny(text, " ;,'\"\\\r\n\t*") {
			t.Errorf("%q is more than one word", text)
		}
	})
}

func TestOriginCorpus(t *testing.T) { testenv.Corpus(t, "FuzzOrigin") }
