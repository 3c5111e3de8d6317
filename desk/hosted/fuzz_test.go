package hosted

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// FuzzBody: whatever is sent, the answer is a check that was begun, or a problem of a
// known type that repeats nothing; and what is read and written again reads the same.
func FuzzBody(f *testing.F) {
	f.Add([]byte(order))
	r := newRig(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := decode(body)
		if err != nil && (n.Nonce != "" || n.Claims != nil) {
			t.Errorf("%+v beside %v", n, err)
		}
		if err == nil {
			again, err := json.Marshal(n)
			must(t, err)
			if back, err := decode(again); err != nil || back.Nonce != n.Nonce || strings.Join(back.Claims, "\x00") != strings.Join(n.Claims, "\x00") {
				t.Errorf("%q becomes %q, %v", body, again, err)
			}
		}
		q := httptest.NewRequest("POST", "/api/checks", strings.NewReader(string(body)))
		q.Header.Set("Content-Type", "application/json")
		q.SetBasicAuth("a.bank", r.secrets["a.bank"])
		r.later(limitTime)
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, q)
		var p Problem
		switch w.Code {
		case 201:
			if err != nil || !nonceForm.MatchString(n.Nonce) {
				t.Errorf("%q is an order", body)
			}
		case 400, 413, 422:
			if json.Unmarshal(w.Body.Bytes(), &p) != nil || p.Title == "" || len(p.Errors) > 2*maxClaims {
				t.Errorf("%s", w.Body)
			}
		default:
			t.Errorf("%q: %d", body, w.Code)
		}
	})
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzBody") }
