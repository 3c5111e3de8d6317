package holder

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzToken: what is taken for a link's token is one, in its one form.
func FuzzToken(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := linkToken(text)
		if !ok {
			return
		}
		if len(token) != linkLength || strings.ContainsAny(token, "/?#%.\\ \r\n") || !strings.EqualFold(token, text) {
			t.Fatalf("%q is taken for %q", text, token)
		}
		if again, ok := linkToken(token); !ok || again != token {
			t.Fatalf("%q is not taken again", token)
		}
	})
}

// FuzzGuest: a form that is taken asks for no more than the limits allow.
func FuzzGuest(f *testing.F) {
	config := acts.SiteConfig{Guests: acts.GuestLimits{Most: 3, Hours: 72, AheadDays: 14}, Site: site.Config{Timezone: "Asia/Shanghai"}}
	now := time.Date(2027, 3, 10, 4, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		in, wrong := readGuest(form, config, now)
		if wrong != "" {
			return
		}
		begin := now
		if !in.NotBefore.IsZero() {
			begin = in.NotBefore
		}
		if life := in.Expires.Sub(begin); life <= 0 || life > 72*time.Hour || begin.Before(now) {
			t.Fatalf("%q asks for %s from %s on", body, life, begin)
		}
	})
}

// FuzzStep: nothing but what was sealed here opens.
func FuzzStep(f *testing.F) {
	seal, err := newSeal([32]byte{1})
	if err != nil {
		f.Fatal(err)
	}
	s := &server{Config: Config{Now: time.Now}, seal: seal}
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodPost, "https://doors.example/me/signin/finish", nil)
		r.AddCookie(&http.Cookie{Name: stepCookie, Value: value})
		if c, err := s.take(&visit{w: httptest.NewRecorder(), r: r}); err == nil || c.Data != nil {
			t.Fatalf("%q opens", value)
		}
	})
}

func TestCorpora(t *testing.T) {
	for _, name := range []string{"FuzzToken", "FuzzGuest", "FuzzStep"} {
		testenv.Corpus(t, name)
	}
}
