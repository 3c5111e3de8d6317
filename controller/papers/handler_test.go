package papers

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/internal/typeset"
)

// source gives facts, or fails.
type source struct {
	facts public.Facts
	err   error
}

func (s source) Facts() (public.Facts, error) { return s.facts, s.err }

// TestHandler asks for papers, and for what is not one.
func TestHandler(t *testing.T) {
	f := fonts(t)
	good := func() (typeset.Fonts, error) { return f, nil }
	silent := publictest.Facts()
	silent.Operator.Contact = nil
	for _, test := range []struct {
		name, path string
		from       source
		fonts      func() (typeset.Fonts, error)
		status     int
		has        string
	}{
		{"a sign", "/papers/sign.pdf?zone=front&size=a5", source{facts: publictest.Facts()}, good, 200, "%PDF"},
		{"all signs", "/papers/sign.pdf", source{facts: publictest.Facts()}, good, 200, "%PDF"},
		{"a zone that there is not", "/papers/sign.pdf?zone=roof", source{facts: publictest.Facts()}, good, 404, ""},
		{"a size", "/papers/sign.pdf?size=a0", source{facts: publictest.Facts()}, good, 404, ""},
		{"no contact", "/papers/sign.pdf", source{facts: silent}, good, 409, "how the operator is reached"},
		{"no fonts", "/papers/sign.pdf", source{facts: publictest.Facts()}, func() (typeset.Fonts, error) { return typeset.Fonts{}, errors.New("secret") }, 503, "cannot be printed now"},
		{"assessment", "/papers/assessment?lang=en", source{facts: publictest.Facts()}, good, 200, "Impact assessment"},
		{"in the browser's language", "/papers/assessment", source{facts: publictest.Facts()}, good, 200, "影响评估"},
		{"in another", "/papers/assessment?lang=fr", source{facts: publictest.Facts()}, good, 404, ""},
		{"no store", "/papers/assessment", source{err: errors.New("secret")}, good, 503, "cannot be printed now"},
		{"elsewhere", "/papers/", source{facts: publictest.Facts()}, good, 404, ""},
	} {
		w := httptest.NewRecorder()
		New(test.from, test.fonts).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://doors.example"+test.path, nil))
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.has) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %.200s", test.name, w.Code, w.Body)
		}
		if w.Code == http.StatusOK && !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", test.name, w.Header())
		}
	}
}
